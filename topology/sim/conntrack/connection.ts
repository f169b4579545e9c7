import { IpProtocol } from '../../../controller/packet/ipv4.ts'
import { TcpFlags } from '../../../controller/packet/tcp.ts'
import type { Tuple } from './tuple.ts'

/** Bits of ct_state (ovs-fields(7), "ct_state"). */
export const CtState = { NEW: 1, EST: 2, REL: 4, RPL: 8, INV: 16, TRK: 32, SNAT: 64, DNAT: 128 } as const

/** A connection that was committed. */
export interface Connection {
  readonly zone: number
  /** Of the packets of its first direction, as they come in. */
  readonly original: Tuple
  /** Of the answers, as they come in: with NAT not simply the other way round. */
  readonly reply: Tuple
  /** What NAT changed for the first direction. */
  readonly nat: 'src' | 'dst' | undefined
  mark: number
  label: bigint
  seenReply: boolean
  /** Directions that have sent FIN or RST: 1 the first, 2 the other. */
  ended: number
  /** Milliseconds of the clock. */
  expires: number
}

/** Milliseconds without a packet after which a connection is forgotten. */
const timeouts = { opening: 30_000, open: 86_400_000, ending: 30_000, other: 60_000, icmp: 30_000 } as const

export const timeoutOf = ({ original: { protocol }, seenReply, ended }: Connection): number => {
  if (protocol === IpProtocol.TCP) {
    if (ended !== 0) return timeouts.ending
    return seenReply ? timeouts.open : timeouts.opening
  }
  return protocol === IpProtocol.ICMP || protocol === IpProtocol.ICMPV6 ? timeouts.icmp : timeouts.other
}

const has = (flags: number, bits: number): boolean => (flags & bits) !== 0

/** TCP flags that no packet has together (RFC 9293 §3.10.7). */
export const badTcpFlags = (flags: number): boolean => {
  if (has(flags, TcpFlags.SYN) && has(flags, TcpFlags.RST | TcpFlags.FIN)) return true
  if (!has(flags, TcpFlags.SYN | TcpFlags.ACK | TcpFlags.RST)) return true
  return !has(flags, TcpFlags.ACK) && has(flags, TcpFlags.FIN | TcpFlags.PSH | TcpFlags.URG)
}

/** True where a packet can begin a TCP connection, or one that is joined in the middle. */
export const canOpen = (flags: number): boolean => !(has(flags, TcpFlags.SYN) && has(flags, TcpFlags.ACK))

export const isFirstSyn = (flags: number): boolean => has(flags, TcpFlags.SYN) && !has(flags, TcpFlags.ACK)

export const isEnd = (flags: number): boolean => has(flags, TcpFlags.FIN | TcpFlags.RST)
