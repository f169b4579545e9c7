import { encodeMessage, type GroupMod, GroupModCommand, type MessageNamed } from '../openflow/index.ts'

/** Byte offsets in a group-mod and a meter-mod (OpenFlow 1.3.5 §7.3.4.2, §7.3.4.4). */
export const GroupModOffset = { COMMAND: 8 } as const

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

  /** @throws EncodeError where a value does not fit */
  constructor(spec: GroupSpec) {
    this.id = spec.groupId
    this.bytes = encodeMessage({ type: 'groupMod', xid: 0, command: GroupModCommand.ADD, ...spec })
    this.effect = byteText(this.bytes, GroupModOffset.COMMAND + 2)
  }
}

/** One meter, encoded once. */
export class MeterEntry {
  readonly id: number
  /** What it does: flags and bands. */
  readonly effect: string
  /** A meter-mod that adds it, with xid zero. */
  readonly bytes: Uint8Array

  /** @throws EncodeError where a value does not fit */
  constructor(spec: MeterSpec) {
    this.id = spec.meterId
    this.bytes = encodeMessage({ type: 'meterMod', xid: 0, command: 0, ...spec })
    this.effect = byteText(this.bytes, GroupModOffset.COMMAND + 2)
  }
}
