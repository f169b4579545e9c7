import { put16, u16At } from './bytes.ts'

/** The sum of 16-bit words, not yet folded (RFC 1071); an odd last byte counts as a high one. */
export const sumWords = (bytes: Uint8Array, start: number, end: number): number => {
  let sum = 0
  let at = start
  for (; at + 1 < end; at += 2) sum += (bytes[at] as number) * 256 + (bytes[at + 1] as number)
  return at < end ? sum + (bytes[at] as number) * 256 : sum
}

const fold = (sum: number): number => {
  let folded = sum
  while (folded > 0xffff) folded = Math.floor(folded / 0x1_0000) + (folded % 0x1_0000)
  return folded
}

/** The Internet checksum of a sum of words. */
export const checksumOf = (sum: number): number => ~fold(sum) & 0xffff

/** The Internet checksum of bytes; over bytes that hold theirs, 0 where it is right. */
export const internetChecksum = (bytes: Uint8Array, start = 0, end = bytes.length): number =>
  checksumOf(sumWords(bytes, start, end))

/** What the addresses, protocol and length of an IP packet add to an upper-layer checksum. */
export const pseudoHeaderSum = (addresses: Uint8Array, protocol: number, length: number): number =>
  sumWords(addresses, 0, addresses.length) + protocol + Math.floor(length / 0x1_0000) + (length % 0x1_0000)

/** A checksum after one 16-bit word that it covers has changed (RFC 1624, equation 3). */
export const updatedChecksum = (checksum: number, from: number, to: number): number =>
  checksumOf((~checksum & 0xffff) + (~from & 0xffff) + to)

/** Writes a 16-bit word, and amends the checksum at `checksumAt` that covers it. */
export const rewrite16 = (bytes: Uint8Array, at: number, value: number, checksumAt: number): void => {
  put16(bytes, checksumAt, updatedChecksum(u16At(bytes, checksumAt), u16At(bytes, at), value))
  put16(bytes, at, value)
}
