import type { Codec } from '../wire/codec.ts'
import { pad, struct } from '../wire/codec.ts'
import type { Action } from './actions.ts'
import { conntrack } from './conntrack.ts'
import { actionKind } from './kind.ts'
import { NICIRA } from './wire.ts'

const clone = (actions: Codec<readonly Action[]>) =>
  actionKind({
    name: 'clone',
    wire: { experimenter: NICIRA, subtype: 42 },
    body: struct({ pad: pad(6), actions }),
    format: (body, nested) => `clone(${nested(body.actions as readonly never[])})`,
    keywords: {
      clone: ({ value }, context) => [{ type: 'clone', actions: context.actions(value) }],
    },
  })

/** Kinds of actions that hold actions; `actions` is the codec of the list inside. */
export const nestingKinds = (actions: Codec<readonly Action[]>) => [clone(actions), conntrack(actions)] as const
