import { formatAddress, formatMac, packet } from '../../../controller/index.ts'

/** IANA, Assigned Internet Protocol Numbers. */
const names: Readonly<Record<number, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmpv6', 132: 'sctp' }

const end = (family: 4 | 6, address: number | bigint, port: number | undefined): string => {
  const text = formatAddress({ family, number: BigInt(address) })
  return port === undefined ? text : `${text} port ${port}`
}

/** A packet for people: `tcp 10.0.0.1 port 4711 > 10.0.0.2 port 80`. */
export const describe = (frame: Uint8Array): string => {
  const { eth, ipv4, ipv6, tcp, udp, icmp, icmpv6 } = packet.parsePacket(frame)
  const family = ipv4 ? 4 : 6
  const ip = ipv4 ?? ipv6
  if (!ip)
    return eth ? `EtherType 0x${eth.etherType.toString(16)} ${formatMac(eth.src)} > ${formatMac(eth.dst)}` : 'a frame'
  const protocol = ipv4?.protocol ?? ipv6?.upper.protocol ?? 0
  const ports = tcp ?? udp
  const message = icmp ?? icmpv6
  const what = `${names[protocol] ?? `protocol ${protocol}`}${message ? ` type ${message.icmpType}` : ''}`
  return `${what} ${end(family, ip.src, ports?.src)} > ${end(family, ip.dst, ports?.dst)}`
}
