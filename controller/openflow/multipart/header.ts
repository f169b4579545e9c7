import { pad } from '../wire/codec.ts'
import { flagsOf } from '../wire/names.ts'
import { u16 } from '../wire/primitives.ts'

/** Flags of multipart messages: more parts follow (OpenFlow 1.3.5 §7.3.5). */
export const MultipartFlags = { MORE: 1 } as const

/** The members that every multipart message has after its multipart type. */
export const multipartHeader = { flags: flagsOf(u16, MultipartFlags), headerPad: pad(4) } as const

/** ` flags=[more]` as ovs-ofctl prints it, or nothing. */
export const flagsText = (flags: number): string => {
  if (flags === 0) return ''
  return flags === MultipartFlags.MORE ? ' flags=[more]' : ` flags=0x${flags.toString(16)}`
}
