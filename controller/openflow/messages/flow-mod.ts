import { match } from '../fields/match-codec.ts'
import { formatMatch } from '../fields/match-text.ts'
import { formatPort, Port } from '../fields/port-text.ts'
import { formatInstructions, instructions } from '../instructions/instructions.ts'
import { type Codec, type Infer, pad, struct } from '../wire/codec.ts'
import { EncodeError } from '../wire/errors.ts'
import { enumOf, flagNames, flagsOf } from '../wire/names.ts'
import { u8, u16, u32, u64 } from '../wire/primitives.ts'
import type { Writer } from '../wire/writer.ts'
import { type MessageOf, messageKind } from './kind.ts'

/** What a flow-mod does; STRICT is about the one flow of the same match and priority (OpenFlow 1.3.5 §7.3.4.1). */
export const FlowModCommand = { ADD: 0, MODIFY: 1, MODIFY_STRICT: 2, DELETE: 3, DELETE_STRICT: 4 } as const

/** How a flow is kept and counted; SEND_FLOW_REM asks for a flow-removed when it goes (OpenFlow 1.3.5 §7.3.4.1). */
export const FlowModFlags = {
  SEND_FLOW_REM: 1,
  CHECK_OVERLAP: 2,
  RESET_COUNTS: 4,
  NO_PKT_COUNTS: 8,
  NO_BYT_COUNTS: 16,
} as const

/** ovs-ofctl's names of the flags, in the order in which it prints them. */
export const flowFlagText = {
  send_flow_rem: FlowModFlags.SEND_FLOW_REM,
  check_overlap: FlowModFlags.CHECK_OVERLAP,
  reset_counts: FlowModFlags.RESET_COUNTS,
  no_packet_counts: FlowModFlags.NO_PKT_COUNTS,
  no_byte_counts: FlowModFlags.NO_BYT_COUNTS,
} as const

/** A buffer number that names no buffer (OpenFlow 1.3.5 §7.4.1). */
export const NO_BUFFER = 0xffff_ffff
/** A table number that stands for all tables, in deletions. */
export const ALL_TABLES = 0xff

/** Whether a command deletes flows. */
export const isDeletion = (command: number): boolean =>
  command === FlowModCommand.DELETE || command === FlowModCommand.DELETE_STRICT

/** Commands in ovs-ofctl's words, by number. */
export const commandTexts: readonly string[] = ['ADD', 'MOD', 'MOD_STRICT', 'DEL', 'DEL_STRICT']

/** The flow-mod message (OpenFlow 1.3.5 §7.3.4.1). */
export type FlowMod = MessageOf<typeof flowMod>

/**
 * Cookie and mask as ovs-ofctl prints them: a new flow has the cookie, other commands look for it
 * under the mask, and without one for none (OpenFlow 1.3.5 §7.3.4.1).
 */
const cookieText = (cookie: bigint, cookieMask: bigint, command: number): string => {
  if (command === FlowModCommand.ADD) return cookie === 0n ? '' : ` cookie:0x${cookie.toString(16)}`
  return cookieMask === 0n ? '' : ` cookie:0x${cookie.toString(16)}/0x${cookieMask.toString(16)}`
}

/** A table is named where it is not the first, and in commands that could mean all tables. */
const tableText = (tableId: number): string => (tableId === 0 ? '' : ` table:${tableId}`)

const optional = (name: string, value: number): string => (value === 0 ? '' : ` ${name}:${value}`)

const flowModBody = struct({
  cookie: u64,
  cookieMask: u64,
  tableId: u8,
  command: enumOf(u8, FlowModCommand),
  idleTimeout: u16, // seconds
  hardTimeout: u16, // seconds
  priority: u16,
  bufferId: u32,
  outPort: u32,
  outGroup: u32,
  flags: flagsOf(u16, FlowModFlags),
  pad: pad(2),
  match,
  instructions,
})

type FlowModBody = Infer<typeof flowModBody>

const fits = (value: number, maximum: number): boolean => value >= 0 && value <= maximum && Number.isInteger(value)
const fits64 = (value: bigint): boolean => typeof value === 'bigint' && BigInt.asUintN(64, value) === value

/** Whether the members before the match can be written as they are. */
const fixedPartFits = (body: FlowModBody): boolean =>
  fits64(body.cookie) &&
  fits64(body.cookieMask) &&
  fits(body.tableId, 0xff) &&
  fits(body.command, 0xff) &&
  fits(body.idleTimeout, 0xffff) &&
  fits(body.hardTimeout, 0xffff) &&
  fits(body.priority, 0xffff) &&
  fits(body.bufferId, 0xffff_ffff) &&
  fits(body.outPort, 0xffff_ffff) &&
  fits(body.outGroup, 0xffff_ffff) &&
  fits(body.flags, 0xffff)

