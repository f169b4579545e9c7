import { UnknownFieldError } from '../wire/errors.ts'
import { Experimenter } from '../wire/experimenter.ts'
import { prerequisites } from './prerequisites.ts'
import type { Prerequisite, Row } from './row.ts'
import { type FieldKey, rows } from './rows.ts'

/** A value on the wire: a number up to 48 bits, a bigint above. */
export type OxmValue = number | bigint

/** One match field, made from its row: names, width, mask, prerequisites and wire numbers. */
export interface Field extends Row {
  readonly key: FieldKey | 'unknown'
  /** Position in a match that we encode. */
  readonly order: number
  /** Bytes of the value; the largest possible where `variable`. */
  readonly bytes: number
  /** The largest value of a field of up to 48 bits; for wider ones -1, their values being bigints. */
  readonly limit: number
  /** What a match must hold before this field: the fields with the values that are asked for. */
  readonly needs: readonly Need[]
  /** Geneve options: as long as the switch's TLV table says. */
  readonly variable: boolean
  /** The code point written in an OpenFlow 1.3 match or set-field. */
  readonly code: OxmCode
  /** The code point written in Nicira actions and printed in their text. */
  readonly nxmCode: OxmCode
  readonly codePoints: readonly OxmCode[]
}

/** A field that must be matched exactly with one of these values, or at all where there are none. */
export interface Need {
  readonly field: Field
  readonly values: readonly number[]
}

/** One number under which a field stands on the wire (OpenFlow 1.3.5 §7.2.3.2). */
export interface OxmCode {
  readonly field: Field
  /** Such as `OXM_OF_ETH_DST`. */
  readonly name: string
  readonly class: number
  readonly number: number
  /** For class 0xffff, the experimenter that defines it. */
  readonly experimenter: number | undefined
  /** Bytes of the value. */
  readonly length: number
  /** The 32-bit header without and with a mask. */
  readonly header: number
  readonly maskedHeader: number
  /** True for values of 2, 4 or 6 bytes under no experimenter: nearly all that there are. */
  readonly plain: boolean
}

/** Classes of OXM fields (OpenFlow 1.3.5 §7.2.3.3). */
export const OxmClass = {
  NXM_0: 0x0000,
  NXM_1: 0x0001,
  ERICSSON: 0x1000,
  OPENFLOW_BASIC: 0x8000,
  PACKET_REGS: 0x8001,
  EXPERIMENTER: 0xffff,
} as const

/** Class and experimenter by the beginning of a code point's name; the longest match counts. */
const families: readonly (readonly [prefix: string, oxmClass: number, experimenter?: number])[] = [
  ['OXM_OF_PKT_REG', OxmClass.PACKET_REGS],
  ['OXM_OF_', OxmClass.OPENFLOW_BASIC],
  ['NXM_OF_', OxmClass.NXM_0],
  ['NXM_NX_', OxmClass.NXM_1],
  ['ERICOXM_OF_', OxmClass.ERICSSON],
  ['ONFOXM_ET_', OxmClass.EXPERIMENTER, Experimenter.ONF],
  ['NXOXM_ET_', OxmClass.EXPERIMENTER, Experimenter.NICIRA],
  ['NXOXM_NSH_', OxmClass.EXPERIMENTER, Experimenter.NSH],
]

/** A code point of `field`; the header's length covers the experimenter number, value and mask. */
export const oxmCode = (
  field: Field,
  name: string,
  oxmClass: number,
  number: number,
  experimenter: number | undefined,
  length: number,
): OxmCode => {
  const base = oxmClass * 0x1_0000 + number * 0x200
  const extra = experimenter === undefined ? 0 : 4
  return {
    field,
    name,
    class: oxmClass,
    number,
    experimenter,
    length,
    header: base + extra + length,
    maskedHeader: base + 0x100 + extra + length * 2,
    plain: extra === 0 && field.bits <= 48 && (length === 2 || length === 4 || length === 6),
  }
}

const codeFromText = (field: Field, text: string): OxmCode => {
  const [name, number] = text.split('=') as [string, string]
  const family = families.find(([prefix]) => name.startsWith(prefix))
  if (!family) throw new RangeError(`${name}: unknown family`)
  return oxmCode(field, name, family[1], Number(number), family[2], field.bytes)
}

/** Fields that take more or fewer bytes on the wire than their bits need in whole words. */
const oddSizes: Partial<Record<FieldKey, number>> = { pbbIsid: 3, tunFlags: 2 }

const bytesOf = (key: FieldKey, bits: number): number => {
  const bytes = Math.ceil(bits / 8)
  return oddSizes[key] ?? (bytes === 3 ? 4 : bytes)
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

const makeField = (key: FieldKey, row: Row, order: number): Field => {
  const bytes = bytesOf(key, row.bits)
  const limit = row.bits > 48 ? -1 : 2 ** row.bits - 1
  const field = { ...row, key, order, bytes, limit, variable: row.bits === 992 } as Mutable<Field>
  field.codePoints = row.codes.map((text) => codeFromText(field, text))
  field.code = field.codePoints[0] as OxmCode
  field.nxmCode = field.codePoints.find(({ name }) => name.startsWith('NXM_')) ?? field.code
  return field
}

/** Every match field by its key, as in `fields.ethDst`. */
export const fields: Readonly<Record<FieldKey, Field>> = Object.fromEntries(
  Object.entries(rows).map(([key, row], order) => [key, makeField(key as FieldKey, row, order)]),
) as Record<FieldKey, Field>

/** Every match field, in the order in which a match that we encode has them. */
export const allFields: readonly Field[] = Object.values(fields)

/** A Map finds a field in less time than it takes to ask whether an object has the key itself. */
const byKey = new Map<string, Field>(Object.entries(fields))

/** @throws UnknownFieldError for a key that no field has */
export const fieldOf = (key: string): Field => {
  const found = byKey.get(key)
  if (!found) throw new UnknownFieldError(key, 'no such match field')
  return found
}

/** A prerequisite with those that it has itself, spelled out. */
const needsOf = (prerequisite: Prerequisite): Need[] => {
  const rule = prerequisites[prerequisite]
  return rule === null ? [] : [{ field: fields[rule.key], values: rule.values }, ...needsOf(rule.after)]
}

for (const field of allFields) (field as Mutable<Field>).needs = needsOf(field.prerequisite)
