import type { ErrorName } from './error-table.ts'
import { EncodeError } from './errors.ts'
import type { Json, JsonObject } from './json.ts'
import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

/** How one thing stands on the wire and in JSON. Decoding throws nothing but ProtocolError. */
export interface Codec<T> {
  decode(reader: Reader): T
  /** @throws EncodeError when the value does not fit, with a path that starts with `path` */
  encode(writer: Writer, value: T, path: string): void
  toJson(value: T): Json
  /** @throws EncodeError when the JSON is not of this shape, naming `path` */
  fromJson(json: Json, path: string): T
}

/** The value that a codec decodes to. */
export type Infer<C> = C extends Codec<infer T> ? T : never

/** Bytes that are no part of the value: skipped on reading, written as `words` or zeros. */
export interface Pad {
  readonly pad: number
  readonly words: readonly number[]
}

/** `length` bytes of padding inside a struct. */
export const pad = (length: number): Pad => ({ pad: length, words: [] })

/** 32-bit words that are always the same, such as an experimenter's number. */
export const fixed = (...words: readonly number[]): Pad => ({ pad: words.length * 4, words })

type Shape = Readonly<Record<string, Codec<never> | Codec<unknown> | Pad>>
type Fields<S extends Shape> = {
  -readonly [K in keyof S as S[K] extends Pad ? never : K]: S[K] extends Pad ? never : Infer<S[K]>
}

export type StructValue<S extends Shape> = { [K in keyof Fields<S>]: Fields<S>[K] }

const isPad = (member: Shape[string]): member is Pad => 'pad' in member

const encodePad = (writer: Writer, { pad: length, words }: Pad): void => {
  for (const word of words) writer.u32(word)
  writer.zeros(length - words.length * 4)
}

/** An object from JSON, or an EncodeError that names `path`. */
export const jsonObject = (json: Json, path: string): JsonObject => {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new EncodeError(path, 'an object is expected')
  }
  return json as JsonObject
}

/**
 * Members one after the other, in the order written. Members are decoded, encoded and put to JSON
 * by their own codecs.
 */
export const struct = <const S extends Shape>(shape: S): Codec<StructValue<S>> => {
  const members = Object.entries(shape) as [string, Codec<unknown> | Pad][]
  const fields = members.filter((member): member is [string, Codec<unknown>] => !isPad(member[1]))
  return {
    decode(reader) {
      const value: Record<string, unknown> = {}
      for (const [key, member] of members) {
        if ('pad' in member) reader.skip(member.pad)
        else value[key] = member.decode(reader)
      }
      return value as StructValue<S>
    },
    encode(writer, value, path) {
      const source = value as Record<string, unknown>
      if (typeof source !== 'object' || source === null) throw new EncodeError(path, 'an object is expected')
      try {
        for (const [key, member] of members) {
          if ('pad' in member) encodePad(writer, member)
          else member.encode(writer, source[key], key)
        }
      } catch (error) {
        throw error instanceof EncodeError ? error.under(path) : error
      }
    },
    toJson(value) {
      const source = value as Record<string, unknown>
      return Object.fromEntries(fields.map(([key, codec]) => [key, codec.toJson(source[key])]))
    },
    fromJson(json, path) {
      const source = jsonObject(json, path)
      return Object.fromEntries(
        fields.map(([key, codec]) => [key, codec.fromJson(source[key] as Json, `${path}.${key}`)]),
      ) as StructValue<S>
    },
  }
}

/** Items until the part's end. An item that takes no bytes is refused, so decoding always ends. */
export const listOf = <T>(item: Codec<T>): Codec<readonly T[]> => ({
  decode(reader) {
    const items: T[] = []
    while (reader.pos < reader.end) {
      const before = reader.pos
      items.push(item.decode(reader))
      if (reader.pos === before) reader.fail('an empty list entry')
    }
    return items
  },
  encode(writer, items, path) {
    if (!Array.isArray(items)) throw new EncodeError(path, 'a list is expected')
    let index = 0
    try {
      for (; index < items.length; index++) item.encode(writer, items[index] as T, '')
    } catch (error) {
      throw error instanceof EncodeError ? error.under(`${path}[${index}]`) : error
    }
  },
  toJson: (items) => items.map((value) => item.toJson(value)),
  fromJson(json, path) {
    if (!Array.isArray(json)) throw new EncodeError(path, 'a list is expected')
    return json.map((value, index) => item.fromJson(value, `${path}[${index}]`))
  },
})

/** `codec` with the length error of the part that it reads, which goes on to the end. */
export const withLengthError = <T>(codec: Codec<T>, name: ErrorName): Codec<T> => ({
  ...codec,
  decode: (reader) => codec.decode(reader.sub(reader.remaining, name)),
})

/**
 * A part that starts with its own 16-bit length, which counts the length field itself:
 * `[length | rest…]`, at least `minimum` bytes.
 */
export const sized = <T>(body: Codec<T>, minimum: number): Codec<T> => ({
  decode(reader) {
    const length = reader.u16()
    if (length < minimum) reader.fail(`a part of ${length} bytes, at least ${minimum}`)
    const part = reader.sub(length - 2)
    const value = body.decode(part)
    part.done('an entry')
    return value
  },
  encode(writer, value, path) {
    const start = writer.pos
    writer.u16(0)
    body.encode(writer, value, path)
    writer.patch16(start, checkLength(writer.pos - start, path))
  },
  toJson: (value) => body.toJson(value),
  fromJson: (json, path) => body.fromJson(json, path),
})

/** @throws EncodeError when a length does not fit its 16-bit field */
export const checkLength = (length: number, path: string): number => {
  if (length > 0xffff) throw new EncodeError(path, `${length} bytes; at most 65535 fit`)
  return length
}
