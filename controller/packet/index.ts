export {
  familyOf,
  type Ipv4Input,
  type Ipv4Text,
  type Ipv6Input,
  type Ipv6Text,
  ipv4Of,
  ipv6Of,
  isGroupMac,
  isIpv6,
  type MacInput,
  macOf,
} from './address.ts'
export { type Arp, type ArpInput, ArpOp, encodeArp, parseArp } from './arp.ts'
export { internetChecksum, updatedChecksum } from './checksum.ts'
export {
  type Dhcp,
  type DhcpInput,
  DhcpOp,
  DhcpPort,
  DhcpType,
  dhcpAddress,
  dhcpByte,
  encodeDhcp,
  parseDhcp,
} from './dhcp.ts'
export {
  DhcpOption,
  type DhcpOptions,
  type DhcpRoute,
  dhcpAddresses,
  dhcpRoutes,
  dhcpU16,
  dhcpU32,
} from './dhcp-options.ts'
export {
  type Dhcpv6,
  Dhcpv6Option,
  type Dhcpv6OptionField,
  Dhcpv6Port,
  Dhcpv6Status,
  Dhcpv6Type,
  dhcpv6Addresses,
  dhcpv6Servers,
  dhcpv6Value,
  duidOf,
  encodeDhcpv6,
  type IaNa,
  iaNaOption,
  iaNasOf,
  type Lifetimes,
  parseDhcpv6,
  statusOption,
} from './dhcpv6.ts'
export {
  type Ethernet,
  type EthernetInput,
  EtherType,
  encodeEthernet,
  ethernetLength,
  parseEthernet,
  type VlanTag,
} from './ethernet.ts'
export {
  addressBytes,
  arpReplyFrame,
  arpRequestFrame,
  broadcast,
  type EchoInput,
  echoFrame,
  icmpFrame,
  ipFrame,
  type Link,
  type Network,
  neighborFrame,
  tcpFrame,
  udpFrame,
} from './frames.ts'
export { echoRest, encodeIcmp, type Icmp, type IcmpInput, IcmpType, parseIcmp } from './icmp.ts'
export {
  encodeIcmpv6,
  encodeNeighbor,
  type Icmpv6,
  type Icmpv6Input,
  Icmpv6Type,
  type Neighbor,
  NeighborFlags,
  type NeighborInput,
  parseIcmpv6,
  parseNeighbor,
} from './icmpv6.ts'
export { encodeIpv4, IpProtocol, type Ipv4, type Ipv4PacketInput, ipv4ChecksumOk, parseIpv4 } from './ipv4.ts'
export { encodeIpv6, type Ipv6, type Ipv6PacketInput, type Ipv6Upper, parseIpv6 } from './ipv6.ts'
export { linkLocalOf } from './link-local.ts'
export { type Packet, parsePacket } from './packet.ts'
export { allNodes, announcementFrame, questionFrame } from './resolution.ts'
export {
  type AdvertisedPrefix,
  type RouterAdvertisementInput,
  routerAdvertisementFrame,
} from './router-advertisement.ts'
export { encodeTcp, parseTcp, type Tcp, TcpFlags, type TcpInput } from './tcp.ts'
export { encodeUdp, parseUdp, type Udp, type UdpInput } from './udp.ts'
