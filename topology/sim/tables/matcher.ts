import { canonicalMatch } from '../../../controller/openflow/fields/canonical.ts'
import type { Field } from '../../../controller/openflow/fields/field.ts'
import { checkPrerequisites } from '../../../controller/openflow/fields/match.ts'
import type { Match, Oxm } from '../../../controller/openflow/fields/oxm.ts'
import type { FieldKey } from '../../../controller/openflow/fields/rows.ts'
import { MissingPrerequisiteError, ProtocolError } from '../../../controller/openflow/wire/errors.ts'
import { isLaterFragment, needsUpper } from '../actions/shape.ts'
import { type Place, places } from '../pipeline/layout.ts'
import { MatcherDraft } from './matcher-draft.ts'
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

const refuse = (field: Field, options: OptionTable): never => {
  if (field.variable) options.refuse(field)
  throw new ProtocolError('OFPBMC_BAD_FIELD', `${field.code.name} is not supported`)
}

/** Compares fields that were canonical to begin with. */
const compile = (match: Match, options: OptionTable): Matcher => {
  const draft = new MatcherDraft()
  for (const { field, value, mask } of match) {
    const place = placeOf(field, options) ?? refuse(field, options)
    draft.field(place, value, mask)
    if (field.variable) options.markPresent(field, draft)
  }
  return draft.finish()
}

const checkDuplicates = (match: Match): void => {
  for (let index = 1; index < match.length; index++) {
    const { field, code } = match[index] as Oxm
    for (let before = 0; before < index; before++) {
      if (match[before]?.field === field) throw new ProtocolError('OFPBMC_DUP_FIELD', `${code.name} twice`)
    }
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
