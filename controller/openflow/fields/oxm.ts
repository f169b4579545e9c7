import { EncodeError, ValueTooWideError } from '../wire/errors.ts'
import type { Reader } from '../wire/reader.ts'
import type { Writer } from '../wire/writer.ts'
import { allFields, type Field, OxmClass, type OxmCode, type OxmValue, oxmCode } from './field.ts'

/** One field of a match, or the value of a set-field action. */
export class Oxm {
  readonly code: OxmCode
  readonly value: OxmValue
  /** Bits that count; undefined for an exact match. */
  readonly mask: OxmValue | undefined

  constructor(code: OxmCode, value: OxmValue, mask?: OxmValue) {
    this.code = code
    this.value = value
    this.mask = mask
  }

  get field(): Field {
    return this.code.field
  }
}

/** A match: fields in the order in which they stand on the wire. Empty, it matches every packet. */
export type Match = readonly Oxm[]

const basic: (OxmCode | undefined)[] = []
const nicira: (OxmCode | undefined)[] = []
const others = new Map<number, OxmCode>()
const byName = new Map<string, OxmCode>()

/** Experimenter fields are found by experimenter and number, others by class and number. */
const otherKey = (space: number, number: number): number => space * 0x80 + number

for (const code of allFields.flatMap((field) => field.codePoints)) {
  byName.set(code.name, code)
  if (code.class === OxmClass.OPENFLOW_BASIC) basic[code.number] = code
  else if (code.class === OxmClass.NXM_1) nicira[code.number] = code
  else others.set(otherKey(code.experimenter ?? code.class, code.number), code)
}

/** The code point with this name, such as `NXM_NX_REG0`. */
export const codeByName = (name: string): OxmCode | undefined => byName.get(name)

const lookup = (oxmClass: number, number: number, experimenter: number): OxmCode | undefined => {
  if (oxmClass === OxmClass.OPENFLOW_BASIC) return basic[number]
  if (oxmClass === OxmClass.NXM_1) return nicira[number]
  return others.get(otherKey(oxmClass === OxmClass.EXPERIMENTER ? experimenter : oxmClass, number))
}

/** A field that no row describes: kept as it came, so that it can be shown and sent on. */
const unknownCode = (oxmClass: number, number: number, experimenter: number | undefined, length: number): OxmCode => {
  const space = experimenter === undefined ? '' : `_${experimenter.toString(16)}`
  const name = `OXM_${oxmClass.toString(16)}${space}_${number}`
  const field = {
    key: 'unknown',
    names: [name.toLowerCase()],
    matchName: name.toLowerCase(),
    bits: Math.max(length * 8, 64),
    bytes: length,
    format: 'hex',
    maskable: true,
    writable: true,
    prerequisite: 'none',
    needs: [],
    codes: [],
    order: allFields.length,
    variable: true,
    codePoints: [],
  } as unknown as Field
  const code = oxmCode(field, name, oxmClass, number, experimenter, length)
  return Object.assign(field, { code, nxmCode: code }).code
}

/** The code point of a field that no row describes, by the name that decoding gives it: `OXM_8000_99`. */
export const unknownCodeByName = (name: string, length: number): OxmCode | undefined => {
  const parts = /^OXM_([0-9a-f]{1,4})(?:_([0-9a-f]{1,8}))?_(\d{1,3})$/.exec(name)
  if (!parts) return undefined
  const [, oxmClass = '', experimenter, number] = parts
  const space = experimenter === undefined ? undefined : Number.parseInt(experimenter, 16)
  return unknownCode(Number.parseInt(oxmClass, 16), Number(number), space, length)
}

/** Reads an OXM header and gives its code point with the length that it says for the value. */
export const decodeOxmHeader = (reader: Reader): { code: OxmCode; masked: boolean } => {
  const header = reader.u32()
  const masked = (header & 0x100) !== 0
  const oxmClass = header >>> 16
  const number = (header >>> 9) & 0x7f
  let payload = header & 0xff
  let experimenter: number | undefined
  if (oxmClass === OxmClass.EXPERIMENTER) {
    if (payload < 4) reader.fail('an experimenter field of under 4 bytes')
    experimenter = reader.u32()
    payload -= 4
  }
  const known = lookup(oxmClass, number, experimenter ?? 0)
  const length = masked ? payload / 2 : payload
  if (known !== undefined && known.length === length) return { code: known, masked }
  if (!Number.isInteger(length)) reader.fail(`a masked field of ${payload} bytes`)
  if (known === undefined) return { code: unknownCode(oxmClass, number, experimenter, length), masked }
  if (!known.field.variable || length > known.length) {
    reader.fail(`${known.name} has ${known.length} bytes, not ${length}`)
  }
  return { code: withLength(known, length), masked }
}