const fixedLength = 40

/** Flow-mods are sent by the hundred thousand: straight-line where all is well, else the codec that names what is not. */
const straightFlowMod: Codec<FlowModBody> = {
  ...flowModBody,
  encode(writer, body, path) {
    if (!fixedPartFits(body)) return flowModBody.encode(writer, body, path)
    const at = writer.take(fixedLength)
    const { view } = writer
    view.setBigUint64(at, body.cookie)
    view.setBigUint64(at + 8, body.cookieMask)
    view.setUint8(at + 16, body.tableId)
    view.setUint8(at + 17, body.command)
    view.setUint16(at + 18, body.idleTimeout)
    view.setUint16(at + 20, body.hardTimeout)
    view.setUint16(at + 22, body.priority)
    view.setUint32(at + 24, body.bufferId)
    view.setUint32(at + 28, body.outPort)
    view.setUint32(at + 32, body.outGroup)
    view.setUint32(at + 36, body.flags << 16)
    return encodeLists(writer, body, path)
  },
}

const encodeLists = (writer: Writer, body: FlowModBody, path: string): void => {
  try {
    match.encode(writer, body.match, 'match')
    instructions.encode(writer, body.instructions, 'instructions')
  } catch (error) {
    throw error instanceof EncodeError ? error.under(path) : error
  }
}

/** Add, modify or delete flows (OpenFlow 1.3.5 §7.3.4.1). */
export const flowMod = messageKind({
  name: 'flowMod',
  ofp: 'OFPT_FLOW_MOD',
  wire: { type: 14 },
  body: straightFlowMod,
  text: (body) => {
    const fields = formatMatch(body.match, body.priority)
    return [
      ` ${commandTexts[body.command] ?? `command:${body.command}`}`,
      tableText(body.tableId),
      fields === '' ? '' : ` ${fields}`,
      cookieText(body.cookie, body.cookieMask, body.command),
      optional('idle', body.idleTimeout),
      optional('hard', body.hardTimeout),
      body.bufferId === NO_BUFFER ? '' : ` buf:0x${body.bufferId.toString(16)}`,
      body.outPort === Port.ANY || body.outPort === 0 ? '' : ` out_port:${formatPort(body.outPort)}`,
      ...flagNames(flowFlagText, body.flags).map((name) => ` ${name}`),
      ` actions=${formatInstructions(body.instructions)}`,
    ].join('')
  },
})

/** Why a flow went (OpenFlow 1.3.5 §7.4.2); Open vSwitch also sends EVICTION. */
export const FlowRemovedReason = { IDLE_TIMEOUT: 0, HARD_TIMEOUT: 1, DELETE: 2, GROUP_DELETE: 3, EVICTION: 5 } as const

const reasonTexts = ['idle', 'hard', 'delete', 'group_delete', 'meter_delete', 'eviction']

/** A reason in ovs-ofctl's words. */
export const flowRemovedReasonText = (reason: number): string => reasonTexts[reason] ?? String(reason)

/** Seconds with no decimals, three, or as many more as are needed: `1s`, `0.500s`, `0.000000001s`. */
export const durationText = (seconds: number, nanoseconds: number): string => {
  if (nanoseconds === 0) return `${seconds}s`
  const decimals = String(nanoseconds).padStart(9, '0')
  return `${seconds}.${decimals.endsWith('000000') ? decimals.slice(0, 3) : decimals.replace(/0+$/, '')}s`
}

/** A flow has gone (OpenFlow 1.3.5 §7.4.2). */
export const flowRemoved = messageKind({
  name: 'flowRemoved',
  ofp: 'OFPT_FLOW_REMOVED',
  wire: { type: 11 },
  body: struct({
    cookie: u64,
    priority: u16,
    reason: enumOf(u8, FlowRemovedReason),
    tableId: u8,
    durationSec: u32,
    durationNsec: u32,
    idleTimeout: u16, // seconds
    hardTimeout: u16, // seconds
    packetCount: u64,
    byteCount: u64,
    match,
  }),
  text: (body) =>
    [
      ` ${formatMatch(body.match, body.priority)} reason=${flowRemovedReasonText(body.reason)}`,
      body.tableId === ALL_TABLES ? '' : ` table_id=${body.tableId}`,
      body.cookie === 0n ? '' : ` cookie:0x${body.cookie.toString(16)}`,
      ` duration${durationText(body.durationSec, body.durationNsec)} idle${body.idleTimeout}`,
      body.hardTimeout === 0 ? '' : ` hard${body.hardTimeout}`,
      ` pkts${body.packetCount} bytes${body.byteCount}`,
    ].join(''),
})

export const flowKinds = [flowMod, flowRemoved] as const
