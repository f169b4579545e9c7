import { type Ipv4Input, ipv4Of } from './address.ts'
import { put16, put32, u8At, u16At, u32At } from './bytes.ts'
import { internetChecksum } from './checksum.ts'

export const IpProtocol = { ICMP: 1, TCP: 6, UDP: 17, ICMPV6: 58, SCTP: 132 } as const

/** IPv4 (RFC 791). */
export interface Ipv4 {
  readonly src: number
  readonly dst: number
  readonly protocol: number
  readonly ttl: number
  /** DSCP in the upper 6 bits, ECN in the lower 2. */
  readonly tos: number
  readonly identification: number
  readonly dontFragment: boolean
  readonly moreFragments: boolean
  /** In bytes, a multiple of 8. */
  readonly fragmentOffset: number
  /** Of header and payload, as the header says; there may be fewer bytes. */
  readonly totalLength: number
  /** As it stands; `ipv4ChecksumOk` says whether it is right. */
  readonly checksum: number
  readonly options: Uint8Array
  /** Up to the total length, or as much as is there; shares memory. */
  readonly payload: Uint8Array
}

/** Bytes of a header without options. */
export const ipv4Length = 20

/** Bytes of the header, or undefined where it is no IPv4 header. */
export const ipv4HeaderLength = (bytes: Uint8Array): number | undefined => {
  const first = u8At(bytes, 0)
  const length = (first & 0xf) * 4
  return first >>> 4 === 4 && length >= ipv4Length && length <= bytes.length ? length : undefined
}

/** Undefined where the header is cut, not of version 4, or its lengths contradict each other. */
export const parseIpv4 = (bytes: Uint8Array): Ipv4 | undefined => {
  const head = ipv4HeaderLength(bytes)
  const totalLength = u16At(bytes, 2)
  if (head === undefined || totalLength < head) return undefined
  const fragment = u16At(bytes, 6)
  return {
    src: u32At(bytes, 12),
    dst: u32At(bytes, 16),
    protocol: u8At(bytes, 9),
    ttl: u8At(bytes, 8),
    tos: u8At(bytes, 1),
    identification: u16At(bytes, 4),
    dontFragment: (fragment & 0x4000) !== 0,
    moreFragments: (fragment & 0x2000) !== 0,
    fragmentOffset: (fragment & 0x1fff) * 8,
    totalLength,
    checksum: u16At(bytes, 10),
    options: bytes.subarray(ipv4Length, head),
    payload: bytes.subarray(head, totalLength),
  }
}

/** True where the header's checksum is right. */
export const ipv4ChecksumOk = (bytes: Uint8Array): boolean => {
  const head = ipv4HeaderLength(bytes)
  return head !== undefined && internetChecksum(bytes, 0, head) === 0
}

export interface Ipv4PacketInput {
  readonly src: Ipv4Input
  readonly dst: Ipv4Input
  readonly protocol: number
  /** 64 unless given. */
  readonly ttl?: number
  readonly tos?: number
  readonly identification?: number
  readonly dontFragment?: boolean
  readonly moreFragments?: boolean
  /** In bytes, a multiple of 8. */
  readonly fragmentOffset?: number
  readonly payload: Uint8Array
}

/** A packet without options, its checksum computed. */
export const encodeIpv4 = (input: Ipv4PacketInput): Uint8Array => {
  const { payload, fragmentOffset = 0 } = input
  const bytes = new Uint8Array(ipv4Length + payload.length)
  bytes[0] = 0x45
  bytes[1] = input.tos ?? 0
  put16(bytes, 2, bytes.length)
  put16(bytes, 4, input.identification ?? 0)
  put16(bytes, 6, (input.dontFragment ? 0x4000 : 0) + (input.moreFragments ? 0x2000 : 0) + fragmentOffset / 8)
  bytes[8] = input.ttl ?? 64
  bytes[9] = input.protocol
  put32(bytes, 12, ipv4Of(input.src))
  put32(bytes, 16, ipv4Of(input.dst))
  put16(bytes, 10, internetChecksum(bytes, 0, ipv4Length))
  bytes.set(payload, ipv4Length)
  return bytes
}
