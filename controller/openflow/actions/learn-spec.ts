import { checkSubfield, type Subfield } from '../fields/subfield.ts'
import { type Codec, jsonObject, listOf } from '../wire/codec.ts'
import { EncodeError, ProtocolError, ValueTooWideError } from '../wire/errors.ts'
import type { Json } from '../wire/json.ts'
import { hexBig, u16 } from '../wire/primitives.ts'
import type { Reader } from '../wire/reader.ts'
import type { Writer } from '../wire/writer.ts'
import { readShortHeader, subfieldJson, writeShortHeader } from './wire.ts'

/**
 * What a learned flow matches or does. `src` are bits of the packet being processed, or a constant;
 * `dst`, with as many bits, is what the new flow matches on or loads.
 */
export type LearnSpec =
  | { readonly type: 'match' | 'load'; readonly src: Subfield | bigint; readonly dst: Subfield }
  | { readonly type: 'output'; readonly src: Subfield }

/** The header of a spec, from the highest bit: 0, 0, constant?, kind in 2 bits, bits in 11. */
const constantBit = 0x2000
const maximumBits = 0x7ff
const kinds = ['match', 'load', 'output'] as const

const readSubfield = (reader: Reader, bits: number): Subfield => ({
  code: readShortHeader(reader),
  offset: reader.u16(),
  bits,
})

const writeSubfield = (writer: Writer, value: Subfield, path: string): void => {
  writeShortHeader(writer, value.code, path)
  u16.encode(writer, value.offset, `${path}.offset`)
}

/** Bytes of a constant: whole 16-bit words. */
const constantBytes = (bits: number): number => Math.ceil(bits / 16) * 2

const readConstant = (reader: Reader, bits: number): bigint => {
  const value = reader.big(constantBytes(bits))
  if (value >> BigInt(bits) !== 0n) {
    throw new ProtocolError('OFPBAC_BAD_ARGUMENT', `a learned value of more than ${bits} bits`)
  }
  return value
}

const readSpec = (reader: Reader, header: number): LearnSpec => {
  const type = kinds[(header >>> 11) & 3]
  const constant = (header & constantBit) !== 0
  if (type === undefined || header >>> 14 !== 0 || (type === 'output' && constant)) {
    throw new ProtocolError('OFPBAC_BAD_ARGUMENT', `a learned spec 0x${header.toString(16)}`)
  }
  const bits = header & maximumBits
  if (type === 'output') return { type, src: readSubfield(reader, bits) }
  const src = constant ? readConstant(reader, bits) : readSubfield(reader, bits)
  return { type, src, dst: readSubfield(reader, bits) }
}

const writeSpec = (writer: Writer, spec: LearnSpec, path: string): void => {
  const { src } = spec
  if (typeof src !== 'bigint') checkSubfield(src, `${path}.src`)
  const { bits } = spec.type === 'output' ? spec.src : checkSubfield(spec.dst, `${path}.dst`)
  if (!Number.isInteger(bits) || bits < 0 || bits > maximumBits) {
    throw new EncodeError(path, `${bits} bits; at most ${maximumBits} fit`)
  }
  const header = (kinds.indexOf(spec.type) << 11) | (typeof src === 'bigint' ? constantBit : 0) | bits
  if (header === 0) throw new EncodeError(path, 'no bits; switches take that for the end of the specs')
  writer.u16(header)
  if (typeof src === 'bigint') {
    if (src < 0n || src >> BigInt(bits) !== 0n)
      throw new ValueTooWideError(`${path}.src`, `0x${src.toString(16)} over ${bits} bits`)
    writer.big(src, constantBytes(bits))
  } else {
    if (src.bits !== bits) throw new EncodeError(path, `${src.bits} bits cannot go to ${bits}`)
    writeSubfield(writer, src, `${path}.src`)
  }
  if (spec.type !== 'output') writeSubfield(writer, spec.dst, `${path}.dst`)
}

const srcToJson = (src: Subfield | bigint): Json => (typeof src === 'bigint' ? hexBig(src) : subfieldJson.toJson(src))

const srcFromJson = (json: Json, path: string): Subfield | bigint =>
  typeof json === 'string' && /^0x[0-9a-f]+$/i.test(json) ? BigInt(json) : subfieldJson.fromJson(json, path)

const json: Pick<Codec<LearnSpec>, 'toJson' | 'fromJson'> = {
  toJson: (spec) => ({
    type: spec.type,
    src: srcToJson(spec.src),
    ...(spec.type === 'output' ? {} : { dst: subfieldJson.toJson(spec.dst) }),
  }),
  fromJson(value, path) {
    const { type, src = null, dst = null } = jsonObject(value, path)
    if (type === 'output') return { type, src: subfieldJson.fromJson(src, `${path}.src`) }
    if (type !== 'match' && type !== 'load') throw new EncodeError(`${path}.type`, 'match, load or output is expected')
    return { type, src: srcFromJson(src, `${path}.src`), dst: subfieldJson.fromJson(dst, `${path}.dst`) }
  },
}

const list = listOf<LearnSpec>({ decode: (reader) => readSpec(reader, reader.u16()), encode: writeSpec, ...json })

/** Specs until the action's end, or until a header of 0: from there on all is padding. */
export const learnSpecs: Codec<readonly LearnSpec[]> = {
  ...list,
  decode(reader) {
    const specs: LearnSpec[] = []
    while (reader.remaining > 0) {
      const header = reader.u16()
      if (header === 0) break
      specs.push(readSpec(reader, header))
    }
    return specs
  },
}
