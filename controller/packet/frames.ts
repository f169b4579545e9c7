import { type Ipv4Input, type Ipv6Input, ipv4Of, ipv6Of, isIpv6, type MacInput } from './address.ts'
import { ArpOp, encodeArp } from './arp.ts'
import { put32, putIpv6 } from './bytes.ts'
import { type EthernetInput, EtherType, encodeEthernet } from './ethernet.ts'
import { echoRest, encodeIcmp, type IcmpInput, IcmpType } from './icmp.ts'
import { encodeIcmpv6, encodeNeighbor, Icmpv6Type, type NeighborInput } from './icmpv6.ts'
import { encodeIpv4, IpProtocol, type Ipv4PacketInput } from './ipv4.ts'
import { encodeIpv6, type Ipv6PacketInput } from './ipv6.ts'
import { encodeTcp, type TcpInput } from './tcp.ts'
import { encodeUdp, type UdpInput } from './udp.ts'

/** Ethernet addresses, and VLAN tags. */
export interface Link {
  readonly src: MacInput
  readonly dst: MacInput
  readonly tags?: NonNullable<EthernetInput['tags']>
}

/** Addresses, and what else of an IP header is not usual; the version is told by the addresses. */
export interface Network {
  readonly src: Ipv4Input | Ipv6Input
  readonly dst: Ipv4Input | Ipv6Input
  /** Hop limit in IPv6. */
  readonly ttl?: number
  /** Traffic class in IPv6. */
  readonly tos?: number
}

/** Addresses as they stand in an IP header. */
export const addressBytes = ({ src, dst }: Pick<Network, 'src' | 'dst'>): Uint8Array => {
  if (isIpv6(src) && isIpv6(dst)) {
    const bytes = new Uint8Array(32)
    putIpv6(bytes, 0, ipv6Of(src))
    putIpv6(bytes, 16, ipv6Of(dst))
    return bytes
  }
  const bytes = new Uint8Array(8)
  put32(bytes, 0, ipv4Of(src as Ipv4Input))
  put32(bytes, 4, ipv4Of(dst as Ipv4Input))
  return bytes
}

type Rest4 = Omit<Ipv4PacketInput, 'src' | 'dst' | 'protocol' | 'payload'>
type Rest6 = Omit<Ipv6PacketInput, 'src' | 'dst' | 'nextHeader' | 'payload'>

/** A frame with an IP packet around `payload`. */
export const ipFrame = (
  link: Link,
  network: Network & Rest4 & Rest6,
  protocol: number,
  payload: Uint8Array,
): Uint8Array => {
  const { src, dst, ttl = 64, tos = 0, ...rest } = network
  if (isIpv6(src) && isIpv6(dst)) {
    const packet = encodeIpv6({ hopLimit: ttl, trafficClass: tos, ...rest, src, dst, nextHeader: protocol, payload })
    return encodeEthernet({ ...link, etherType: EtherType.IPV6, payload: packet })
  }
  const packet = encodeIpv4({ ...rest, ttl, tos, src: src as Ipv4Input, dst: dst as Ipv4Input, protocol, payload })
  return encodeEthernet({ ...link, etherType: EtherType.IPV4, payload: packet })
}

export const udpFrame = (link: Link, network: Network, udp: UdpInput): Uint8Array =>
  ipFrame(link, network, IpProtocol.UDP, encodeUdp(udp, addressBytes(network)))

export const tcpFrame = (link: Link, network: Network, tcp: TcpInput): Uint8Array =>
  ipFrame(link, network, IpProtocol.TCP, encodeTcp(tcp, addressBytes(network)))

/** A message of ICMP or ICMPv6, whichever goes with the addresses. */
export const icmpFrame = (link: Link, network: Network, message: IcmpInput): Uint8Array =>
  isIpv6(network.src)
    ? ipFrame(link, network, IpProtocol.ICMPV6, encodeIcmpv6(message, addressBytes(network)))
    : ipFrame(link, network, IpProtocol.ICMP, encodeIcmp(message))

export interface EchoInput {
  /** False unless given: a request. */
  readonly reply?: boolean
  readonly identifier?: number
  readonly sequence?: number
  readonly payload?: Uint8Array
}

/** An ICMP or ICMPv6 echo. */
export const echoFrame = (link: Link, network: Network, echo: EchoInput = {}): Uint8Array => {
  const { reply = false, identifier = 1, sequence = 1, payload = new Uint8Array(8) } = echo
  const { ECHO_REPLY, ECHO_REQUEST } = isIpv6(network.src) ? Icmpv6Type : IcmpType
  const icmpType = reply ? ECHO_REPLY : ECHO_REQUEST
  return icmpFrame(link, network, { icmpType, rest: echoRest(identifier, sequence), payload })
}

export const broadcast = 0xffff_ffff_ffff

/** Who has `target`? */
export const arpRequestFrame = (sender: { mac: MacInput; ip: Ipv4Input }, target: Ipv4Input): Uint8Array =>
  encodeEthernet({
    src: sender.mac,
    dst: broadcast,
    etherType: EtherType.ARP,
    payload: encodeArp({ op: ArpOp.REQUEST, sha: sender.mac, spa: sender.ip, tha: 0, tpa: target }),
  })

/** `sender` has its address, said to `target`. */
export const arpReplyFrame = (
  sender: { mac: MacInput; ip: Ipv4Input },
  target: { mac: MacInput; ip: Ipv4Input },
): Uint8Array =>
  encodeEthernet({
    src: sender.mac,
    dst: target.mac,
    etherType: EtherType.ARP,
    payload: encodeArp({ op: ArpOp.REPLY, sha: sender.mac, spa: sender.ip, tha: target.mac, tpa: target.ip }),
  })

/** A neighbour solicitation or advertisement, with the hop limit of 255 that it needs (RFC 4861 §7.1). */
export const neighborFrame = (link: Link, network: Network, neighbor: NeighborInput): Uint8Array =>
  ipFrame(link, { ...network, ttl: 255 }, IpProtocol.ICMPV6, encodeNeighbor(neighbor, addressBytes(network)))
