import { u8At, u16At, u32At } from '../../../controller/packet/bytes.ts'
import { Icmpv6Type, NdOption, ndOptions } from '../../../controller/packet/icmpv6.ts'
import { IpProtocol, ipv4HeaderLength } from '../../../controller/packet/ipv4.ts'
import { ipv6Length, ipv6Upper } from '../../../controller/packet/ipv6.ts'
import type { FrameLayout } from './frame.ts'
import { Fragment, type Key, Word } from './layout.ts'

/** More bytes of padding after an IP packet than this, and its length is not believed. */
const mostPadding = 255

const putWords = (key: Key, word: number, bytes: Uint8Array, at: number, count: number): void => {
  for (let index = 0; index < count; index++) key[word + index] = u32At(bytes, at + index * 4) | 0
}

/** Bytes that the header of an upper layer needs, for those whose fields the switch reads. */
const transportLengths: Readonly<Record<number, number>> = {
  [IpProtocol.TCP]: 20,
  [IpProtocol.UDP]: 8,
  [IpProtocol.SCTP]: 12,
}

const ndLength = 24

const extractNd = (key: Key, frame: Uint8Array, at: number, end: number): void => {
  const type = u8At(frame, at)
  const isNd = type === Icmpv6Type.NEIGHBOR_SOLICITATION || type === Icmpv6Type.NEIGHBOR_ADVERTISEMENT
  if (!isNd || u8At(frame, at + 1) !== 0 || at + ndLength > end) return
  key[Word.ND_RESERVED] = u32At(frame, at + 4) | 0
  putWords(key, Word.ND_TARGET, frame, at + 8, 4)
  for (const option of ndOptions(frame.subarray(0, end), at + ndLength)) {
    const isSource = option.optionType === NdOption.SOURCE_ADDRESS && type === Icmpv6Type.NEIGHBOR_SOLICITATION
    const isTarget = option.optionType === NdOption.TARGET_ADDRESS && type === Icmpv6Type.NEIGHBOR_ADVERTISEMENT
    if (!isSource && !isTarget) continue
    const word = isSource ? Word.ARP_SHA : Word.ARP_THA
    key[Word.ND_OPTION] = option.optionType
    key[word] = u16At(frame, option.at + 2)
    key[word + 1] = u32At(frame, option.at + 4) | 0
  }
}

/** Reads the upper layer's fields; gives its offset, or -1 where the switch reads none. */
const extractTransport = (key: Key, frame: Uint8Array, protocol: number, at: number, end: number): number => {
  const isIcmp = key[Word.ETH_TYPE] === 0x0800 ? protocol === IpProtocol.ICMP : protocol === IpProtocol.ICMPV6
  if (at + (isIcmp ? 8 : (transportLengths[protocol] ?? Number.POSITIVE_INFINITY)) > end) return -1
  if (isIcmp) {
    key[Word.PORTS] = (u8At(frame, at) << 16) | u8At(frame, at + 1)
    if (protocol === IpProtocol.ICMPV6) extractNd(key, frame, at, end)
    return at
  }
  key[Word.PORTS] = u32At(frame, at) | 0
  if (protocol === IpProtocol.TCP) key[Word.TCP_FLAGS] = u16At(frame, at + 12) & 0xfff
  return at
}

const putIp = (key: Key, protocol: number, tos: number, ttl: number, fragment: number): void => {
  key[Word.IP] = (protocol << 24) | (tos << 16) | (ttl << 8) | fragment
}

export const extractIpv4 = (key: Key, frame: Uint8Array, at: number): Partial<FrameLayout> => {
  const head = ipv4HeaderLength(frame.subarray(at))
  const total = u16At(frame, at + 2)
  const room = frame.length - at
  if (head === undefined || total < head || total > room || room - total > mostPadding) return {}
  const offset = u16At(frame, at + 6)
  const later = (offset & 0x1fff) !== 0
  const fragment = (offset & 0x3fff) === 0 ? 0 : Fragment.ANY | (later ? Fragment.LATER : 0)
  const protocol = u8At(frame, at + 9)
  putWords(key, Word.IPV4_SRC, frame, at + 12, 2)
  putIp(key, protocol, u8At(frame, at + 1), u8At(frame, at + 8), fragment)
  const networkEnd = at + total
  const transportAt = later ? -1 : extractTransport(key, frame, protocol, at + head, networkEnd)
  return { networkAt: at, networkEnd, transportAt }
}

export const extractIpv6 = (key: Key, frame: Uint8Array, at: number): Partial<FrameLayout> => {
  const networkEnd = at + ipv6Length + u16At(frame, at + 4)
  const room = frame.length - networkEnd
  if (at + ipv6Length > frame.length || u8At(frame, at) >>> 4 !== 6 || room < 0 || room > mostPadding) return {}
  const first = u32At(frame, at)
  const upper = ipv6Upper(frame, at, networkEnd)
  const { fragment } = upper
  const later = fragment !== undefined && fragment.offset > 0
  const isFragment = fragment !== undefined && (later || fragment.more)
  const bits = isFragment ? Fragment.ANY | (later ? Fragment.LATER : 0) : 0
  putWords(key, Word.IPV6_SRC, frame, at + 8, 8)
  key[Word.IPV6_LABEL] = first & 0xfffff
  putIp(key, upper.protocol, (first >>> 20) & 0xff, u8At(frame, at + 7), bits)
  const transportAt = later ? -1 : extractTransport(key, frame, upper.protocol, at + upper.at, networkEnd)
  return { networkAt: at, networkEnd, transportAt }
}
