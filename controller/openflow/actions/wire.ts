import type { OxmCode } from '../fields/field.ts'
import { decodeOxmHeader, encodeOxmHeader } from '../fields/oxm.ts'
import { Port } from '../fields/port-text.ts'
import {
  checkSubfield,
  packBits,
  type Subfield,
  subfieldFromJson,
  subfieldToJson,
  unpackBits,
} from '../fields/subfield.ts'
import { type Codec, jsonObject } from '../wire/codec.ts'
import { EncodeError, ProtocolError } from '../wire/errors.ts'
import { Experimenter } from '../wire/experimenter.ts'
import type { Json, JsonObject } from '../wire/json.ts'
import { u16 } from '../wire/primitives.ts'
import type { Reader } from '../wire/reader.ts'
import type { Writer } from '../wire/writer.ts'

export const { NICIRA, ONF } = Experimenter

/** First of the reserved port numbers of OpenFlow 1.0, whose ports have 16 bits. */
const reserved16 = 0xff00
const widening = Port.MAX - reserved16

/** A port that stands in 16 bits, as in Nicira's actions; reserved ones have OpenFlow 1.3's numbers. */
export const port16: Codec<number> = {
  ...u16,
  decode(reader) {
    const port = reader.u16()
    return port < reserved16 ? port : port + widening
  },
  encode(writer, port, path) {
    if (port >= reserved16 && port < Port.MAX) throw new EncodeError(path, `port ${port} has no 16-bit number`)
    u16.encode(writer, port >= Port.MAX ? port - widening : port, path)
  },
}

/** Reads a field's header where no value follows: 4 bytes, or 8 for an experimenter's field. */
export const readHeader = (reader: Reader): OxmCode => {
  const { code, masked } = decodeOxmHeader(reader)
  if (masked) throw new ProtocolError('OFPBAC_BAD_ARGUMENT', `${code.name} with a mask where none can be`)
  return code
}

/** Reads a field's header where there is room for 4 bytes only. */
export const readShortHeader = (reader: Reader): OxmCode => {
  if (reader.remaining >= 2 && reader.view.getUint16(reader.pos) === 0xffff) {
    throw new ProtocolError('OFPBAC_BAD_ARGUMENT', 'an experimenter field where 4 bytes name the field')
  }
  return readHeader(reader)
}

/** @throws EncodeError for an experimenter's field, which takes 8 bytes */
export const writeShortHeader = (writer: Writer, code: OxmCode, path: string): void => {
  if (code.experimenter !== undefined) throw new EncodeError(path, `${code.name} does not fit: its header has 8 bytes`)
  encodeOxmHeader(writer, code)
}

/** Bits of a field as JSON. */
export const subfieldJson: Pick<Codec<Subfield>, 'toJson' | 'fromJson'> = {
  toJson: subfieldToJson,
  fromJson: subfieldFromJson,
}

const isWithin = (value: number, minimum: number, maximum: number): boolean =>
  Number.isInteger(value) && value >= minimum && value <= maximum

/** Writes an offset and 1 to 64 bits in 16 bits. */
export const writePackedBits = (writer: Writer, value: Subfield, path: string): void => {
  const { offset, bits } = checkSubfield(value, path)
  if (!isWithin(offset, 0, 0x3ff) || !isWithin(bits, 1, 64)) {
    throw new EncodeError(path, `${bits} bits from ${offset} do not fit`)
  }
  writer.u16(packBits(value))
}

/** `[offset and bits 16][field 32]`, as in reg_load. */
export const packedSubfield: Codec<Subfield> = {
  decode(reader) {
    const place = unpackBits(reader.u16())
    return { code: readShortHeader(reader), ...place }
  },
  encode(writer, value, path) {
    writePackedBits(writer, value, path)
    writeShortHeader(writer, value.code, path)
  },
  ...subfieldJson,
}

type JsonForm<T> = Pick<Codec<T>, 'toJson' | 'fromJson'>
type JsonShape<T> = { readonly [K in keyof T]-?: JsonForm<Exclude<T[K], undefined>> }

/**
 * JSON of an object for a codec written by hand. Members that are not there are left out; since
 * some may be, one that is misspelt is refused.
 */
export const membersJson = <T extends object>(shape: JsonShape<T>): JsonForm<T> => {
  const members = Object.entries(shape) as [string, JsonForm<unknown>][]
  type Source = Readonly<Record<string, unknown>>
  const present = (source: Source, convert: (key: string, form: JsonForm<unknown>) => unknown) =>
    Object.fromEntries(
      members.filter(([key]) => source[key] !== undefined).map(([key, form]) => [key, convert(key, form)]),
    )
  return {
    toJson: (value) => present(value as Source, (key, form) => form.toJson((value as Source)[key])) as JsonObject,
    fromJson(json, path) {
      const source = jsonObject(json, path)
      const unknown = Object.keys(source).find((key) => key !== 'type' && !Object.hasOwn(shape, key))
      if (unknown !== undefined) throw new EncodeError(`${path}.${unknown}`, 'no such member')
      return present(source, (key, form) => form.fromJson(source[key] as Json, `${path}.${key}`)) as T
    },
  }
}
