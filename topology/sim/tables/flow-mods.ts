import type { Match } from '../../../controller/openflow/fields/oxm.ts'
import { Port } from '../../../controller/openflow/fields/port-text.ts'
import type { Instruction } from '../../../controller/openflow/instructions/instructions.ts'
import { Group } from '../../../controller/openflow/messages/bucket.ts'
import {
  ALL_TABLES,
  type FlowMod,
  FlowModCommand,
  FlowModFlags,
  FlowRemovedReason,
} from '../../../controller/openflow/messages/flow-mod.ts'
import { ProtocolError } from '../../../controller/openflow/wire/errors.ts'
import { allSteps } from '../actions/all-steps.ts'
import { groupsIn } from '../groups/group-table.ts'
import type { Journal } from '../journal.ts'
import { Entry } from './entry.ts'
import type { FlowStore, Origin } from './flow-store.ts'
import { compileMatch, type Matcher } from './matcher.ts'
import type { OptionTable } from './options.ts'

/** What changing flows needs. */
export interface FlowModContext {
  readonly flows: FlowStore
  readonly options: OptionTable
  /** @throws ProtocolError or Refusal where the switch cannot do what instructions say */
  readonly check: (instructions: readonly Instruction[], match: Match, tableId: number) => void
  /** Milliseconds. */
  readonly now: number
}

/** Which flows a request is about, beyond table and match. */
export type FlowFilter = Pick<FlowMod, 'outPort' | 'outGroup' | 'cookie' | 'cookieMask'>

const outputsTo = (entry: Entry, port: number): boolean =>
  allSteps(entry.steps).some((step) => step.type === 'output' && step.port === port)

/** Whether a flow passes a request's cookie, output port and group (OpenFlow 1.3.5 §7.3.4.1). */
export const passes = (entry: Entry, { outPort, outGroup, cookie, cookieMask }: FlowFilter): boolean => {
  if ((entry.cookie & cookieMask) !== (cookie & cookieMask)) return false
  if (outPort !== Port.ANY && !outputsTo(entry, outPort)) return false
  return outGroup === Group.ANY || groupsIn(allSteps(entry.steps)).includes(outGroup)
}

/** Flows of one table or all that match at most what `matcher` does. */
export const selected = (flows: FlowStore, tableId: number, matcher: Matcher, filter: FlowFilter): readonly Entry[] => {
  const tables = tableId === ALL_TABLES ? flows.used() : [flows.get(tableId)]
  return tables.flatMap((table) => [...table.within(matcher)].filter((entry) => passes(entry, filter)))
}

const knownFlags =
  FlowModFlags.SEND_FLOW_REM |
  FlowModFlags.CHECK_OVERLAP |
  FlowModFlags.RESET_COUNTS |
  FlowModFlags.NO_PKT_COUNTS |
  FlowModFlags.NO_BYT_COUNTS
/** Flags that are orders for one request, not properties of a flow. */
const orders = FlowModFlags.CHECK_OVERLAP | FlowModFlags.RESET_COUNTS

const internalTable = 254

const checkHead = ({ tableId, command, flags }: FlowMod, tables: number): void => {
  const isDelete = command === FlowModCommand.DELETE || command === FlowModCommand.DELETE_STRICT
  if (command > FlowModCommand.DELETE_STRICT) throw new ProtocolError('OFPFMFC_BAD_COMMAND', `command ${command}`)
  // Open vSwitch keeps this table for itself.
  if (tableId === internalTable) throw new ProtocolError('OFPBRC_EPERM', `table ${tableId}`)
  if (tableId >= tables && !(isDelete && tableId === ALL_TABLES)) {
    throw new ProtocolError('OFPFMFC_BAD_TABLE_ID', `table ${tableId}`)
  }
  if ((flags & ~knownFlags) !== 0) throw new ProtocolError('OFPFMFC_BAD_FLAGS', `flags 0x${flags.toString(16)}`)
}

const add = (context: FlowModContext, mod: FlowMod, journal: Journal, origin?: Origin): void => {
  const { flows, options, now } = context
  const compiled = compileMatch(mod.match, options)
  context.check(mod.instructions, compiled.match, mod.tableId)
  const table = flows.get(mod.tableId)
  if ((mod.flags & FlowModFlags.CHECK_OVERLAP) !== 0) {
    for (const other of table.overlapping(compiled, mod.priority)) {
      throw new ProtocolError('OFPFMFC_OVERLAP', `a flow of priority ${other.priority} overlaps`)
    }
  }
  const old = table.exactly(compiled, mod.priority)
  const entry = new Entry(mod.tableId, mod.priority, compiled, { ...mod, flags: mod.flags & ~orders }, now)
  if (old === undefined) {
    flows.insert(entry, journal, origin)
    return
  }
  if ((mod.flags & FlowModFlags.RESET_COUNTS) === 0) {
    entry.packets = old.packets
    entry.bytes = old.bytes
  }
  flows.replace(old, entry, journal, origin)
}

/** Gives flows other instructions; cookie, timeouts and flags stay (OpenFlow 1.3.5 §6.4). */
const change = (context: FlowModContext, entry: Entry, mod: FlowMod, journal: Journal, origin?: Origin): void => {
  const { flows, now } = context
  context.check(mod.instructions, entry.match, entry.tableId)
  const table = flows.get(entry.tableId)
  const { instructions, packets, bytes, modified } = entry
  journal.undo(() => {
    table.change(entry, () => entry.setInstructions(instructions))
    entry.packets = packets
    entry.bytes = bytes
    entry.modified = modified
  })
  table.change(entry, () => entry.setInstructions(mod.instructions))
  entry.modified = now
  if ((mod.flags & FlowModFlags.RESET_COUNTS) !== 0) {
    entry.packets = 0
    entry.bytes = 0
  }
  flows.modified(entry, journal, origin)
}

/** The flows that a request to modify or delete is about. */
const chosen = (context: FlowModContext, mod: FlowMod): readonly Entry[] => {
  const { flows, options } = context
  const isDelete = mod.command === FlowModCommand.DELETE || mod.command === FlowModCommand.DELETE_STRICT
  const compiled = compileMatch(mod.match, options)
  // The output port and group count in deletions only.
  const filter = isDelete ? mod : { ...mod, outPort: Port.ANY, outGroup: Group.ANY }
  const isStrict = mod.command === FlowModCommand.MODIFY_STRICT || mod.command === FlowModCommand.DELETE_STRICT
  if (!isStrict) return selected(flows, mod.tableId, compiled, filter)
  const tables = mod.tableId === ALL_TABLES ? flows.used() : [flows.get(mod.tableId)]
  const found = tables.map((table) => table.exactly(compiled, mod.priority)).filter((entry) => entry !== undefined)
  return found.filter((entry) => passes(entry, filter))
}

/**
 * Does what a flow-mod says.
 *
 * @throws ProtocolError or Refusal; the journal then holds what is to be taken back
 */
export const applyFlowMod = (context: FlowModContext, mod: FlowMod, journal: Journal, origin?: Origin): void => {
  checkHead(mod, context.flows.count)
  if (mod.command === FlowModCommand.ADD) {
    add(context, mod, journal, origin)
    return
  }
  const isDelete = mod.command === FlowModCommand.DELETE || mod.command === FlowModCommand.DELETE_STRICT
  if (!isDelete) context.check(mod.instructions, compileMatch(mod.match, context.options).match, mod.tableId)
  for (const entry of chosen(context, mod)) {
    if (isDelete) context.flows.remove(entry, FlowRemovedReason.DELETE, journal, origin)
    else change(context, entry, mod, journal, origin)
  }
}
