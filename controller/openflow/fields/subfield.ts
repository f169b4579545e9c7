import { jsonObject } from '../wire/codec.ts'
import { EncodeError, TextSyntaxError } from '../wire/errors.ts'
import type { Json, JsonObject } from '../wire/json.ts'
import { allFields, type Field, fieldOf, type OxmCode } from './field.ts'
import { codeByName, unknownCodeByName, withLength } from './oxm.ts'
import type { FieldKey } from './rows.ts'

/** Some bits of a field: `bits` of them, from bit `offset` up (0 is the lowest). */
export interface Subfield {
  readonly code: OxmCode
  readonly offset: number
  readonly bits: number
}

/** @throws EncodeError for what is no subfield */
export const checkSubfield = (value: Subfield, path: string): Subfield => {
  if (typeof value === 'object' && value !== null && typeof value.code === 'object') return value
  throw new EncodeError(path, 'bits of a field are expected, as subfield() gives them')
}

/** OFPVID_PRESENT is matched and set with the VLAN id, but is no bit of it that actions can name. */
const vlanIdBits = 12

/** Bits of a field that actions can name, and that the text `NAME[]` stands for. */
export const wholeBits = (code: OxmCode): number => {
  if (code.field.variable) return code.length * 8
  return code.field.key === 'vlanVid' ? vlanIdBits : code.field.bits
}

/**
 * Bits of the field with this key: `bits` of them from bit `offset` up, which is counted from the
 * lowest; all that are left unless `bits` is given.
 *
 * @throws UnknownFieldError, or EncodeError where the field has no such bits
 */
export const subfield = (key: FieldKey, offset = 0, bits?: number): Subfield => {
  const { nxmCode: code } = fieldOf(key)
  const count = bits ?? wholeBits(code) - offset
  if (![offset, count].every(Number.isInteger) || offset < 0 || count < 1 || offset + count > wholeBits(code)) {
    throw new EncodeError(key, `bits ${offset} to ${offset + count - 1} are not among its ${wholeBits(code)}`)
  }
  return { code, offset, bits: count }
}

/** `NXM_NX_REG0[0..15]`, `NXM_NX_REG0[5]`, or `NXM_NX_REG0[]` for all bits. */
export const formatSubfield = ({ code, offset, bits }: Subfield): string => {
  const { name } = code.field.nxmCode
  if (offset === 0 && bits === wholeBits(code)) return `${name}[]`
  return bits === 1 ? `${name}[${offset}]` : `${name}[${offset}..${offset + bits - 1}]`
}

const byTextName = new Map<string, Field>(allFields.flatMap((field) => field.names.map((name) => [name, field])))

/** The field that ovs-ofctl's set_field knows by this name. */
export const fieldByName = (name: string): Field | undefined => byTextName.get(name)

const codeFromName = (name: string): OxmCode | undefined =>
  codeByName(name)?.field.nxmCode ?? fieldByName(name)?.nxmCode

/**
 * Parses `NAME[first..last]`, `NAME[bit]` or `NAME[]`; NAME is a code point or a field name.
 * Both are accepted without brackets where the whole field is meant.
 */
export const parseSubfield = (text: string): Subfield => {
  const parts = /^([A-Za-z0-9_]+)(?:\[(?:(\d+)(?:\.\.(\d+))?)?\])?$/.exec(text)
  const code = parts && codeFromName(parts[1] as string)
  if (!parts || !code) throw new TextSyntaxError(text, 'a field such as NXM_NX_REG0[0..15] is expected')
  const offset = Number(parts[2] ?? 0)
  const last = parts[2] === undefined ? wholeBits(code) - 1 : Number(parts[3] ?? parts[2])
  if (last < offset || last >= wholeBits(code)) {
    throw new TextSyntaxError(text, `${code.name} has bits 0 to ${wholeBits(code) - 1}`)
  }
  return { code, offset, bits: last - offset + 1 }
}

/** The 16-bit form in which Nicira actions hold an offset and a number of bits. */
export const packBits = ({ offset, bits }: Subfield): number => (offset << 6) | (bits - 1)
export const unpackBits = (packed: number): { offset: number; bits: number } => ({
  offset: packed >>> 6,
  bits: (packed & 0x3f) + 1,
})

const isWithin = ({ code, offset, bits }: Subfield): boolean =>
  codeByName(code.name) !== undefined && bits > 0 && offset + bits <= wholeBits(code)

/**
 * The field under the very name that it has on the wire; Geneve options with their length. Bits
 * that no known field has stand as numbers.
 */
export const subfieldToJson = (value: Subfield): Json => {
  const { code, offset, bits } = value
  if (!isWithin(value)) return { field: code.name, bytes: code.length, offset, bits }
  const text = `${code.name}[${offset}..${offset + bits - 1}]`
  return code.field.variable ? { field: text, bytes: code.length } : text
}

const codeNamed = (name: string, bytes: number): OxmCode | undefined => {
  const code = codeByName(name)
  return code ? withLength(code, bytes) : unknownCodeByName(name, bytes)
}

const fromJsonText = (text: string, bytes: number | undefined): Subfield => {
  const found = parseSubfield(text)
  const code = codeByName(text.replace(/\[.*/, '')) ?? found.code
  return { ...found, code: withLength(code, bytes ?? code.length) }
}

const fromJsonObject = ({ field, bytes, offset, bits }: JsonObject): Subfield => {
  if (offset === undefined || bits === undefined) return fromJsonText(String(field), Number(bytes))
  const code = codeNamed(String(field), Number(bytes))
  if (!code) throw new TextSyntaxError(String(field), 'a field such as NXM_NX_REG0 is expected')
  return { code, offset: Number(offset), bits: Number(bits) }
}

export const subfieldFromJson = (json: Json, path: string): Subfield => {
  try {
    return typeof json === 'string' ? fromJsonText(json, undefined) : fromJsonObject(jsonObject(json, path))
  } catch (error) {
    if (error instanceof TextSyntaxError) throw new EncodeError(path, error.message)
    throw error
  }
}
