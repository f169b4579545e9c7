import {
  canonicalMatch,
  checkPrerequisites,
  FlowModCommand,
  FlowModFlags,
  Group,
  type Instruction,
  type Match,
  NO_BUFFER,
  Port,
  Writer,
  writeMessage,
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
const fieldsOffset = matchOffset + 4
/** Characters before the match's fields in a key, and before the instructions in an effect. */
export const keyHead = 3
export const effectHead = 6

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
    const { view, pos: end } = encode(spec, check)
    const bytes = Buffer.from(view.buffer)
    const matchEnd = matchOffset + view.getUint16(matchOffset + 2)
    // Heads are written over what stands before, so that each text is made in one piece: there may be a million.
    view.setUint8(fieldsOffset - keyHead, tableId)
    view.setUint16(fieldsOffset - keyHead + 1, priority)
    this.key = bytes.toString('latin1', fieldsOffset - keyHead, matchEnd)
    const instructionsAt = matchOffset + padded(matchEnd - matchOffset)
    view.setUint16(instructionsAt - effectHead, idleTimeout)
    view.setUint16(instructionsAt - effectHead + 2, hardTimeout)
    view.setUint16(instructionsAt - effectHead + 4, flags & reportedFlags)
    this.effect = bytes.toString('latin1', instructionsAt - effectHead, end)
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

const encode = (spec: FlowSpec, check: (match: Match) => void): Writer => {
  const match = canonicalMatch(spec.match)
  check(match)
  const writer = new Writer()
  writeMessage(writer, {
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
  return writer
}
