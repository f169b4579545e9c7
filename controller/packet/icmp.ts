import { put16, put32, u8At, u16At, u32At } from './bytes.ts'
import { internetChecksum } from './checksum.ts'

export const IcmpType = { ECHO_REPLY: 0, UNREACHABLE: 3, ECHO_REQUEST: 8, TIME_EXCEEDED: 11 } as const

/** ICMP (RFC 792). */
export interface Icmp {
  readonly icmpType: number
  readonly code: number
  readonly checksum: number
  /** The four bytes after the checksum: of an echo, identifier and sequence number. */
  readonly rest: number
  /** Shares memory. */
  readonly payload: Uint8Array
}

export const icmpLength = 8
/** Type, code and checksum: all that some messages have. */
const leastLength = 4

/** Undefined where it is cut. */
export const parseIcmp = (bytes: Uint8Array): Icmp | undefined => {
  if (bytes.length < leastLength) return undefined
  return {
    icmpType: u8At(bytes, 0),
    code: u8At(bytes, 1),
    checksum: u16At(bytes, 2),
    rest: u32At(bytes, 4),
    payload: bytes.subarray(icmpLength),
  }
}

export interface IcmpInput {
  readonly icmpType: number
  readonly code?: number
  readonly rest?: number
  readonly payload?: Uint8Array
}

/** The `rest` of an echo. */
export const echoRest = (identifier: number, sequence: number): number => identifier * 0x1_0000 + sequence

/** A message with its checksum. */
export const encodeIcmp = (input: IcmpInput): Uint8Array => {
  const { payload = new Uint8Array(0) } = input
  const bytes = new Uint8Array(icmpLength + payload.length)
  bytes[0] = input.icmpType
  bytes[1] = input.code ?? 0
  put32(bytes, 4, input.rest ?? 0)
  bytes.set(payload, icmpLength)
  put16(bytes, 2, internetChecksum(bytes))
  return bytes
}
