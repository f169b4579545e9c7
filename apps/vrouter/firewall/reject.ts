// Answers to packets that a rule rejects, so that who sent them need not wait.
import { packet } from '../../../controller/index.ts'

const { Icmpv6Type, IcmpType, TcpFlags } = packet

/** RFC 1812 §5.2.7.1: communication administratively prohibited. */
const prohibited = 13
/** RFC 4443 §3.1: the same. */
const prohibited6 = 1

/** Bytes of a packet that an error quotes: its header and 8 more (RFC 792), or what the least MTU leaves (RFC 4443 §2.4). */
const quoted = { 4: 28, 6: 1232 } as const

/** Types of ICMP that ask something: nothing else is answered by an error (RFC 1122 §3.2.2). */
const questions: readonly number[] = [IcmpType.ECHO_REQUEST, 13, 15]

interface Ends {
  readonly src: number | bigint
  readonly dst: number | bigint
}

type Packet = packet.Packet

/** RFC 9293 §3.10.7.1: a reset that the other side takes for an answer; none to a reset. */
const resetOf = ({ src, dst, flags, sequence, acknowledgement, payload }: NonNullable<Packet['tcp']>) => {
  if ((flags & TcpFlags.RST) !== 0) return undefined
  const ports = { src: dst, dst: src, window: 0 }
  if ((flags & TcpFlags.ACK) !== 0) return { ...ports, sequence: acknowledgement, flags: TcpFlags.RST }
  const used = payload.length + (flags & TcpFlags.SYN ? 1 : 0) + (flags & TcpFlags.FIN ? 1 : 0)
  const next = (sequence + used) % 2 ** 32
  return { ...ports, sequence: 0, acknowledgement: next, flags: TcpFlags.RST | TcpFlags.ACK }
}

const unreachable = (frame: Uint8Array, { icmp, icmpv6, ipv4, ipv6 }: Packet, link: Link, ends: Ends) => {
  // Tags are gone where the firewall looks.
  const quote = frame.subarray(packet.ethernetLength)
  if (ipv4) {
    if (ipv4.fragmentOffset > 0 || (icmp && !questions.includes(icmp.icmpType))) return undefined
    const message = { icmpType: IcmpType.UNREACHABLE, code: prohibited, payload: quote.slice(0, quoted[4]) }
    return packet.icmpFrame(link, ends, message)
  }
  if (!ipv6 || (icmpv6 && icmpv6.icmpType < Icmpv6Type.ECHO_REQUEST)) return undefined
  const message = { icmpType: Icmpv6Type.UNREACHABLE, code: prohibited6, payload: quote.slice(0, quoted[6]) }
  return packet.icmpFrame(link, ends, message)
}

interface Link {
  readonly src: number
  readonly dst: number
}

/**
 * What who sent a frame is answered when it is rejected, as if from whom it was for: a reset of TCP, of
 * all else an error of ICMP; undefined where there is no fitting answer.
 */
export const answerTo = (frame: Uint8Array): Uint8Array | undefined => {
  const read = packet.parsePacket(frame)
  const { eth, ipv4, ipv6, tcp } = read
  const ip = ipv4 ?? ipv6
  if (!eth || !ip || packet.isGroupMac(eth.dst)) return undefined
  const link = { src: eth.dst, dst: eth.src }
  const ends = { src: ip.dst, dst: ip.src }
  if (!tcp) return unreachable(frame, read, link, ends)
  const reset = resetOf(tcp)
  return reset && packet.tcpFrame(link, ends, reset)
}
