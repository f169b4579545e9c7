import { pad, struct } from '../wire/codec.ts'
import { actionKind } from './kind.ts'

const NICIRA = 0x2320

const exit = actionKind({
  name: 'exit',
  wire: { experimenter: NICIRA, subtype: 17 },
  body: struct({ pad: pad(6) }),
  format: () => 'exit',
  keywords: { exit: () => [{ type: 'exit' }] },
})

/** Open vSwitch's own actions that hold no other actions. */
export const niciraKinds = [exit] as const
