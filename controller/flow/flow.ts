import {
  canonicalMatch,
  checkPrerequisites,
  encodeMessage,
  type FlowMod,
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

/** Byte offsets in a flow-mod (OpenFlow 1.3.5 §7.3.4.1). */
export const FlowModOffset = { XID: 4, COOKIE: 8, COOKIE_MASK: 16, TABLE: 24, COMMAND: 25, MATCH: 48 } as const

const byteText = new TextDecoder('latin1')

/** Bytes as text, one character each, to be a key in a Map. */
export const byteKey = (bytes: Uint8Array, start: number, end: number): string =>
  byteText.decode(bytes.subarray(start, end))

/** What identifies a flow in a switch: its table, priority, and the bytes of its match's fields. */
export const flowKey = (tableId: number, priority: number, fields: string): string =>
  String.fromCharCode(tableId, priority) + fields

/** RESET_COUNTS and CHECK_OVERLAP are orders to the switch, not properties that it reports. */
const reportedFlags = FlowModFlags.SEND_FLOW_REM | FlowModFlags.NO_PKT_COUNTS | FlowModFlags.NO_BYT_COUNTS

/** What can change of a flow while it stays the same: timeouts, flags, the bytes of its instructions. */
export const flowEffect = (idleTimeout: number, hardTimeout: number, flags: number, instructions: string): string =>
  String.fromCharCode(idleTimeout, hardTimeout, flags & reportedFlags) + instructions

/** Matches are padded to 8 bytes. */
const padded = (length: number): number => (length + 7) & ~7

/**
 * One flow, encoded once: its bytes are its identity in a comparison and its payload on the wire.
 * Equal flows on many switches may share one object.
 */
export class Flow {
  readonly key: string
  readonly effect: string
  /** A flow-mod that adds it, with cookie and xid zero. */
  readonly bytes: Uint8Array
  readonly drop: string | undefined

  /**
   * @throws EncodeError where a value does not fit
   * @throws MissingPrerequisiteError where the match lacks a field that another needs
   */
  constructor(spec: FlowSpec) {
    const { tableId, priority, idleTimeout = 0, hardTimeout = 0, flags = 0 } = spec
    const bytes = encodeMessage(flowMod(spec))
    const matchLength = new DataView(bytes.buffer).getUint16(FlowModOffset.MATCH + 2)
    const matchEnd = FlowModOffset.MATCH + matchLength
    const instructions = byteKey(bytes, FlowModOffset.MATCH + padded(matchLength), bytes.length)
    this.key = flowKey(tableId, priority, byteKey(bytes, FlowModOffset.MATCH + 4, matchEnd))
    this.effect = flowEffect(idleTimeout, hardTimeout, flags, instructions)
    this.bytes = bytes
    this.drop = spec.drop
  }

  get tableId(): number {
    return this.key.charCodeAt(0)
  }

  get priority(): number {
    return this.key.charCodeAt(1)
  }
}

const flowMod = (spec: FlowSpec): FlowMod => {
  const match = canonicalMatch(spec.match)
  checkPrerequisites(match)
  return {
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
  }
}
