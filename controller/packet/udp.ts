import { put16, u16At } from './bytes.ts'
import { checksumOf, pseudoHeaderSum, sumWords } from './checksum.ts'
import { IpProtocol } from './ipv4.ts'

/** UDP (RFC 768). */
export interface Udp {
  readonly src: number
  readonly dst: number
  /** Of header and payload, as the header says. */
  readonly length: number
  /** 0 where the sender made none. */
  readonly checksum: number
  /** Shares memory. */
  readonly payload: Uint8Array
}

export const udpLength = 8

/** Undefined where the header is cut. */
export const parseUdp = (bytes: Uint8Array): Udp | undefined => {
  if (bytes.length < udpLength) return undefined
  const length = u16At(bytes, 4)
  return {
    src: u16At(bytes, 0),
    dst: u16At(bytes, 2),
    length,
    checksum: u16At(bytes, 6),
    payload: bytes.subarray(udpLength, Math.max(length, udpLength)),
  }
}

export interface UdpInput {
  readonly src: number
  readonly dst: number
  readonly payload?: Uint8Array
}

/** @param addresses source and destination as they stand in the IP header: the checksum covers them */
export const encodeUdp = (input: UdpInput, addresses: Uint8Array): Uint8Array => {
  const { payload = new Uint8Array(0) } = input
  const bytes = new Uint8Array(udpLength + payload.length)
  put16(bytes, 0, input.src)
  put16(bytes, 2, input.dst)
  put16(bytes, 4, bytes.length)
  bytes.set(payload, udpLength)
  const sum = pseudoHeaderSum(addresses, IpProtocol.UDP, bytes.length) + sumWords(bytes, 0, bytes.length)
  // Zero would say that there is no checksum.
  put16(bytes, 6, checksumOf(sum) || 0xffff)
  return bytes
}
