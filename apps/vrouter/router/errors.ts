// What a router tells the sender of a packet that it does not pass on.
import { packet } from '../../../controller/index.ts'

const { ethernetLength, Icmpv6Type, IcmpType } = packet

type Packet = packet.Packet

/** Types and codes of ICMP (RFC 792, RFC 1191) and ICMPv6 (RFC 4443 §3). */
const faults = {
  expired: { 4: [IcmpType.TIME_EXCEEDED, 0], 6: [Icmpv6Type.TIME_EXCEEDED, 0] },
  noRoute: { 4: [IcmpType.UNREACHABLE, 0], 6: [Icmpv6Type.UNREACHABLE, 0] },
  noNeighbour: { 4: [IcmpType.UNREACHABLE, 1], 6: [Icmpv6Type.UNREACHABLE, 3] },
  noListener: { 4: [IcmpType.UNREACHABLE, 3], 6: [Icmpv6Type.UNREACHABLE, 4] },
  tooLong: { 4: [IcmpType.UNREACHABLE, 4], 6: [Icmpv6Type.TOO_BIG, 0] },
} as const

/** Why a packet is not passed on. */
export type Fault = keyof typeof faults

/** Bytes of a packet that an error quotes: all of it is to fit 576 (RFC 1812 §4.3.2.3), or 1280 (RFC 4443 §2.4). */
const quoted = { 4: 576 - 20 - 8, 6: 1280 - 40 - 8 } as const

/** Types of ICMP that are no errors: echoes, router discovery, timestamps. */
const informational: readonly number[] = [0, 8, 9, 10, 13, 14]

/** To errors and later fragments no errors are sent, nor to those who have no address (RFC 1122 §3.2.2, RFC 4443 §2.4). */
const isAnswered = ({ ipv4, ipv6, icmp, icmpv6 }: Packet): boolean => {
  if (ipv4) {
    const isSender = ipv4.src !== 0 && ipv4.src < 0xe000_0000
    return isSender && ipv4.fragmentOffset === 0 && (!icmp || informational.includes(icmp.icmpType))
  }
  if (!ipv6) return false
  const isSender = ipv6.src !== 0n && ipv6.src >> 120n !== 0xffn
  const isFirst = (ipv6.upper.fragment?.offset ?? 0) === 0
  return isSender && isFirst && (!icmpv6 || icmpv6.icmpType >= Icmpv6Type.ECHO_REQUEST)
}

/** Where a fault was found. */
export interface Place {
  /** Of the router, 48 bits. */
  readonly mac: number
  /** The router's, in the network that the packet came from. */
  readonly address: string
  /** Bytes of what would fit, where a packet is too long. */
  readonly mtu?: number
}

/**
 * The error that the sender of a frame is told, addressed to the router itself, which routes it there;
 * undefined where none may be sent.
 */
export const errorFor = (frame: Uint8Array, fault: Fault, { mac, address, mtu = 0 }: Place): Uint8Array | undefined => {
  const read = packet.parsePacket(frame)
  if (!isAnswered(read)) return undefined
  const family = read.ipv4 ? 4 : 6
  const [icmpType, code] = faults[fault][family]
  // There are no tags behind a container's port.
  const payload = frame.slice(ethernetLength, ethernetLength + quoted[family])
  const network = { src: address, dst: read.ipv4?.src ?? read.ipv6?.src ?? 0n }
  return packet.icmpFrame({ src: mac, dst: mac }, network, { icmpType, code, rest: mtu, payload })
}
