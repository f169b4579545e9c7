import { type Codec, jsonObject, listOf } from '../wire/codec.ts'
import { EncodeError } from '../wire/errors.ts'
import { rest, u8, u16 } from '../wire/primitives.ts'
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

const tlvData = ({ tlvClass, tlvType, value }: NshTlv): Uint8Array => {
  const data = new Uint8Array(tlvHeader + padded(value.length))
  data.set([tlvClass >>> 8, tlvClass & 0xff, tlvType, value.length])
  data.set(value, tlvHeader)
  return data
}

const toRaw = (property: EncapProperty): Raw => {
  switch (property.type) {
    case 'nshMdType':
      return { propertyClass: nshClass, propertyType: mdTypeProperty, data: Uint8Array.of(property.mdType) }
    case 'nshTlv':
      return { propertyClass: nshClass, propertyType: tlvProperty, data: tlvData(property) }
    case 'unknown':
      return property
  }
}

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
    const { propertyClass, propertyType, data } = toRaw(value)
    const start = writer.pos
    u16.encode(writer, propertyClass, `${path}.propertyClass`)
    u8.encode(writer, propertyType, `${path}.propertyType`)
    u8.encode(writer, data.length + header, `${path}.data.length`)
    writer.raw(data)
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
