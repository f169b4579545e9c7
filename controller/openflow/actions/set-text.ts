import { type Field, fields } from '../fields/field.ts'
import { isWide, Oxm, withLength } from '../fields/oxm.ts'
import { fieldByName, parseSubfield, type Subfield, wholeBits } from '../fields/subfield.ts'
import { parseInteger } from '../fields/value-text.ts'
import { arrow } from '../text/scan.ts'
import { TextSyntaxError } from '../wire/errors.ts'
import type { Action } from './actions.ts'
import { bitsOf, ones, runs } from './runs.ts'
import { parseSetValue } from './set-value.ts'

/** reg_load names a field in 4 bytes and knows how long it is. */
const loadable = ({ nxmCode, variable }: Field): boolean => nxmCode.experimenter === undefined && !variable

const bytesOf = (value: bigint): number => (value === 0n ? 0 : Math.ceil(value.toString(16).length / 2))

/** Geneve options go with as many bytes as their mask, or value, needs. */
const oxmOf = (code: Field['code'], value: bigint, mask?: bigint): Oxm => {
  const sized = code.field.variable ? withLength(code, bytesOf(mask ?? value)) : code
  const narrow = (wide: bigint): bigint | number => (isWide(code) ? wide : Number(wide))
  return mask === undefined ? new Oxm(sized, narrow(value)) : new Oxm(sized, narrow(value & mask), narrow(mask))
}

/** Writes the bits of a mask, as ovs-ofctl does it in OpenFlow 1.3, whose set-field takes no mask. */
const loadMasked = (target: Field, value: bigint, mask: bigint): readonly Action[] => {
  const { nxmCode: code } = target
  if (!loadable(target)) {
    return [{ type: 'regLoad2', oxm: oxmOf(code, value, mask === ones(target.bytes * 8) ? undefined : mask) }]
  }
  return runs(mask, wholeBits(code)).map((run) => ({
    type: 'regLoad',
    dst: { code, ...run },
    value: bitsOf(value, run),
  }))
}

/** The set-field action of a whole field. */
export const setWhole = (target: Field, value: bigint): Action => ({
  type: 'setField',
  oxm: oxmOf(target.code, value),
})

/** Parses `VALUE[/MASK]->FIELD`. */
export const parseSetField = (text: string): readonly Action[] => {
  const [from, to] = arrow(text)
  const target = fieldByName(to)
  if (!target?.writable) throw new TextSyntaxError(text, 'a field that can be written is expected after ->')
  const parsed = parseSetValue(target.code, from)
  const value = BigInt(parsed.value)
  if (parsed.mask === undefined) return [setWhole(target, value)]
  const mask = BigInt(parsed.mask)
  if (mask === ones(target.bytes * 8)) return [setWhole(target, value)]
  if (!target.maskable && mask !== 0n) throw new TextSyntaxError(text, `${to} takes no mask`)
  return loadMasked(target, value, mask)
}

/** Parses `VALUE->FIELD[bits]`. */
export const parseLoad = (text: string): readonly Action[] => {
  const [from, to] = arrow(text)
  const dst: Subfield = parseSubfield(to)
  const value = parseInteger(from)
  if (value >> BigInt(dst.bits) !== 0n) throw new TextSyntaxError(text, `${from} has more than ${dst.bits} bits`)
  const offset = BigInt(dst.offset)
  return loadMasked(fieldOf(dst), value << offset, ones(dst.bits) << offset)
}

const fieldOf = ({ code }: Subfield): Field => code.field

/** A set-field action of a field by its key. */
export const setNumber = (key: keyof typeof fields, value: number | bigint): Action =>
  setWhole(fields[key], BigInt(value))
