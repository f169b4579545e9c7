import type { Action } from '../../../controller/openflow/actions/actions.ts'
import { defaultPriority } from '../../../controller/openflow/fields/match-text.ts'
import { GroupType } from '../../../controller/openflow/messages/bucket.ts'
import { ALL_TABLES, FlowModCommand, isDeletion, NO_BUFFER } from '../../../controller/openflow/messages/flow-mod.ts'
import type { MessageNamed } from '../../../controller/openflow/messages/messages.ts'
import type { MeterBand } from '../../../controller/openflow/messages/meter-band.ts'
import fc from '../../support/random.ts'
import { coreMessages } from './core.ts'
import { soundParts } from './sound.ts'
import { from, record, some, typed, u8, u16, u32 } from './values.ts'

type Group = Pick<MessageNamed<'groupMod'>, 'groupType' | 'groupId' | 'buckets'>
type Meter = Pick<MessageNamed<'meterMod'>, 'meterId' | 'flags' | 'bands'>

const ANY = 0xffffffff

const kindsOf = (list: readonly Action[]): string[] =>
  list.flatMap((action) => [action.type, ...('actions' in action ? kindsOf(action.actions) : [])])

/** ovs-ofctl does not take its own text of check_pkt_larger in a bucket. */
const bucketActions = soundParts.actions.filter((list) => !kindsOf(list).includes('checkPktLarger'))

const bucket = (groupType: number) =>
  record({
    weight: groupType === GroupType.SELECT ? u16 : fc.constant(0),
    watchPort: groupType === GroupType.FAST_FAILOVER ? from(1, 0xfeff) : fc.constant(ANY),
    watchGroup: fc.constant(ANY),
    actions: bucketActions,
  })

/** Groups with buckets as their type wants them. */
export const soundGroup: fc.Arbitrary<Group> = soundParts.named(GroupType, u8).chain((groupType) => {
  const isOne = groupType === GroupType.INDIRECT
  return record({
    groupType: fc.constant(groupType),
    groupId: from(0, 0xffffff00),
    buckets: some(bucket(groupType), isOne ? 1 : 3, isOne ? 1 : 0),
  })
})

export const groupMod: fc.Arbitrary<MessageNamed<'groupMod'>> = fc
  .tuple(u32, from(0, 2), soundGroup)
  .map(([xid, command, value]) => ({
    type: 'groupMod',
    xid,
    command,
    ...value,
    ...(command === 2 ? { groupType: GroupType.ALL, buckets: [] } : {}),
  }))

/** Meters with bursts only where their flags say so. */
export const soundMeter: fc.Arbitrary<Meter> = fc
  .tuple(fc.constantFrom(1, 2), fc.constantFrom(0, 4), fc.constantFrom(0, 8))
  .chain(([unit, burst, stats]) => {
    const band = { rate: from(1, ANY), burstSize: burst === 0 ? fc.constant(0) : from(1, ANY) }
    return record<Meter>({
      meterId: from(1, 0xffff0000),
      flags: fc.constant(unit | burst | stats),
      bands: some<MeterBand>(
        fc.oneof(typed('drop', band), typed('dscpRemark', { ...band, precLevel: from(1, 0xff) })),
        3,
        1,
      ),
    })
  })

export const meterMod: fc.Arbitrary<MessageNamed<'meterMod'>> = fc
  .tuple(u32, from(0, 2), soundMeter)
  .map(([xid, command, value]) =>
    command === 2
      ? { type: 'meterMod', xid, command, flags: 0, meterId: value.meterId, bands: [] }
      : { type: 'meterMod', xid, command, ...value },
  )

type FlowMod = MessageNamed<'flowMod'>

/** What chooses the flows that a deletion is about; the rest has no meaning there. */
const deletion = (flow: FlowMod): FlowMod => ({
  ...flow,
  idleTimeout: 0,
  hardTimeout: 0,
  priority: flow.command === FlowModCommand.DELETE ? defaultPriority : flow.priority,
  flags: 0,
  instructions: [],
})

/** Flows that are added or modified have no filter of outputs, and a table of their own. */
const modification = (flow: FlowMod): FlowMod => ({
  ...flow,
  tableId: flow.tableId === ALL_TABLES ? 0 : flow.tableId,
  outPort: ANY,
  outGroup: ANY,
  cookieMask: flow.command === FlowModCommand.ADD ? 0n : flow.cookieMask,
})

const withCommand = (flow: FlowMod): FlowMod => ({
  ...(isDeletion(flow.command) ? deletion(flow) : modification(flow)),
  bufferId: NO_BUFFER,
})

/** A new flow has any cookie but all ones, which says that it has none; others have it within its mask. */
const withCookie = (flow: FlowMod): FlowMod => ({
  ...flow,
  cookie: flow.command === FlowModCommand.ADD ? flow.cookie >> 1n : flow.cookie & flow.cookieMask,
})

export const flowMod: fc.Arbitrary<FlowMod> = coreMessages(soundParts).flowMod.map(withCommand).map(withCookie)
