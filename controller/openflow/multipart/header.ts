import { messageKind } from '../messages/kind.ts'
import { pad, struct } from '../wire/codec.ts'
import { flagsOf } from '../wire/names.ts'
import { ALL_ONES_64, u16 } from '../wire/primitives.ts'

/** Flags of multipart messages: more parts follow (OpenFlow 1.3.5 §7.3.5). */
export const MultipartFlags = { MORE: 1 } as const

/** The members that every multipart message has after its multipart type. */
export const multipartHeader = { flags: flagsOf(u16, MultipartFlags), headerPad: pad(4) } as const

/** Flags that have no name, in ovs-ofctl's words. */
export const unknownFlagsText = (flags: number): string =>
  `[***unknown flags 0x${flags.toString(16).padStart(4, '0')}***]`

/** ` flags=[more]` as ovs-ofctl prints it, or nothing. */
export const flagsText = (flags: number): string => {
  if (flags === 0) return ''
  const unknown = flags & ~MultipartFlags.MORE
  const more = (flags & MultipartFlags.MORE) === 0 ? '' : '[more]'
  return ` flags=${more}${unknown === 0 ? '' : unknownFlagsText(unknown)}`
}

interface Flagged {
  readonly flags: number
}

/** The text of a multipart message: its flags, then its body. */
export const withFlags =
  <B extends Flagged>(text: (body: B) => string) =>
  (body: B): string =>
    flagsText(body.flags) + text(body)

/** A request without a body. */
export const bareRequest = <const Name extends string>(name: Name, ofp: string, part: number, text = '') =>
  messageKind({
    name,
    ofp,
    wire: { multipart: 'request', part },
    body: struct({ ...multipartHeader }),
    text: withFlags(() => text),
  })

/** Seconds that say that a switch does not know how long. */
export const UNKNOWN_DURATION = 0xffff_ffff

/** A counter; `?` for one that the switch does not keep (OpenFlow 1.3.5 §5.8). */
export const counterText = (value: bigint): string => (value === ALL_ONES_64 ? '?' : String(value))

/** Whether a switch keeps this counter. */
export const isCounted = (value: bigint): boolean => value !== ALL_ONES_64
