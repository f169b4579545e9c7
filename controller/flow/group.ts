import { encodeMessage, type GroupMod, GroupModCommand, type MessageNamed } from '../openflow/index.ts'

/** Byte offsets in a group-mod and a meter-mod (OpenFlow 1.3.5 §7.3.4.2, §7.3.4.4). */
export const GroupModOffset = { COMMAND: 8 } as const

/**
 * Numbers of groups and meters that are this controller's: others are left alone. Groups and
 * meters have no cookies, so their numbers have to tell.
 */
export const ownGroups = { first: 0x6800_0000, last: 0x68ff_ffff } as const
export const ownMeters = { first: 0x1_0000, last: 0x3_ffff } as const

const checkRange = (what: string, id: number, { first, last }: { first: number; last: number }): number => {
  if (id >= first && id <= last) return id
  throw new RangeError(`${what} ${id}: numbers from ${first} to ${last} are the controller's`)
}

type GroupSpec = Pick<GroupMod, 'groupId' | 'groupType' | 'buckets'>
type MeterSpec = Pick<MessageNamed<'meterMod'>, 'meterId' | 'flags' | 'bands'>

/** Bytes as text, one character each. */
const byteText = (bytes: Uint8Array, start: number): string =>
  Buffer.from(bytes.buffer).toString('latin1', start, bytes.length)

/** One group, encoded once. */
export class GroupEntry {
  readonly id: number
  /** What it does: type and buckets. */
  readonly effect: string
  /** A group-mod that adds it, with xid zero. */
  readonly bytes: Uint8Array

  /**
   * @throws EncodeError where a value does not fit
   * @throws RangeError for a number outside `ownGroups`
   */
  constructor(spec: GroupSpec) {
    this.id = checkRange('group', spec.groupId, ownGroups)
    this.bytes = encodeMessage({ type: 'groupMod', xid: 0, command: GroupModCommand.ADD, ...spec })
    this.effect = byteText(this.bytes, GroupModOffset.COMMAND + 2)
  }
}

/** One meter, encoded once. */
export class MeterEntry {
  readonly id: number
  /** Why it drops what exceeds its rate. */
  readonly drop: string | undefined
  /** What it does: flags and bands. */
  readonly effect: string
  /** A meter-mod that adds it, with xid zero. */
  readonly bytes: Uint8Array

  /**
   * @throws EncodeError where a value does not fit
   * @throws RangeError for a number outside `ownMeters`
   */
  constructor(spec: MeterSpec, drop?: string) {
    this.drop = drop
    this.id = checkRange('meter', spec.meterId, ownMeters)
    this.bytes = encodeMessage({ type: 'meterMod', xid: 0, command: 0, ...spec })
    this.effect = byteText(this.bytes, GroupModOffset.COMMAND + 2)
  }
}
