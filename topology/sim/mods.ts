import type { Bucket } from '../../controller/openflow/messages/bucket.ts'
import { type FlowMod, FlowRemovedReason } from '../../controller/openflow/messages/flow-mod.ts'
import type { Message, MessageNamed } from '../../controller/openflow/messages/messages.ts'
import { PortReason } from '../../controller/openflow/messages/port.ts'
import { ProtocolError } from '../../controller/openflow/wire/errors.ts'
import { allSteps } from './actions/all-steps.ts'
import { checkActions, type Referents } from './actions/check.ts'
import { checkInstructions } from './actions/check-instructions.ts'
import { applyGroupMod } from './groups/group-mods.ts'
import { groupsIn } from './groups/group-table.ts'
import type { Journal } from './journal.ts'
import { applyMeterMod } from './meters/meter-mods.ts'
import type { SimSwitch } from './switch.ts'
import type { Entry } from './tables/entry.ts'
import { applyFlowMod, type FlowModContext } from './tables/flow-mods.ts'
import type { Origin } from './tables/flow-store.ts'
import { compileMatch } from './tables/matcher.ts'

/** Messages that change a switch. */
export type Mod = MessageNamed<'flowMod' | 'groupMod' | 'meterMod' | 'portMod'>

export const isMod = (message: Message): message is Mod =>
  ['flowMod', 'groupMod', 'meterMod', 'portMod'].includes(message.type)

/** Makes a change. @throws ProtocolError or Refusal; the journal then holds what is to be taken back */
export type Change = (message: Mod, journal: Journal, origin?: Origin) => void

const usualLimit = 0x1_0000
/** Numbers of ports are below this, as in Open vSwitch. */
export const portLimit = 0xff00

/** What of a switch actions may refer to. */
export const referentsOf = (sw: SimSwitch): Referents => ({
  hasGroup: (groupId) => sw.groups.get(groupId) !== undefined,
  hasMeter: (meterId) => sw.meters.get(meterId) !== undefined,
  ports: portLimit,
})

const removeWhere = (sw: SimSwitch, reason: number, journal: Journal, matches: (entry: Entry) => boolean): void => {
  for (const entry of [...sw.tables].filter(matches)) sw.tables.remove(entry, reason, journal)
}

const flowContext = (sw: SimSwitch): FlowModContext => ({
  flows: sw.tables,
  options: sw.options,
  check: (instructions, match, tableId) =>
    checkInstructions(instructions, match, tableId, sw.tables.count, referentsOf(sw)),
  now: sw.clock.now(),
})

const changeGroup = (sw: SimSwitch, message: MessageNamed<'groupMod'>, journal: Journal): void => {
  // A bucket may name a group that is yet to come.
  const referents = { ...referentsOf(sw), hasGroup: () => true }
  const context = {
    groups: sw.groups,
    limit: sw.settings.groupLimit ?? usualLimit,
    check: ({ actions }: Bucket) => checkActions(actions, undefined, referents),
    removeFlows: (groupId: number, inner: Journal) =>
      removeWhere(sw, FlowRemovedReason.GROUP_DELETE, inner, ({ steps }) =>
        groupsIn(allSteps(steps)).includes(groupId),
      ),
    now: sw.clock.now(),
  }
  applyGroupMod(context, message, journal)
}

const usesMeter =
  (meterId: number) =>
  ({ steps }: Entry): boolean =>
    steps.some((step) => step.type === 'meter' && step.meterId === meterId)

const changeMeter = (sw: SimSwitch, message: MessageNamed<'meterMod'>, journal: Journal): void => {
  const context = {
    meters: sw.meters,
    limit: sw.settings.meterLimit ?? usualLimit,
    removeFlows: (meterId: number, inner: Journal) =>
      removeWhere(sw, FlowRemovedReason.DELETE, inner, usesMeter(meterId)),
    now: sw.clock.now(),
  }
  applyMeterMod(context, message, journal)
}

const changePort = (sw: SimSwitch, message: MessageNamed<'portMod'>, journal: Journal): void => {
  const port = sw.ports.get(message.portNo)
  if (port === undefined) throw new ProtocolError('OFPPMFC_BAD_PORT', `port ${message.portNo}`)
  if (port.mac !== message.hwAddr) throw new ProtocolError('OFPPMFC_BAD_HW_ADDR', `port ${message.portNo}`)
  const old = port.config
  port.config = (old & ~message.mask) | (message.config & message.mask)
  journal.undo(() => {
    port.config = old
  })
  if (port.config !== old) journal.after(() => sw.portChanged(port, PortReason.MODIFY))
}

/** What changes a switch. */
export const changer =
  (sw: SimSwitch): Change =>
  (message, journal, origin) => {
    if (message.type === 'flowMod') applyFlowMod(flowContext(sw), message, journal, origin)
    else if (message.type === 'groupMod') changeGroup(sw, message, journal)
    else if (message.type === 'meterMod') changeMeter(sw, message, journal)
    else changePort(sw, message, journal)
  }

/** The flow with the match and priority of a flow-mod. @throws ProtocolError where the match is refused */
export const sameFlow = (sw: SimSwitch, { tableId, match, priority }: FlowMod): Entry | undefined =>
  sw.tables.get(tableId).exactly(compileMatch(match, sw.options), priority)
