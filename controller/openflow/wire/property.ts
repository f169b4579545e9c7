import { type Codec, jsonObject, listOf } from './codec.ts'
import { oneOf, type Part, type PartKind } from './parts.ts'
import { rest } from './primitives.ts'

/** Properties until the part's end, padded to 8 bytes each; those of other kinds stay opaque. */
export const properties = <const K extends readonly PartKind[]>(kinds: K): Codec<readonly Part<K>[]> =>
  listOf(oneOf(kinds, { minimum: 4, align: 8 }))

/**
 * A small value that need not fill its property: what stands after it is skipped, and `pad` zero
 * bytes are written there.
 */
export const loose = <T>(codec: Codec<T>, pad = 0): Codec<T> => ({
  ...codec,
  decode(reader) {
    const value = codec.decode(reader)
    reader.skip(reader.remaining)
    return value
  },
  encode(writer, value, path) {
    codec.encode(writer, value, path)
    writer.zeros(pad)
  },
})

/** Properties that we do not know, with the padding before them, kept as they came. */
export interface Trailing {
  readonly properties?: Uint8Array
}

/** What `codec` reads and, where the message goes on after it, properties that stay opaque. */
export const withTrailing = <T extends object>(codec: Codec<T>): Codec<T & Trailing> => ({
  decode(reader) {
    const value = codec.decode(reader)
    return reader.remaining === 0 ? value : { ...value, properties: reader.rest() }
  },
  encode(writer, value, path) {
    codec.encode(writer, value, path)
    if (value.properties !== undefined) rest.encode(writer, value.properties, `${path}.properties`)
  },
  toJson(value) {
    const json = jsonObject(codec.toJson(value), '')
    return value.properties === undefined ? json : { ...json, properties: rest.toJson(value.properties) }
  },
  fromJson(json, path) {
    const value = codec.fromJson(json, path)
    const { properties } = jsonObject(json, path)
    return properties === undefined ? value : { ...value, properties: rest.fromJson(properties, `${path}.properties`) }
  },
})