/** The same code point with another length, for Geneve options. */
export const withLength = (code: OxmCode, length: number): OxmCode =>
  length === code.length ? code : oxmCode(code.field, code.name, code.class, code.number, code.experimenter, length)

const decodeValue = (reader: Reader, code: OxmCode): OxmValue => {
  const { length } = code
  if (code.field.variable) return reader.big(length)
  switch (length) {
    case 4:
      return reader.u32()
    case 2:
      return reader.u16()
    case 1:
      return reader.u8()
    case 6:
      return reader.mac()
    case 8:
      return reader.u64()
    case 3:
      return reader.u8() * 0x1_0000 + reader.u16()
    default:
      return reader.big(length)
  }
}

/** True for values that are bigints: those of fields wider than 48 bits, however short they came. */
export const isWide = (code: OxmCode): boolean => code.field.bits > 48

/** Reads one field of a match. */
export const decodeOxm = (reader: Reader): Oxm => {
  const { code, masked } = decodeOxmHeader(reader)
  const value = decodeValue(reader, code)
  return new Oxm(code, value, masked ? decodeValue(reader, code) : undefined)
}

const encodeNumber = (writer: Writer, value: number, length: number): void => {
  if (length === 4) writer.u32(value)
  else if (length === 2) writer.u16(value)
  else if (length === 1) writer.u8(value)
  else if (length === 6) writer.mac(value)
  else {
    writer.u8(value >>> 16)
    writer.u16(value & 0xffff)
  }
}

/** The largest value in as many bytes. */
const limits = [0, 0xff, 0xffff, 0xff_ffff, 0xffff_ffff, 0, 0xffff_ffff_ffff]

const fits = (value: OxmValue, length: number): boolean =>
  typeof value === 'bigint'
    ? BigInt.asUintN(length * 8, value) === value
    : value >= 0 && value <= (limits[length] ?? 0) && Number.isInteger(value)

const refuse = (value: OxmValue, code: OxmCode, path: string): never => {
  const at = `${path}.${code.field.key === 'unknown' ? code.name : code.field.key}`
  if (isWide(code) !== (typeof value === 'bigint')) {
    throw new EncodeError(at, `${code.name} takes a ${isWide(code) ? 'bigint' : 'number'}`)
  }
  if (value < 0 || (typeof value === 'number' && !Number.isInteger(value))) {
    throw new EncodeError(at, `an unsigned integer is expected, not ${value}`)
  }
  throw new ValueTooWideError(at, `0x${value.toString(16)} does not fit ${code.length} bytes`)
}

const encodeValue = (writer: Writer, value: OxmValue, code: OxmCode, path: string): void => {
  if (isWide(code) !== (typeof value === 'bigint') || !fits(value, code.length)) refuse(value, code, path)
  if (typeof value === 'bigint') writer.big(value, code.length)
  else encodeNumber(writer, value, code.length)
}

/** Writes an OXM header alone, as in actions that name a field. */
export const encodeOxmHeader = (writer: Writer, code: OxmCode, masked = false): void => {
  writer.u32(masked ? code.maskedHeader : code.header)
  if (code.experimenter !== undefined) writer.u32(code.experimenter)
}

/** Exact matches of plain fields are written in one go. */
const encodePlain = (writer: Writer, code: OxmCode, value: number): void => {
  const { length } = code
  const at = writer.take(4 + length)
  const { view } = writer
  view.setUint32(at, code.header)
  if (length === 4) view.setUint32(at + 4, value)
  else if (length === 2) view.setUint16(at + 4, value)
  else {
    view.setUint16(at + 4, value / 0x1_0000_0000)
    view.setUint32(at + 6, value)
  }
}

/** Writes one field of a match. */
export const encodeOxm = (writer: Writer, oxm: Oxm, path: string): void => {
  if (!(oxm instanceof Oxm)) throw new EncodeError(path, 'a match field is expected, as field() gives it')
  const { code, value, mask } = oxm
  if (mask === undefined && code.plain && typeof value === 'number' && fits(value, code.length)) {
    encodePlain(writer, code, value)
    return
  }
  encodeOxmHeader(writer, code, mask !== undefined)
  encodeValue(writer, value, code, path)
  if (mask !== undefined) encodeValue(writer, mask, code, path)
}
