import { struct } from '../wire/codec.ts'
import { rest, u32 } from '../wire/primitives.ts'
import { type AnyKind, makeActionSet } from './action-set.ts'
import { type ActionOf, actionKind } from './kind.ts'
import { legacyKinds } from './legacy.ts'
import { nestingKinds } from './nesting.ts'
import type { NestingAction } from './nesting-types.ts'
import { niciraKinds } from './nicira.ts'
import { setField } from './set-field.ts'
import { standardKinds } from './standard.ts'

/** An action of an experimenter, or a Nicira subtype, that we do not know: kept as it came. */
const experimenterKind = actionKind({
  name: 'experimenter',
  wire: { type: 0xffff },
  body: struct({ experimenter: u32, data: rest }),
  format: ({ experimenter }) => `experimenter:0x${experimenter.toString(16)}`,
})

type PlainKind =
  | (typeof standardKinds)[number]
  | (typeof legacyKinds)[number]
  | (typeof niciraKinds)[number]
  | typeof setField
  | typeof experimenterKind

/** Any action; `type` tells which. */
export type Action = ActionOf<PlainKind> | NestingAction

/** The action with this `type`. */
export type ActionNamed<Name extends Action['type']> = Extract<Action, { readonly type: Name }>

const set = makeActionSet<Action>(
  (nested) =>
    [
      ...standardKinds,
      setField,
      ...legacyKinds,
      ...niciraKinds,
      ...nestingKinds(nested),
      experimenterKind,
    ] as readonly AnyKind[],
)

/** Every kind of action, for tables of what is supported. */
export const actionKinds = set.kinds

/** Actions until the part's end. */
export const actions = set.list

/** Actions in ovs-ofctl's syntax; an empty list reads `drop`. */
export const formatActions = set.format
