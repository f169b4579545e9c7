import { formatIpv4, formatIpv6, formatMac } from '../../controller/openflow/wire/address.ts'
import {
  ArpOp,
  echoFrame,
  encodeEthernet,
  IcmpType,
  Icmpv6Type,
  isGroupMac,
  isIpv6,
  type Network,
  type Packet,
  parsePacket,
  TcpFlags,
  tcpFrame,
  udpFrame,
} from '../../controller/packet/index.ts'

/** What is sent: the first packet of a connection, an echo request, or a question for an Ethernet address. */
export interface Ask {
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'arp'
  /** Of TCP and UDP, the side that answers. */
  readonly port: number
  /** Of TCP and UDP; of ICMP the identifier. */
  readonly sourcePort: number
  readonly ttl: number
  /** Stands in the payload where there is one. */
  readonly marker: string
  /** Bytes of the IP packet, headers and payload; as few as it takes unless given. */
  readonly size?: number
}

/** Bytes (RFC 9293, RFC 768, RFC 792). */
const headers = { tcp: 20, udp: 8, icmp: 8, arp: 0 } as const
const ipHeader = (address: string): number => (isIpv6(address) ? 40 : 20)

interface Link {
  readonly src: string
  readonly dst: string
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** The frame that asks; the one for an Ethernet address is `questionFrame`. */
export const frameOf = (link: Link, addresses: Link, ask: Ask): Uint8Array => {
  const { protocol, port, sourcePort, ttl } = ask
  const network = { ...addresses, ttl }
  const payload = payloadOf(ask, addresses)
  if (protocol === 'tcp') return tcpFrame(link, network, { src: sourcePort, dst: port, flags: TcpFlags.SYN, payload })
  if (protocol === 'udp') return udpFrame(link, network, { src: sourcePort, dst: port, payload })
  return echoFrame(link, network, { identifier: sourcePort, payload })
}

const payloadOf = ({ protocol, marker, size }: Ask, { src }: Link): Uint8Array => {
  if (size === undefined) return protocol === 'tcp' ? new Uint8Array(0) : bytes(marker)
  const length = Math.max(0, size - ipHeader(src) - headers[protocol])
  return bytes(marker.repeat(Math.ceil(length / marker.length)).slice(0, length))
}

/** The Ethernet address that an answer to such a question tells. */
export const toldMac = (frame: Uint8Array): string | undefined => {
  const { arp, neighbor } = parsePacket(frame)
  if (arp?.op === ArpOp.REPLY) return formatMac(arp.sha)
  if (neighbor?.icmpType !== Icmpv6Type.NEIGHBOR_ADVERTISEMENT || neighbor.tll === undefined) return undefined
  return formatMac(neighbor.tll)
}

const addressesOf = ({ ipv4, ipv6 }: Packet): Network | undefined => ipv4 ?? ipv6

/** Source and destination of an IP packet, as text. */
export const addressTexts = (frame: Uint8Array): Link | undefined => {
  const { ipv4, ipv6 } = parsePacket(frame)
  if (ipv4) return { src: formatIpv4(ipv4.src), dst: formatIpv4(ipv4.dst) }
  return ipv6 && { src: formatIpv6(ipv6.src), dst: formatIpv6(ipv6.dst) }
}

/**
 * What the receiver of a frame sends back: SYN and ACK, a datagram, an echo's reply. Undefined where
 * it would send nothing.
 *
 * @param mac the Ethernet address that it is sent to; the sender's of the frame unless given
 */
export const replyTo = (frame: Uint8Array, mac?: string): Uint8Array | undefined => {
  const packet = parsePacket(frame)
  const { eth, tcp, udp, icmp, icmpv6 } = packet
  const there = addressesOf(packet)
  if (!eth || !there || isGroupMac(eth.dst)) return undefined
  const link = { src: eth.dst, dst: mac ?? eth.src, tags: eth.tags }
  const network = { src: there.dst, dst: there.src }
  if (tcp) {
    const flags = TcpFlags.SYN | TcpFlags.ACK
    return tcpFrame(link, network, { src: tcp.dst, dst: tcp.src, flags, acknowledgement: tcp.sequence + 1 })
  }
  if (udp) return udpFrame(link, network, { src: udp.dst, dst: udp.src, payload: udp.payload })
  const echo = icmp?.icmpType === IcmpType.ECHO_REQUEST ? icmp : undefined
  const echo6 = icmpv6?.icmpType === Icmpv6Type.ECHO_REQUEST ? icmpv6 : undefined
  const found = echo ?? echo6
  if (!found) return undefined
  const { rest, payload } = found
  return echoFrame(link, network, { reply: true, identifier: rest >>> 16, sequence: rest & 0xffff, payload })
}

/** A frame of no protocol that anybody knows, for destinations that have no address. */
export const plainFrame = (link: Link, marker: string): Uint8Array =>
  encodeEthernet({ ...link, etherType: 0x88b5, payload: bytes(marker.padEnd(46)) })

/** `tcp 10.0.0.2:40000 > 10.0.0.3:80`, for people. */
export const describeFrame = (frame: Uint8Array): string => {
  const { eth, arp, tcp, udp, icmp, icmpv6, neighbor } = parsePacket(frame)
  const addresses = addressTexts(frame)
  if (arp?.op === ArpOp.REPLY) return `arp ${formatIpv4(arp.spa)} is at ${formatMac(arp.sha)}`
  if (arp) return `arp who has ${formatIpv4(arp.tpa)}`
  if (neighbor?.tll !== undefined) return `nd ${formatIpv6(neighbor.target)} is at ${formatMac(neighbor.tll)}`
  if (neighbor) return `nd who has ${formatIpv6(neighbor.target)}`
  if (!addresses) return eth ? `ethernet ${formatMac(eth.src)} > ${formatMac(eth.dst)}` : 'no frame'
  const { src, dst } = addresses
  const ports = tcp ?? udp
  const at = (address: string, port: number): string => `${isIpv6(address) ? `[${address}]` : address}:${port}`
  if (ports) return `${tcp ? 'tcp' : 'udp'} ${at(src, ports.src)} > ${at(dst, ports.dst)}`
  return `${icmp || icmpv6 ? 'icmp ' : ''}${src} > ${dst}`
}

/**
 * So many frames as this one, each the first of a connection of its own where the protocol has such:
 * source ports and identifiers count up.
 */
export const framesLike = (frame: Uint8Array, ask: Ask, count: number): Uint8Array[] => {
  const { eth, tcp, udp, icmp, icmpv6, neighbor } = parsePacket(frame)
  const addresses = addressTexts(frame)
  const isPlain = !eth || !addresses || neighbor !== undefined || !(tcp ?? udp ?? icmp ?? icmpv6)
  if (isPlain) return Array.from({ length: count }, () => frame)
  const link = { src: formatMac(eth.src), dst: formatMac(eth.dst) }
  return Array.from({ length: count }, (_, at) =>
    frameOf(link, addresses, { ...ask, sourcePort: ((ask.sourcePort - 1 + at) % 0xffff) + 1 }),
  )
}
