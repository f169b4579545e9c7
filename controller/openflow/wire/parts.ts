import { type Codec, checkLength, jsonObject } from './codec.ts'
import { EncodeError } from './errors.ts'
import type { Json, JsonObject } from './json.ts'
import { rest } from './primitives.ts'
import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

/** A kind of part that is told apart by a 16-bit number. */
export interface PartKind<Name extends string = string, Body = unknown> {
  readonly name: Name
  readonly tag: number
  readonly body: Codec<Body>
}

/** Declares a kind of part, keeping its name as a literal type. */
export const partKind = <const Name extends string, Body>(
  name: Name,
  tag: number,
  body: Codec<Body>,
): PartKind<Name, Body> => ({ name, tag, body })

/** A part whose number no kind has: kept as it came. */
export interface UnknownPart {
  readonly type: 'unknown'
  readonly tag: number
  readonly data: Uint8Array
}

type PartOf<K> = K extends PartKind<infer Name, infer Body> ? { readonly type: Name } & Readonly<Body> : never

/** Any part of the kinds `K`; `type` tells which. */
export type Part<K extends readonly PartKind[]> = PartOf<K[number]> | UnknownPart

interface PartLayout {
  /** The length stands before the number, not after it. */
  readonly lengthFirst?: boolean
  /** The smallest legal length, number and length included. */
  readonly minimum: number
  /** Parts are padded to this many bytes, which the length does not count. */
  readonly align?: number
}

interface AnyPart {
  readonly type: string
}

const checkTag = (tag: number, path: string): number => {
  if (Number.isInteger(tag) && tag >= 0 && tag <= 0xffff) return tag
  throw new EncodeError(`${path}.tag`, `a number of 16 bits is expected, not ${tag}`)
}

class PartCodec implements Codec<AnyPart> {
  private readonly layout: PartLayout
  private readonly byTag: ReadonlyMap<number, PartKind>
  private readonly byName: ReadonlyMap<string, PartKind>

  constructor(kinds: readonly PartKind[], layout: PartLayout) {
    this.layout = layout
    this.byTag = new Map(kinds.map((kind) => [kind.tag, kind]))
    this.byName = new Map(kinds.map((kind) => [kind.name, kind]))
  }

  decode(reader: Reader): AnyPart {
    const { lengthFirst, minimum, align = 1 } = this.layout
    const first = reader.u16()
    const second = reader.u16()
    const [tag, length] = lengthFirst ? [second, first] : [first, second]
    if (length < minimum) reader.fail(`a part of ${length} bytes, at least ${minimum}`)
    const part = reader.sub(length - 4)
    const kind = this.byTag.get(tag)
    const value = kind
      ? Object.assign({ type: kind.name }, kind.body.decode(part))
      : { type: 'unknown', tag, data: part.rest() }
    part.done(value.type)
    reader.skip((align - (length % align)) % align)
    return value
  }

  encode(writer: Writer, value: AnyPart, path: string): void {
    const { lengthFirst, align = 1 } = this.layout
    const start = writer.pos
    const unknown = value.type === 'unknown' ? (value as UnknownPart) : undefined
    const kind = unknown ? undefined : this.kindOf(value.type, path)
    writer.zeros(4)
    writer.patch16(lengthFirst ? start + 2 : start, unknown ? checkTag(unknown.tag, path) : (kind as PartKind).tag)
    if (unknown) rest.encode(writer, unknown.data, `${path}.data`)
    else (kind as PartKind).body.encode(writer, value, path)
    writer.patch16(lengthFirst ? start : start + 2, checkLength(writer.pos - start, path))
    writer.align(start, align)
  }

  toJson(value: AnyPart): Json {
    if (value.type === 'unknown') {
      const { tag, data } = value as UnknownPart
      return { type: 'unknown', tag, data: rest.toJson(data) }
    }
    return { type: value.type, ...jsonObject(this.kindOf(value.type, '').body.toJson(value), value.type) }
  }

  fromJson(json: Json, path: string): AnyPart {
    const { type, tag, data } = jsonObject(json, path)
    if (type === 'unknown') {
      return { type, tag: Number(tag), data: rest.fromJson(data ?? '', `${path}.data`) } as UnknownPart
    }
    return Object.assign({ type: String(type) }, this.kindOf(String(type), path).body.fromJson(json, path))
  }

  private kindOf(name: string, path: string): PartKind {
    const kind = this.byName.get(name)
    if (!kind) throw new EncodeError(`${path}.type`, `one of ${[...this.byName.keys()].join(', ')} is expected`)
    return kind
  }
}

/**
 * One of several kinds of part, which starts with a 16-bit number that tells its kind and a 16-bit
 * length of the whole.
 */
export const oneOf = <const K extends readonly PartKind[]>(kinds: K, layout: PartLayout): Codec<Part<K>> =>
  new PartCodec(kinds, layout) as unknown as Codec<Part<K>>

/** A part of which `head` comes before its 16-bit length and `tail` after it; the length counts all. */
export const measured = <H extends object, T extends object>(
  head: Codec<H>,
  tail: Codec<T>,
  minimum: number,
): Codec<H & T> => ({
  decode(reader) {
    const start = reader.pos
    const first = head.decode(reader)
    const length = reader.u16()
    if (length < minimum) reader.fail(`a part of ${length} bytes, at least ${minimum}`)
    const part = reader.sub(length - (reader.pos - start))
    const value = Object.assign(first, tail.decode(part))
    part.done('an entry')
    return value
  },
  encode(writer, value, path) {
    const start = writer.pos
    head.encode(writer, value, path)
    const at = writer.pos
    writer.u16(0)
    tail.encode(writer, value, path)
    writer.patch16(at, checkLength(writer.pos - start, path))
  },
  toJson: (value) => ({ ...(head.toJson(value) as JsonObject), ...(tail.toJson(value) as JsonObject) }),
  fromJson: (json, path) => Object.assign(head.fromJson(json, path), tail.fromJson(json, path)),
})
