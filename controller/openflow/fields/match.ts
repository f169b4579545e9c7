import { EncodeError, MissingPrerequisiteError, UnmaskableFieldError, ValueTooWideError } from '../wire/errors.ts'
import { type Field, fieldOf, type Need, type OxmCode, type OxmValue } from './field.ts'
import type { CheckedMatch, MatchInput } from './match-types.ts'
import { isWide, type Match, Oxm } from './oxm.ts'
import type { FieldKey } from './rows.ts'
import { and, parseValue } from './value-text.ts'

const toOxmValue = (code: OxmCode, value: unknown, path: string): OxmValue => {
  if (typeof value !== 'number' && typeof value !== 'bigint') {
    throw new EncodeError(path, `a number is expected, not ${typeof value}`)
  }
  if (value < 0 || (typeof value === 'number' && !Number.isSafeInteger(value))) {
    throw new EncodeError(path, `an unsigned integer is expected, not ${value}`)
  }
  const { bits } = code.field
  if (typeof value === 'number' && bits <= 48 ? value >= 2 ** bits : BigInt(value) >> BigInt(bits) !== 0n) {
    throw new ValueTooWideError(path, `0x${value.toString(16)} has more than ${bits} bits`)
  }
  return isWide(code) ? BigInt(value) : Number(value)
}

const allOnes = (field: Field, mask: OxmValue): boolean =>
  typeof mask === 'number' && field.bits <= 48
    ? mask === 2 ** field.bits - 1
    : BigInt(mask) === (1n << BigInt(field.bits)) - 1n

/**
 * One field with its value: a number or bigint, text in ovs-ofctl's syntax, or `{ value, mask }`.
 * Bits outside the mask are cleared; a mask of all ones becomes an exact match.
 *
 * @throws UnknownFieldError, ValueTooWideError, UnmaskableFieldError, EncodeError, TextSyntaxError
 */
export const field = (key: FieldKey, input: unknown): Oxm => {
  const row = fieldOf(key)
  const { code } = row
  if (typeof input === 'number' && input <= row.limit && input >= 0 && Number.isInteger(input)) {
    return new Oxm(code, input)
  }
  if (typeof input === 'number' || typeof input === 'bigint') return new Oxm(code, toOxmValue(code, input, key))
  if (typeof input === 'string') {
    const { value, mask } = parseValue(code, input)
    return masked(row, value, mask)
  }
  if (typeof input !== 'object' || input === null || !('value' in input) || !('mask' in input)) {
    throw new EncodeError(key, 'a number, text or { value, mask } is expected')
  }
  return masked(row, part(code, input.value, key), part(code, input.mask, `${key} mask`))
}

const part = (code: OxmCode, value: unknown, path: string): OxmValue =>
  typeof value === 'string' ? parseValue(code, value).value : toOxmValue(code, value, path)

const masked = (row: Field, value: OxmValue, mask: OxmValue | undefined): Oxm => {
  if (mask === undefined || allOnes(row, mask)) return new Oxm(row.code, value)
  if (!row.maskable) throw new UnmaskableFieldError(row.key, 'takes no mask')
  return new Oxm(row.code, and(value, mask), mask)
}

/** @throws MissingPrerequisiteError naming the field and what it needs */
export const checkPrerequisites = (match: Match): void => {
  for (const oxm of match) {
    const { needs } = oxm.code.field
    for (let index = 0; index < needs.length; index++) {
      if (!isMet(match, needs[index] as Need)) throw missing(oxm.code.field, needs[index] as Need)
    }
  }
}

const isMet = (match: Match, { field: needed, values }: Need): boolean => {
  for (const oxm of match) {
    if (oxm.code.field !== needed) continue
    if (values.length === 0 || (oxm.mask === undefined && values.includes(oxm.value as number))) return true
  }
  return false
}

const missing = (wanted: Field, { field: needed, values }: Need): MissingPrerequisiteError => {
  const options = values.map((value) => `0x${value.toString(16)}`).join(' or ')
  return new MissingPrerequisiteError(wanted.key, `needs ${needed.key}${options === '' ? '' : ` = ${options}`}`)
}

/** Puts a field behind those that stand before it on the wire. */
const insert = (oxms: Oxm[], oxm: Oxm): void => {
  const { order } = oxm.code.field
  let at = oxms.length
  while (at > 0 && (oxms[at - 1] as Oxm).code.field.order > order) at--
  if (at === oxms.length) oxms.push(oxm)
  else oxms.splice(at, 0, oxm)
}

/** Puts fields into the order in which Open vSwitch writes them. */
export const inWireOrder = (oxms: readonly Oxm[]): Match =>
  oxms.toSorted((a, b) => a.code.field.order - b.code.field.order)

/**
 * Makes a match from an object of fields, as in
 * `match({ ethType: 0x0800, ipProto: 6, ipv4Dst: '10.0.0.0/8', tcpDst: 80 })`.
 *
 * In TypeScript a mask on a field that takes none, a missing prerequisite, and a literal value
 * with too many bits do not compile; at run time they throw.
 *
 * @throws UnknownFieldError, ValueTooWideError, UnmaskableFieldError, MissingPrerequisiteError,
 *   EncodeError, TextSyntaxError
 */
export const match = <const M extends MatchInput>(input: M & CheckedMatch<M>): Match => {
  const oxms: Oxm[] = []
  for (const key in input) {
    const value = input[key] as unknown
    if (value !== undefined) insert(oxms, field(key as unknown as FieldKey, value))
  }
  checkPrerequisites(oxms)
  return oxms
}

/** The value of a field in a match, or undefined where the match does not name it. */
export const matchField = (match: Match, key: FieldKey): Oxm | undefined => match.find((oxm) => oxm.field.key === key)
