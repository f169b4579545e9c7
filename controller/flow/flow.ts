import {
  canonicalMatch,
  checkPrerequisites,
  encodeMessage,
  FlowModCommand,
  FlowModFlags,
  Group,
  type Instruction,
  type Match,
  NO_BUFFER,
  Port,
} from '../openflow/index.ts'

/** What an app says of one flow. */
export interface FlowSpec {
  readonly tableId: number
  readonly priority: number
  readonly match: Match
  readonly instructions: readonly Instruction[]
  /** Seconds without a packet after which the switch removes the flow; 0 for never. */
  readonly idleTimeout?: number
  /** Seconds after which the switch removes the flow; 0 for never. */
  readonly hardTimeout?: number
  /** FlowModFlags. */
  readonly flags?: number
  /** Why it drops what it matches: every drop has a name. */
  readonly drop?: string
}

/** Where the match starts in a flow-mod (OpenFlow 1.3.5 §7.3.4.1). */
const matchOffset = 48
/** Characters before the match's fields in a key, and before the instructions in an effect. */
export const keyHead = 3
export const effectHead = 6

/** Two bytes as two characters, so that keys stay strings of one byte a character. */
const two = (value: number): string => String.fromCharCode(value >>> 8, value & 0xff)

/** RESET_COUNTS and CHECK_OVERLAP are orders to the switch, not properties that it reports. */
const reportedFlags = FlowModFlags.SEND_FLOW_REM | FlowModFlags.NO_PKT_COUNTS | FlowModFlags.NO_BYT_COUNTS

/** Matches are padded to 8 bytes. */
const padded = (length: number): number => (length + 7) & ~7

/**
 * One flow, encoded once. It is held as two strings of bytes, one character each, which are both
 * its identity in comparisons and what goes on the wire: equal flows may share one object.
 */
export class Flow {
  /** What identifies it in a switch: table, priority (2), the bytes of its match's fields. */
  readonly key: string
  /** What can change while it stays the same flow: timeouts (2, 2), flags (2), the bytes of its instructions. */
  readonly effect: string
  readonly drop: string | undefined

  /**
   * @throws EncodeError where a value does not fit
   * @throws MissingPrerequisiteError where the match lacks a field that another needs
   */
  constructor(spec: FlowSpec, check: (match: Match) => void = checkPrerequisites) {
    const { tableId, priority, idleTimeout = 0, hardTimeout = 0, flags = 0 } = spec
    const bytes = Buffer.from(encode(spec, check).buffer)
    const matchLength = bytes.readUInt16BE(matchOffset + 2)
    const fields = bytes.toString('latin1', matchOffset + 4, matchOffset + matchLength)
    this.key = String.fromCharCode(tableId) + two(priority) + fields
    this.effect =
      two(idleTimeout) +
      two(hardTimeout) +
      two(flags & reportedFlags) +
      bytes.toString('latin1', matchOffset + padded(matchLength), bytes.length)
    this.drop = spec.drop
  }

  /** A flow as a switch reports it: what a switch holds is taken as it is. */
  static reported(spec: FlowSpec): Flow {
    return new Flow(spec, unchecked)
  }

  get tableId(): number {
    return this.key.charCodeAt(0)
  }

  get priority(): number {
    return this.key.charCodeAt(1) * 256 + this.key.charCodeAt(2)
  }

  /** Bytes of the flow-mod that adds it. */
  get length(): number {
    return matchOffset + padded(this.key.length - keyHead + 4) + this.effect.length - effectHead
  }
}

const unchecked = (): void => undefined

const encode = (spec: FlowSpec, check: (match: Match) => void): Uint8Array => {
  const match = canonicalMatch(spec.match)
  check(match)
  return encodeMessage({
    type: 'flowMod',
    xid: 0,
    cookie: 0n,
    cookieMask: 0n,
    tableId: spec.tableId,
    command: FlowModCommand.ADD,
    idleTimeout: spec.idleTimeout ?? 0,
    hardTimeout: spec.hardTimeout ?? 0,
    priority: spec.priority,
    bufferId: NO_BUFFER,
    outPort: Port.ANY,
    outGroup: Group.ANY,
    flags: spec.flags ?? 0,
    match,
    instructions: spec.instructions,
  })
}
