import { put16, put32, u8At, u16At, u32At } from './bytes.ts'
import { checksumOf, pseudoHeaderSum, sumWords } from './checksum.ts'
import { IpProtocol } from './ipv4.ts'

export const TcpFlags = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 0x10, URG: 0x20, ECE: 0x40, CWR: 0x80 } as const

/** TCP (RFC 9293). */
export interface Tcp {
  readonly src: number
  readonly dst: number
  readonly sequence: number
  readonly acknowledgement: number
  /** 12 bits, the reserved ones too. */
  readonly flags: number
  readonly window: number
  readonly checksum: number
  readonly urgent: number
  readonly options: Uint8Array
  /** Shares memory. */
  readonly payload: Uint8Array
}

/** Bytes of a header without options. */
export const tcpLength = 20

/** Undefined where the header is cut or its length impossible. */
export const parseTcp = (bytes: Uint8Array): Tcp | undefined => {
  const head = (u8At(bytes, 12) >>> 4) * 4
  if (bytes.length < tcpLength || head < tcpLength || head > bytes.length) return undefined
  return {
    src: u16At(bytes, 0),
    dst: u16At(bytes, 2),
    sequence: u32At(bytes, 4),
    acknowledgement: u32At(bytes, 8),
    flags: u16At(bytes, 12) & 0xfff,
    window: u16At(bytes, 14),
    checksum: u16At(bytes, 16),
    urgent: u16At(bytes, 18),
    options: bytes.subarray(tcpLength, head),
    payload: bytes.subarray(head),
  }
}

export interface TcpInput {
  readonly src: number
  readonly dst: number
  readonly sequence?: number
  readonly acknowledgement?: number
  /** SYN unless given. */
  readonly flags?: number
  readonly window?: number
  readonly payload?: Uint8Array
}

/** @param addresses source and destination as they stand in the IP header: the checksum covers them */
export const encodeTcp = (input: TcpInput, addresses: Uint8Array): Uint8Array => {
  const { payload = new Uint8Array(0) } = input
  const bytes = new Uint8Array(tcpLength + payload.length)
  put16(bytes, 0, input.src)
  put16(bytes, 2, input.dst)
  put32(bytes, 4, input.sequence ?? 0)
  put32(bytes, 8, input.acknowledgement ?? 0)
  put16(bytes, 12, 0x5000 + (input.flags ?? TcpFlags.SYN))
  put16(bytes, 14, input.window ?? 0xffff)
  bytes.set(payload, tcpLength)
  put16(
    bytes,
    16,
    checksumOf(pseudoHeaderSum(addresses, IpProtocol.TCP, bytes.length) + sumWords(bytes, 0, bytes.length)),
  )
  return bytes
}
