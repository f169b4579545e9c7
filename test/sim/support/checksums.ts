import { internetChecksum, ipv4ChecksumOk, parseEthernet, parsePacket } from '../../../controller/packet/index.ts'

const padded = (bytes: Uint8Array): Uint8Array => (bytes.length % 2 === 0 ? bytes : new Uint8Array([...bytes, 0]))

/** What is wrong with a frame's checksums; nothing where all are right. */
export const wrongChecksums = (frame: Uint8Array): string[] => {
  const packet = parsePacket(frame)
  const network = parseEthernet(frame)?.payload ?? new Uint8Array(0)
  const { ipv4, ipv6 } = packet
  const wrong: string[] = []
  if (ipv4 && !ipv4ChecksumOk(network)) wrong.push('IPv4')
  const isFragment = ipv4 ? ipv4.moreFragments || ipv4.fragmentOffset > 0 : ipv6?.upper.fragment !== undefined
  const payload = ipv4?.payload ?? ipv6?.payload
  if (!payload || isFragment) return wrong
  const protocol = ipv4?.protocol ?? ipv6?.upper.protocol ?? 0
  const addresses = ipv4 ? network.subarray(12, 20) : network.subarray(8, 40)
  const length = new Uint8Array([payload.length >>> 8, payload.length & 0xff, 0, protocol])
  const pseudo = packet.icmp ? new Uint8Array(0) : new Uint8Array([...addresses, ...length])
  const sum = internetChecksum(new Uint8Array([...pseudo, ...padded(payload)]))
  const isSealed = packet.tcp || packet.icmp || packet.icmpv6 || (packet.udp && packet.udp.checksum !== 0)
  if (isSealed && sum !== 0) wrong.push(`protocol ${protocol}`)
  return wrong
}
