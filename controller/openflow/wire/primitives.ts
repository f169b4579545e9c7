import { formatIpv4, formatMac, type Ipv4, type Mac, parseIpv4, parseMac } from './address.ts'
import type { Codec } from './codec.ts'
import { EncodeError, ValueTooWideError } from './errors.ts'
import { fromHex, type Json, toHex } from './json.ts'

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

const attempt = <T>(path: string, parse: () => T): T => {
  try {
    return parse()
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

const u64Maximum = 0xffff_ffff_ffff_ffffn

/** `0x…` */
export const hexBig = (value: bigint): string => `0x${value.toString(16)}`

/** An unsigned 64-bit number; `0x…` text in JSON. */
export const u64: Codec<bigint> = {
  decode: (reader) => reader.u64(),
  encode(writer, value, path) {
    if (typeof value !== 'bigint' || value < 0n) {
      throw new EncodeError(path, `an unsigned bigint is expected, not ${String(value)}`)
    }
    if (value > u64Maximum) throw new ValueTooWideError(path, `${value} has more than 64 bits`)
    writer.u64(value)
  },
  toJson: hexBig,
  fromJson: (json, path) => attempt(path, () => BigInt(typeof json === 'number' ? json : jsonText(json, path))),
}

/** An Ethernet address. */
export const mac: Codec<Mac> = {
  decode: (reader) => reader.mac(),
  encode: (writer, value, path) => writer.mac(checkNumber(value, 0xffff_ffff_ffff, path)),
  toJson: formatMac,
  fromJson: (json, path) => attempt(path, () => parseMac(jsonText(json, path))),
}

/** An IPv4 address. */
export const ipv4: Codec<Ipv4> = {
  decode: (reader) => reader.u32(),
  encode: (writer, value, path) => writer.u32(checkNumber(value, 0xffff_ffff, path)),
  toJson: formatIpv4,
  fromJson: (json, path) => attempt(path, () => parseIpv4(jsonText(json, path))),
}

const bytesJson = {
  toJson: (value: Uint8Array): Json => toHex(value),
  fromJson: (json: Json, path: string): Uint8Array => attempt(path, () => fromHex(jsonText(json, path))),
}

/** Exactly `length` bytes. */
export const bytes = (length: number): Codec<Uint8Array> => ({
  decode: (reader) => reader.bytes(length),
  encode(writer, value, path) {
    if (value.length !== length) throw new EncodeError(path, `${length} bytes are expected`)
    writer.raw(value)
  },
  ...bytesJson,
})

/** All bytes that are left in the part. */
export const rest: Codec<Uint8Array> = {
  decode: (reader) => reader.rest(),
  encode(writer, value, path) {
    if (!(value instanceof Uint8Array)) throw new EncodeError(path, 'a Uint8Array is expected')
    writer.raw(value)
  },
  ...bytesJson,
}

/** A string in a field of `length` bytes, NUL-filled. */
export const text = (length: number): Codec<string> => ({
  decode: (reader) => reader.text(length),
  encode(writer, value, path) {
    if (typeof value !== 'string') throw new EncodeError(path, 'a string is expected')
    writer.text(value, length)
  },
  toJson: (value) => value,
  fromJson: jsonText,
})
