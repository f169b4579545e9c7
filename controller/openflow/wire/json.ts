/** What JSON can hold. 64-bit and wider numbers stand as `0x…` text, bytes as hexadecimal text. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject
/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: Json
}

const hexDigits = /^(0x)?([0-9a-f]{2})*$/i

/** Lower-case hexadecimal without separators. */
export const toHex = (bytes: Uint8Array): string => {
  let hex = ''
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0')
  return hex
}

/** @throws RangeError unless the text is an even number of hexadecimal digits */
export const fromHex = (hex: string): Uint8Array => {
  if (!hexDigits.test(hex)) throw new RangeError(`not hexadecimal bytes: ${hex.slice(0, 40)}`)
  const digits = hex.replace(/^0x/i, '')
  return Uint8Array.from({ length: digits.length / 2 }, (_, index) =>
    Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16),
  )
}
