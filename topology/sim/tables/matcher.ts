import { canonicalMatch } from '../../../controller/openflow/fields/canonical.ts'
import type { Field } from '../../../controller/openflow/fields/field.ts'
import { checkPrerequisites } from '../../../controller/openflow/fields/match.ts'
import type { Match, Oxm } from '../../../controller/openflow/fields/oxm.ts'
import type { FieldKey } from '../../../controller/openflow/fields/rows.ts'
import { MissingPrerequisiteError, ProtocolError } from '../../../controller/openflow/wire/errors.ts'
import { isLaterFragment, needsUpper } from '../actions/shape.ts'
import { setBits } from '../pipeline/bits.ts'
import { newKey, type Place, places } from '../pipeline/layout.ts'
import type { OptionTable } from './options.ts'

/** The words of a key that a match looks at, and the bits of them; the values stand apart. */
export interface Mask {
  readonly words: readonly number[]
  readonly masks: readonly number[]
  /** Equal for equal masks. */
  readonly id: string
}

/** A match in the form in which packets are compared with it. */
export interface Matcher {
  readonly mask: Mask
  readonly values: readonly number[]
}

/** The place of a field in a key, or undefined where the switch does not have the field. */
export const placeOf = (field: Field, options: OptionTable): Place | undefined =>
  field.variable ? options.place(field) : places[field.key as FieldKey]

const refuse = (oxm: Oxm, options: OptionTable): never => {
  if (oxm.field.variable) options.refuse(oxm.field)
  throw new ProtocolError('OFPBMC_BAD_FIELD', `${oxm.code.name} is not supported`)
}

const ones = (width: number): bigint => (1n << BigInt(width)) - 1n

/** Compares fields that were canonical to begin with. */
const compile = (match: Match, options: OptionTable): Matcher => {
  const [values, masks] = [newKey(), newKey()]
  for (const oxm of match) {
    const place = placeOf(oxm.field, options) ?? refuse(oxm, options)
    const mask = oxm.mask === undefined ? ones(place.width) : BigInt(oxm.mask)
    setBits(masks, place, 0, place.width, mask)
    setBits(values, place, 0, place.width, BigInt(oxm.value) & mask)
    if (oxm.field.variable) options.markPresent(oxm.field, masks, values)
  }
  const words = [...masks.keys()].filter((word) => masks[word] !== 0)
  const pick = (from: Int32Array): number[] => words.map((word) => from[word] as number)
  const picked = pick(masks)
  return { mask: { words, masks: picked, id: `${words.join()}/${picked.join()}` }, values: pick(values) }
}

const checkDuplicates = (match: Match): void => {
  const seen = new Set<Field>()
  for (const { field, code } of match) {
    if (seen.has(field)) throw new ProtocolError('OFPBMC_DUP_FIELD', `${code.name} twice`)
    seen.add(field)
  }
}

const checkMasks = (match: Match): void => {
  for (const { field, mask, value, code } of match) {
    if (mask !== undefined && !field.maskable) throw new ProtocolError('OFPBMC_BAD_MASK', `${code.name} takes no mask`)
    const outside = mask === undefined ? 0n : BigInt(value) & ~BigInt(mask)
    if (outside !== 0n) throw new ProtocolError('OFPBMC_BAD_WILDCARDS', `${code.name} has bits outside its mask`)
    if (field.limit >= 0 && Number(value) > field.limit) {
      throw new ProtocolError('OFPBMC_BAD_VALUE', `${code.name} has too many bits`)
    }
  }
}

/**
 * Compiles a match, and gives it as the switch will report it.
 *
 * @throws ProtocolError where the switch refuses it
 */
export const compileMatch = (given: Match, options: OptionTable): Matcher & { readonly match: Match } => {
  checkDuplicates(given)
  checkMasks(given)
  const match = canonicalMatch(given)
  try {
    checkPrerequisites(match)
  } catch (error) {
    if (error instanceof MissingPrerequisiteError) throw new ProtocolError('OFPBMC_BAD_PREREQ', error.message)
    throw error
  }
  if (isLaterFragment(match) && match.some(({ field }) => needsUpper(field))) {
    throw new ProtocolError('OFPBMC_BAD_PREREQ', 'later fragments have no upper layer')
  }
  return { ...compile(match, options), match }
}
