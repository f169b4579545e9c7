import { u8At, u16At } from '../../../controller/packet/bytes.ts'
import { EtherType } from '../../../controller/packet/ethernet.ts'
import { IcmpType } from '../../../controller/packet/icmp.ts'
import { Icmpv6Type } from '../../../controller/packet/icmpv6.ts'
import { IpProtocol } from '../../../controller/packet/ipv4.ts'
import { getWords } from '../pipeline/bits.ts'
import { extract } from '../pipeline/extract.ts'
import type { FrameLayout } from '../pipeline/frame.ts'
import { Fragment, type Key, newKey, Word } from '../pipeline/layout.ts'
import { isIcmp, isQuery, type Tuple } from './tuple.ts'

/** What connection tracking sees of a packet. */
export interface Tracked {
  readonly tuple: Tuple
  readonly tcpFlags: number
  /** True for an ICMP error: the tuple is that of the packet that it quotes. */
  readonly isError: boolean
}

const icmpErrors: Readonly<Record<number, readonly number[]>> = {
  [IpProtocol.ICMP]: [IcmpType.UNREACHABLE, 4, 5, IcmpType.TIME_EXCEEDED, 12],
  [IpProtocol.ICMPV6]: [Icmpv6Type.UNREACHABLE, Icmpv6Type.TOO_BIG, Icmpv6Type.TIME_EXCEEDED, 4],
}

/** Bytes of an ICMP header before what it quotes. */
export const icmpHead = 8
const quotedTransport = 8

const addressesOf = (key: Key): Pick<Tuple, 'isIpv6' | 'src' | 'dst'> =>
  key[Word.ETH_TYPE] === EtherType.IPV6
    ? { isIpv6: true, src: getWords(key, Word.IPV6_SRC, 4), dst: getWords(key, Word.IPV6_DST, 4) }
    : { isIpv6: false, src: getWords(key, Word.IPV4_SRC, 1), dst: getWords(key, Word.IPV4_DST, 1) }

const portsOf = (frame: Uint8Array, at: number, protocol: number): Pick<Tuple, 'srcPort' | 'dstPort'> =>
  isIcmp(protocol)
    ? { srcPort: u16At(frame, at + 4), dstPort: u8At(frame, at) }
    : { srcPort: u16At(frame, at), dstPort: u16At(frame, at + 2) }

/** The packet that an ICMP error quotes, behind an Ethernet header, as a frame of its own. */
export const quotedFrame = (frame: Uint8Array, layout: FrameLayout, isIpv6: boolean): Uint8Array => {
  const quoted = frame.subarray(layout.transportAt + icmpHead, layout.networkEnd)
  const made = new Uint8Array(14 + quoted.length)
  made.set(isIpv6 ? [0x86, 0xdd] : [0x08, 0x00], 12)
  made.set(quoted, 14)
  return made
}

/** Quotes are cut: their lengths say more than is there. This makes them true for reading. */
const shortened = (frame: Uint8Array, isIpv6: boolean): Uint8Array => {
  const made = frame.slice()
  const length = frame.length - 14 - (isIpv6 ? 40 : 0)
  made.set([length >>> 8, length & 0xff], isIpv6 ? 18 : 16)
  return made
}

/** Where the quoted packet's transport header starts in its frame, and its protocol; undefined where it is cut. */
export const quotedTransportAt = (frame: Uint8Array, isIpv6: boolean) => {
  const key = newKey()
  const layout = extract(key, shortened(frame, isIpv6), 0)
  if (layout.networkAt < 0) return undefined
  const protocol = (key[Word.IP] as number) >>> 24
  const at = isIpv6 ? 54 : 14 + (u8At(frame, 14) & 0xf) * 4
  return at + quotedTransport <= frame.length ? { at, protocol, key } : undefined
}

const trackError = (frame: Uint8Array, layout: FrameLayout, isIpv6: boolean): Tracked | undefined => {
  const quoted = quotedFrame(frame, layout, isIpv6)
  const found = quotedTransportAt(quoted, isIpv6)
  if (found === undefined) return undefined
  const { at, protocol, key } = found
  return {
    tuple: { ...addressesOf(key), protocol, ...portsOf(quoted, at, protocol) },
    tcpFlags: 0,
    isError: true,
  }
}

/** What a packet says of its connection; undefined where it belongs to none. */
export const tracked = (key: Key, frame: Uint8Array, layout: FrameLayout): Tracked | undefined => {
  const ip = key[Word.IP] as number
  const { transportAt, networkAt } = layout
  const isIp = key[Word.ETH_TYPE] === EtherType.IPV4 || key[Word.ETH_TYPE] === EtherType.IPV6
  if (!isIp || networkAt < 0 || (ip & Fragment.LATER) !== 0) return undefined
  const protocol = ip >>> 24
  const addresses = addressesOf(key)
  if (transportAt < 0) {
    const isKnown =
      isIcmp(protocol) || [IpProtocol.TCP, IpProtocol.UDP, IpProtocol.SCTP].some((one) => one === protocol)
    const tuple = { ...addresses, protocol, srcPort: 0, dstPort: 0 }
    return isKnown ? undefined : { tuple, tcpFlags: 0, isError: false }
  }
  const ports = portsOf(frame, transportAt, protocol)
  if (isIcmp(protocol)) {
    if (icmpErrors[protocol]?.includes(ports.dstPort)) return trackError(frame, layout, addresses.isIpv6)
    if (!isQuery(protocol, ports.dstPort)) return undefined
  }
  return { tuple: { ...addresses, protocol, ...ports }, tcpFlags: key[Word.TCP_FLAGS] as number, isError: false }
}
