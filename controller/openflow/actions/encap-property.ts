import { type Codec, jsonObject, listOf } from '../wire/codec.ts'
import { EncodeError } from '../wire/errors.ts'
import { rest, u8, u16 } from '../wire/primitives.ts'
import type { Writer } from '../wire/writer.ts'
import { membersJson } from './wire.ts'

/** The MD type that the new NSH header has: 1 or 2. */
interface NshMdType {
  readonly type: 'nshMdType'
  readonly mdType: number
}

/** A TLV of an NSH header of MD type 2; at most 247 bytes of value. */
interface NshTlv {
  readonly type: 'nshTlv'
  readonly tlvClass: number
  readonly tlvType: number
  readonly value: Uint8Array
}

/** Any other property: kept as it came. */
interface UnknownProperty {
  readonly type: 'unknown'
  readonly propertyClass: number
  readonly propertyType: number
  readonly data: Uint8Array
}

/** What an encap action says of the header that it adds (draft-ietf ONF EXT-382). */
export type EncapProperty = NshMdType | NshTlv | UnknownProperty

/** Property class of NSH, and its property types. */
const nshClass = 4
const mdTypeProperty = 1
const tlvProperty = 2

/** Class, type and length come before the data. */
const header = 4
/** Class, type and length of a TLV come before its value. */
const tlvHeader = 4

const padded = (length: number): number => Math.ceil(length / 8) * 8

type Raw = Omit<UnknownProperty, 'type'>

const isTlv = (data: Uint8Array): boolean =>
  data.length >= tlvHeader && data.length === tlvHeader + padded(data[3] as number)

const fromRaw = (raw: Raw): EncapProperty => {
  const { propertyClass, propertyType, data } = raw
  if (propertyClass === nshClass && propertyType === mdTypeProperty && data.length === 1) {
    return { type: 'nshMdType', mdType: data[0] as number }
  }
  if (propertyClass === nshClass && propertyType === tlvProperty && isTlv(data)) {
    const [high = 0, low = 0, tlvType = 0, length = 0] = data
    return { type: 'nshTlv', tlvClass: high * 256 + low, tlvType, value: data.slice(tlvHeader, tlvHeader + length) }
  }
  return { type: 'unknown', ...raw }
}

/** Class and type. */
const numbersOf = (property: EncapProperty): readonly [propertyClass: number, propertyType: number] => {
  switch (property.type) {
    case 'nshMdType':
      return [nshClass, mdTypeProperty]
    case 'nshTlv':
      return [nshClass, tlvProperty]
    case 'unknown':
      return [property.propertyClass, property.propertyType]
  }
}

const writeTlv = (writer: Writer, { tlvClass, tlvType, value }: NshTlv, path: string): void => {
  u16.encode(writer, tlvClass, `${path}.tlvClass`)
  u8.encode(writer, tlvType, `${path}.tlvType`)
  u8.encode(writer, value.length, `${path}.value.length`)
  writer.raw(value)
  writer.zeros(padded(value.length) - value.length)
}

const writeData = (writer: Writer, property: EncapProperty, path: string): void => {
  if (property.type === 'nshTlv') writeTlv(writer, property, path)
  else if (property.type === 'nshMdType') u8.encode(writer, property.mdType, `${path}.mdType`)
  else rest.encode(writer, property.data, `${path}.data`)
}

const maximumLength = 255

const forms = {
  nshMdType: membersJson<Omit<NshMdType, 'type'>>({ mdType: u8 }),
  nshTlv: membersJson<Omit<NshTlv, 'type'>>({ tlvClass: u16, tlvType: u8, value: rest }),
  unknown: membersJson<Raw>({ propertyClass: u16, propertyType: u8, data: rest }),
} as const

const property: Codec<EncapProperty> = {
  decode(reader) {
    const propertyClass = reader.u16()
    const propertyType = reader.u8()
    const length = reader.u8()
    if (length < header) reader.fail(`an encap property of ${length} bytes`)
    const data = reader.bytes(length - header)
    reader.skip(padded(length) - length)
    return fromRaw({ propertyClass, propertyType, data })
  },
  encode(writer, value, path) {
    const [propertyClass, propertyType] = numbersOf(value)
    const start = writer.pos
    u16.encode(writer, propertyClass, `${path}.propertyClass`)
    u8.encode(writer, propertyType, `${path}.propertyType`)
    const lengthAt = writer.take(1)
    writeData(writer, value, path)
    const length = writer.pos - start
    if (length > maximumLength) throw new EncodeError(path, `${length} bytes; at most ${maximumLength} fit`)
    writer.view.setUint8(lengthAt, length)
    writer.align(start, 8)
  },
  toJson(value) {
    const form = forms[value.type] as Pick<Codec<EncapProperty>, 'toJson'>
    return { type: value.type, ...jsonObject(form.toJson(value), value.type) }
  },
  fromJson(json, path) {
    const type = String(jsonObject(json, path).type)
    if (!Object.hasOwn(forms, type)) throw new EncodeError(`${path}.type`, 'nshMdType, nshTlv or unknown is expected')
    return { type, ...forms[type as keyof typeof forms].fromJson(json, path) } as EncapProperty
  },
}

export const encapProperties = listOf(property)
