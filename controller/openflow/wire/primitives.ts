import {
  formatIpv4,
  formatIpv6,
  formatMac,
  type Ipv4,
  type Ipv6,
  type Mac,
  parseIpv4,
  parseIpv6,
  parseMac,
} from './address.ts'
import type { Codec } from './codec.ts'
import { EncodeError, ValueTooWideError } from './errors.ts'
import { fromHex, type Json, toHex } from './json.ts'
import { encodeText } from './text.ts'

const checkNumber = (value: unknown, maximum: number, path: string): number => {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0) {
    throw new EncodeError(path, `an unsigned integer is expected, not ${String(value)}`)
  }
  if (value > maximum) throw new ValueTooWideError(path, `${value} is more than ${maximum}`)
  return value
}

const jsonNumber = (json: Json, path: string): number => {
  if (typeof json === 'number') return json
  throw new EncodeError(path, 'a number is expected')
}

export const jsonText = (json: Json, path: string): string => {
  if (typeof json === 'string') return json
  throw new EncodeError(path, 'a string is expected')
}

/** What `parse` makes of a JSON string; its error is told of `path`. */
const parsed = <T>(json: Json, path: string, parse: (text: string) => T): T => {
  const text = jsonText(json, path)
  try {
    return parse(text)
  } catch (error) {
    throw new EncodeError(path, (error as Error).message)
  }
}

export const u8: Codec<number> = {
  decode: (reader) => reader.u8(),
  encode: (writer, value, path) => writer.u8(checkNumber(value, 0xff, path)),
  toJson: (value) => value,
  fromJson: jsonNumber,
}

export const u16: Codec<number> = {
  decode: (reader) => reader.u16(),
  encode: (writer, value, path) => writer.u16(checkNumber(value, 0xffff, path)),
  toJson: (value) => value,
  fromJson: jsonNumber,
}

export const u32: Codec<number> = {
  decode: (reader) => reader.u32(),
  encode: (writer, value, path) => writer.u32(checkNumber(value, 0xffff_ffff, path)),
  toJson: (value) => value,
  fromJson: jsonNumber,
}

/** All ones; often says that there is no such thing, or all of it. */
export const ALL_ONES_64 = 0xffff_ffff_ffff_ffffn

/** `0x…` */
export const hexBig = (value: bigint): string => `0x${value.toString(16)}`

/** An unsigned 64-bit number; `0x…` text in JSON. */
export const u64: Codec<bigint> = {
  decode: (reader) => reader.u64(),
  encode(writer, value, path) {
    if (typeof value !== 'bigint' || value < 0n) {
      throw new EncodeError(path, `an unsigned bigint is expected, not ${String(value)}`)
    }
    if (value > ALL_ONES_64) throw new ValueTooWideError(path, `${value} has more than 64 bits`)
    writer.u64(value)
  },
  toJson: hexBig,
  fromJson: (json, path) => parsed(typeof json === 'number' ? String(json) : json, path, BigInt),
}

/** An Ethernet address. */
export const mac: Codec<Mac> = {
  decode: (reader) => reader.mac(),
  encode: (writer, value, path) => writer.mac(checkNumber(value, 0xffff_ffff_ffff, path)),
  toJson: formatMac,
  fromJson: (json, path) => parsed(json, path, parseMac),
}

/** An IPv4 address. */
export const ipv4: Codec<Ipv4> = {
  decode: (reader) => reader.u32(),
  encode: (writer, value, path) => writer.u32(checkNumber(value, 0xffff_ffff, path)),
  toJson: formatIpv4,
  fromJson: (json, path) => parsed(json, path, parseIpv4),
}

/** An IPv6 address. */
export const ipv6: Codec<Ipv6> = {
  decode: (reader) => reader.big(16),
  encode(writer, value, path) {
    if (typeof value !== 'bigint' || value < 0n) {
      throw new EncodeError(path, `an IPv6 address as a bigint is expected, not ${String(value)}`)
    }
    if (value >> 128n !== 0n) throw new ValueTooWideError(path, `${value} has more than 128 bits`)
    writer.big(value, 16)
  },
  toJson: formatIpv6,
  fromJson: (json, path) => parsed(json, path, parseIpv6),
}

const checkBytes = (value: unknown, path: string): Uint8Array => {
  if (value instanceof Uint8Array) return value
  throw new EncodeError(path, 'a Uint8Array is expected')
}

const bytesJson = {
  toJson: (value: Uint8Array): Json => toHex(value),
  fromJson: (json: Json, path: string): Uint8Array => parsed(json, path, fromHex),
}

/** Exactly `length` bytes. */
export const bytes = (length: number): Codec<Uint8Array> => ({
  decode: (reader) => reader.bytes(length),
  encode(writer, value, path) {
    if (checkBytes(value, path).length !== length) throw new EncodeError(path, `${length} bytes are expected`)
    writer.raw(value)
  },
  ...bytesJson,
})

/** All bytes that are left in the part. */
export const rest: Codec<Uint8Array> = {
  decode: (reader) => reader.rest(),
  encode(writer, value, path) {
    writer.raw(checkBytes(value, path))
  },
  ...bytesJson,
}

/** A string in a field of `length` bytes, NUL-filled. Its last byte need not be NUL. */
export const text = (length: number): Codec<string> => ({
  decode: (reader) => reader.text(length),
  encode(writer, value, path) {
    if (typeof value !== 'string') throw new EncodeError(path, 'a string is expected')
    const encoded = encodeText(value)
    if (encoded.length > length) throw new ValueTooWideError(path, `${encoded.length} bytes; at most ${length} fit`)
    if (encoded.includes(0)) throw new EncodeError(path, 'a NUL would end the string')
    writer.raw(encoded)
    writer.zeros(length - encoded.length)
  },
  toJson: (value) => value,
  fromJson: jsonText,
})
