import type { Action } from '../../../controller/openflow/actions/actions.ts'
import type { Instruction } from '../../../controller/openflow/instructions/instructions.ts'
import fc from '../../support/random.ts'
import { type Context, contexts } from './contexts.ts'
import { port, soundMatch } from './fields.ts'
import type { Parts, Rule } from './parts.ts'
import { type Actions, actionsFor, lastActions } from './sound-actions.ts'
import { flagsOf, from, oneOf, plainText, some, typed, u64 } from './values.ts'

const among = (table: Actions): fc.Arbitrary<Action> => fc.oneof(...Object.values(table))

const listFor = (context: Context): fc.Arbitrary<readonly Action[]> => {
  const flat = some(among(actionsFor(context)), 4)
  const cloned = flat.map((actions): Action[] => [{ type: 'clone', actions }])
  return fc.oneof(
    { weight: 4, arbitrary: flat },
    { weight: 1, arbitrary: cloned.filter(([clone]) => clone?.type === 'clone' && clone.actions.length > 0) },
    { weight: 1, arbitrary: fc.tuple(flat, among(lastActions(context))).map(([list, last]) => [...list, last]) },
  )
}

/** Actions that an action set can hold. */
const settable = ['output', 'group', 'setField', 'setQueue', 'setNwTtl', 'decNwTtl'] as const

const setFor = (context: Context): fc.Arbitrary<readonly Action[]> => {
  const table = actionsFor(context)
  const chosen = settable.flatMap((type) => table[type] ?? [])
  return some(fc.oneof(...chosen), 3, 1)
}

/** Actions after which packets are of another kind, so that the action set must be for that kind. */
const changing = new Set<Action['type']>(['encap', 'decap', 'pushMpls', 'popMpls', 'popVlan'])

const isChanging = (instruction: Instruction | undefined): boolean =>
  instruction?.type === 'applyActions' && instruction.actions.some(({ type }) => changing.has(type))

const rarely = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value })

const writeMetadata = fc
  .tuple(u64, u64)
  .map(([metadata, mask]) => ({ type: 'writeMetadata' as const, metadata: metadata & mask, mask }))

const instructionsFor = (context: Context): fc.Arbitrary<readonly Instruction[]> =>
  fc
    .tuple<(Instruction | undefined)[]>(
      rarely(typed('meter', { meterId: from(1, 0xffff0000) })),
      typed('applyActions', { actions: listFor(context) }),
      rarely(fc.constant({ type: 'clearActions' as const })),
      rarely(typed('writeActions', { actions: setFor(context) })),
      rarely(writeMetadata),
    )
    .map((list) =>
      list.filter(
        (one) =>
          one !== undefined &&
          !(one.type === 'applyActions' && one.actions.length === 0) &&
          !(one.type === 'writeActions' && list.some(isChanging)),
      ),
    )
    .map((list) => list as readonly Instruction[])

const ruleFor = (context: Context): fc.Arbitrary<Rule> =>
  fc
    .tuple(soundMatch(context.base, context.fields), instructionsFor(context))
    .map(([match, instructions]) => ({ match, instructions }))

/** Rules for packets of a kind, by the place of the kind in `contexts`. */
const rules = contexts.map(ruleFor)
const lists = contexts.map(listFor)

const matches = contexts.map(({ base, fields }) => soundMatch(base, fields))

/** Parts that a switch or a controller may send, as the standard and Open vSwitch want them. */
export const soundParts: Parts = {
  match: fc.oneof(...matches),
  actions: fc.oneof(...lists),
  rule: fc.oneof(...rules),
  port,
  named: oneOf,
  flags: flagsOf,
  string: plainText,
  strange: false,
}
