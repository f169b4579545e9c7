import { type Arp, parseArp } from './arp.ts'
import { type Ethernet, EtherType, parseEthernet } from './ethernet.ts'
import { type Icmp, parseIcmp } from './icmp.ts'
import { type Icmpv6, type Neighbor, parseIcmpv6, parseNeighbor } from './icmpv6.ts'
import { IpProtocol, type Ipv4, parseIpv4 } from './ipv4.ts'
import { type Ipv6, parseIpv6 } from './ipv6.ts'
import { parseTcp, type Tcp } from './tcp.ts'
import { parseUdp, type Udp } from './udp.ts'

/** The layers of a frame that could be read; a layer that is cut or contradicts itself is not there. */
export interface Packet {
  readonly eth?: Ethernet
  readonly arp?: Arp
  readonly ipv4?: Ipv4
  readonly ipv6?: Ipv6
  readonly icmp?: Icmp
  readonly icmpv6?: Icmpv6
  readonly neighbor?: Neighbor
  readonly tcp?: Tcp
  readonly udp?: Udp
}

type Layers = { -readonly [K in keyof Packet]: Packet[K] | undefined }

const parseUpper = (layers: Layers, protocol: number, payload: Uint8Array): void => {
  if (protocol === IpProtocol.TCP) layers.tcp = parseTcp(payload)
  else if (protocol === IpProtocol.UDP) layers.udp = parseUdp(payload)
  else if (protocol === IpProtocol.ICMP && layers.ipv4) layers.icmp = parseIcmp(payload)
  else if (protocol === IpProtocol.ICMPV6 && layers.ipv6) {
    layers.icmpv6 = parseIcmpv6(payload)
    layers.neighbor = layers.icmpv6 && parseNeighbor(layers.icmpv6)
  }
}

const parseNetwork = (layers: Layers, { etherType, payload }: Ethernet): void => {
  if (etherType === EtherType.ARP) layers.arp = parseArp(payload)
  else if (etherType === EtherType.IPV4) {
    layers.ipv4 = parseIpv4(payload)
    // What follows in a later fragment is no header.
    if (layers.ipv4?.fragmentOffset === 0) parseUpper(layers, layers.ipv4.protocol, layers.ipv4.payload)
  } else if (etherType === EtherType.IPV6) {
    layers.ipv6 = parseIpv6(payload)
    const upper = layers.ipv6?.upper
    if (layers.ipv6 && (upper?.fragment?.offset ?? 0) === 0) {
      parseUpper(layers, layers.ipv6.upper.protocol, layers.ipv6.payload)
    }
  }
}

/** Reads as many layers of a frame as there are. Never throws, whatever the bytes. */
export const parsePacket = (frame: Uint8Array): Packet => {
  const eth = parseEthernet(frame)
  if (!eth) return {}
  const layers: Layers = { eth }
  parseNetwork(layers, eth)
  return Object.fromEntries(Object.entries(layers).filter(([, layer]) => layer !== undefined)) as Packet
}
