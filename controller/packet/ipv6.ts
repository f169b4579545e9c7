import { type Ipv6Input, ipv6Of } from './address.ts'
import { ipv6At, put16, put32, putIpv6, u8At, u16At, u32At } from './bytes.ts'

/** Where the upper layer stands after the extension headers (RFC 8200 §4). */
export interface Ipv6Upper {
  /** The upper layer's protocol, or an extension header's number where it is cut. */
  readonly protocol: number
  /** Offset from the start of the IPv6 header. */
  readonly at: number
  /** The fragment header, where there is one. */
  readonly fragment?: { readonly offset: number; readonly more: boolean; readonly identification: number }
}

/** IPv6 (RFC 8200). */
export interface Ipv6 {
  readonly src: bigint
  readonly dst: bigint
  /** DSCP in the upper 6 bits, ECN in the lower 2. */
  readonly trafficClass: number
  readonly flowLabel: number
  readonly hopLimit: number
  /** The number of the header that follows: an extension header's or the upper layer's. */
  readonly nextHeader: number
  /** As the header says; there may be fewer bytes. */
  readonly payloadLength: number
  readonly upper: Ipv6Upper
  /** The upper layer; shares memory. */
  readonly payload: Uint8Array
}

/** Bytes of the fixed header. */
export const ipv6Length = 40

const ExtensionHeader = { HOP_BY_HOP: 0, ROUTING: 43, FRAGMENT: 44, AUTHENTICATION: 51, DESTINATION: 60 } as const
const extensionHeaders = new Set<number>(Object.values(ExtensionHeader))

/** The length of an extension header in bytes (RFC 8200 §4, RFC 4302 §2.2). */
const extensionLength = (protocol: number, lengthByte: number): number => {
  if (protocol === ExtensionHeader.FRAGMENT) return 8
  return protocol === ExtensionHeader.AUTHENTICATION ? (lengthByte + 2) * 4 : (lengthByte + 1) * 8
}

/** Walks the extension headers of an IPv6 packet; stops at a cut one, and in later fragments. */
export const ipv6Upper = (bytes: Uint8Array, start = 0, end = bytes.length): Ipv6Upper => {
  let protocol = u8At(bytes, start + 6)
  let at = start + ipv6Length
  let fragment: Ipv6Upper['fragment']
  while (extensionHeaders.has(protocol) && at + 8 <= end) {
    const length = extensionLength(protocol, u8At(bytes, at + 1))
    if (at + length > end) break
    if (protocol === ExtensionHeader.FRAGMENT) {
      const field = u16At(bytes, at + 2)
      fragment = { offset: field & 0xfff8, more: (field & 1) !== 0, identification: u32At(bytes, at + 4) }
    }
    protocol = u8At(bytes, at)
    at += length
    if (fragment !== undefined && fragment.offset > 0) break
  }
  return { protocol, at: at - start, ...(fragment === undefined ? {} : { fragment }) }
}

/** Undefined where the header is cut or not of version 6. */
export const parseIpv6 = (bytes: Uint8Array): Ipv6 | undefined => {
  if (bytes.length < ipv6Length || u8At(bytes, 0) >>> 4 !== 6) return undefined
  const first = u32At(bytes, 0)
  const payloadLength = u16At(bytes, 4)
  const end = Math.min(bytes.length, ipv6Length + payloadLength)
  const upper = ipv6Upper(bytes, 0, end)
  return {
    src: ipv6At(bytes, 8),
    dst: ipv6At(bytes, 24),
    trafficClass: (first >>> 20) & 0xff,
    flowLabel: first & 0xfffff,
    hopLimit: u8At(bytes, 7),
    nextHeader: u8At(bytes, 6),
    payloadLength,
    upper,
    payload: bytes.subarray(upper.at, end),
  }
}

export interface Ipv6PacketInput {
  readonly src: Ipv6Input
  readonly dst: Ipv6Input
  readonly nextHeader: number
  /** 64 unless given. */
  readonly hopLimit?: number
  readonly trafficClass?: number
  readonly flowLabel?: number
  readonly payload: Uint8Array
}

export const encodeIpv6 = (input: Ipv6PacketInput): Uint8Array => {
  const { payload, trafficClass = 0, flowLabel = 0 } = input
  const bytes = new Uint8Array(ipv6Length + payload.length)
  put32(bytes, 0, (0x6000_0000 | (trafficClass << 20) | flowLabel) >>> 0)
  put16(bytes, 4, payload.length)
  bytes[6] = input.nextHeader
  bytes[7] = input.hopLimit ?? 64
  putIpv6(bytes, 8, ipv6Of(input.src))
  putIpv6(bytes, 24, ipv6Of(input.dst))
  bytes.set(payload, ipv6Length)
  return bytes
}
