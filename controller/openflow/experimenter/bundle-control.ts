import { messageKind } from '../messages/kind.ts'
import { struct } from '../wire/codec.ts'
import { Experimenter } from '../wire/experimenter.ts'
import { enumOf, flagNames, flagsOf, nameOf } from '../wire/names.ts'
import { u16, u32 } from '../wire/primitives.ts'
import { withTrailing } from '../wire/property.ts'

/** Whether a bundle takes effect as a whole, and its messages in order (ONF extension 230). */
export const BundleFlags = { ATOMIC: 1, ORDERED: 2 } as const

/** What to do with a bundle; the replies of the switch have numbers of their own (extension 230). */
export const BundleControlType = {
  OPEN_REQUEST: 0,
  OPEN_REPLY: 1,
  CLOSE_REQUEST: 2,
  CLOSE_REPLY: 3,
  COMMIT_REQUEST: 4,
  COMMIT_REPLY: 5,
  DISCARD_REQUEST: 6,
  DISCARD_REPLY: 7,
} as const

/** ` bundle_id=0x1 flags=atomic ordered` without what may stand between. */
export const bundleIdText = (bundleId: number): string =>
  ` bundle_id=${bundleId === 0 ? '0' : `0x${bundleId.toString(16)}`}`

/** ` flags=atomic ordered`, or ` flags=0`. */
export const bundleFlagsText = (flags: number): string =>
  ` flags=${flags === 0 ? '0' : flagNames(BundleFlags, flags).join(' ').toLowerCase()}`

/** Opens, closes, commits or discards a bundle, or answers that (extension 230). */
const bundleControl = messageKind({
  name: 'bundleControl',
  ofp: 'ONFT_BUNDLE_CONTROL',
  wire: { experimenter: Experimenter.ONF, expType: 2300 },
  body: withTrailing(
    struct({ bundleId: u32, control: enumOf(u16, BundleControlType), flags: flagsOf(u16, BundleFlags) }),
  ),
  text: ({ bundleId, control, flags }) =>
    `\n${bundleIdText(bundleId)} type=${nameOf(BundleControlType, control) ?? control}${bundleFlagsText(flags)}`,
})

export const bundleKinds = [bundleControl] as const
