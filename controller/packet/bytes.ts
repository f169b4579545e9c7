/** Big-endian reads and writes at an offset; reads past the end give zeros. */

export const u8At = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0

export const u16At = (bytes: Uint8Array, at: number): number => u8At(bytes, at) * 0x100 + u8At(bytes, at + 1)

export const u32At = (bytes: Uint8Array, at: number): number => u16At(bytes, at) * 0x1_0000 + u16At(bytes, at + 2)

/** A 48-bit number. */
export const macAt = (bytes: Uint8Array, at: number): number => u16At(bytes, at) * 0x1_0000_0000 + u32At(bytes, at + 2)

/** 128 bits. */
export const ipv6At = (bytes: Uint8Array, at: number): bigint => {
  let value = 0n
  for (let word = 0; word < 4; word++) value = (value << 32n) | BigInt(u32At(bytes, at + word * 4))
  return value
}

export const put16 = (bytes: Uint8Array, at: number, value: number): void => {
  bytes[at] = value >>> 8
  bytes[at + 1] = value
}

export const put32 = (bytes: Uint8Array, at: number, value: number): void => {
  put16(bytes, at, value >>> 16)
  put16(bytes, at + 2, value & 0xffff)
}

export const putMac = (bytes: Uint8Array, at: number, value: number): void => {
  put16(bytes, at, Math.floor(value / 0x1_0000_0000))
  put32(bytes, at + 2, value % 0x1_0000_0000)
}

export const putIpv6 = (bytes: Uint8Array, at: number, value: bigint): void => {
  for (let word = 0; word < 4; word++) {
    put32(bytes, at + word * 4, Number((value >> BigInt(96 - word * 32)) & 0xffff_ffffn))
  }
}

export const none = new Uint8Array(0)

/** One after the other. */
export const concat = (...parts: readonly Uint8Array[]): Uint8Array => {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
