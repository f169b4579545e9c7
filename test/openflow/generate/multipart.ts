import { allFields, OxmClass } from '../../../controller/openflow/fields/field.ts'
import { GroupType } from '../../../controller/openflow/messages/bucket.ts'
import { FlowModFlags, FlowRemovedReason } from '../../../controller/openflow/messages/flow-mod.ts'
import type { Message, MessageNamed } from '../../../controller/openflow/messages/messages.ts'
import { MeterFlags } from '../../../controller/openflow/messages/meter-band.ts'
import { FlowMonitorFlags } from '../../../controller/openflow/multipart/flow-monitor.ts'
import { GroupCapabilities, GroupTypes } from '../../../controller/openflow/multipart/group-features.ts'
import { MultipartFlags } from '../../../controller/openflow/multipart/header.ts'
import { MeterBandTypes } from '../../../controller/openflow/multipart/meter.ts'
import { type OxmId, oxmIdOf } from '../../../controller/openflow/multipart/oxm-id.ts'
import { ActionType, InstructionType } from '../../../controller/openflow/multipart/type-id.ts'
import fc from '../../support/random.ts'
import { buckets, message, meterBands, portDesc, unknownPart } from './core.ts'
import { type MessageTable, type Parts, withRule } from './parts.ts'
import { bytes, from, record, some, stranger, typed, u8, u16, u32, u64 } from './values.ts'

type Multipart = {
  readonly [N in Message['type']]: MessageNamed<N> extends { readonly flags: number } ? N : never
}[Message['type']]

type Members<N extends Multipart> = {
  readonly [K in Exclude<keyof MessageNamed<N>, 'type' | 'xid' | 'flags'>]: fc.Arbitrary<MessageNamed<N>[K]>
}

/** A multipart message, some with the flag that more will follow. */
const multipart =
  (parts: Parts) =>
  <const N extends Multipart>(type: N, members: Members<N>): fc.Arbitrary<MessageNamed<N>> =>
    message(type, { flags: parts.flags(type.endsWith('Reply') ? MultipartFlags : {}, u16), ...members } as never)

const experimenter = { experimenter: stranger, expType: u32, data: bytes() }

const flowRequest = (parts: Parts) => ({
  tableId: u8,
  outPort: parts.port,
  outGroup: u32,
  cookie: u64,
  cookieMask: u64,
  match: parts.match,
})

const flowStats = (parts: Parts) =>
  withRule(
    parts,
    record({
      tableId: u8,
      durationSec: u32,
      durationNsec: from(0, 999_999_999),
      priority: u16,
      idleTimeout: u16,
      hardTimeout: u16,
      flags: parts.flags(FlowModFlags, u16),
      cookie: u64,
      packetCount: u64,
      byteCount: u64,
    }),
  )

const duration = { durationSec: u32, durationNsec: from(0, 999_999_999) }

const portStats = (parts: Parts) =>
  record({
    portNo: parts.port,
    rxPackets: u64,
    txPackets: u64,
    rxBytes: u64,
    txBytes: u64,
    rxDropped: u64,
    txDropped: u64,
    rxErrors: u64,
    txErrors: u64,
    rxFrameErr: u64,
    rxOverErr: u64,
    rxCrcErr: u64,
    collisions: u64,
    ...duration,
  })

const counterMessages = (parts: Parts) => {
  const many = multipart(parts)
  return {
    flowStatsRequest: many('flowStatsRequest', flowRequest(parts)),
    flowStatsReply: many('flowStatsReply', { flows: some(flowStats(parts), 3) }),
    aggregateStatsRequest: many('aggregateStatsRequest', flowRequest(parts)),
    aggregateStatsReply: many('aggregateStatsReply', { packetCount: u64, byteCount: u64, flowCount: u32 }),
    tableStatsRequest: many('tableStatsRequest', {}),
    tableStatsReply: many('tableStatsReply', {
      tables: some(record({ tableId: u8, activeCount: u32, lookupCount: u64, matchedCount: u64 })),
    }),
    portStatsRequest: many('portStatsRequest', { portNo: parts.port }),
    portStatsReply: many('portStatsReply', { ports: some(portStats(parts)) }),
    portDescRequest: many('portDescRequest', {}),
    portDescReply: many('portDescReply', { ports: some(portDesc(parts)) }),
    queueStatsRequest: many('queueStatsRequest', { portNo: parts.port, queueId: u32 }),
    queueStatsReply: many('queueStatsReply', {
      queues: some(
        record({ portNo: parts.port, queueId: u32, txBytes: u64, txPackets: u64, txErrors: u64, ...duration }),
      ),
    }),
  } satisfies Partial<MessageTable>
}

const pairOf = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<readonly T[]> => fc.tuple(value, value, value, value)

const groupMessages = (parts: Parts) => {
  const many = multipart(parts)
  return {
    groupStatsRequest: many('groupStatsRequest', { groupId: u32 }),
    groupStatsReply: many('groupStatsReply', {
      groups: some(
        record({
          groupId: u32,
          refCount: u32,
          packetCount: u64,
          byteCount: u64,
          ...duration,
          buckets: some(record({ packetCount: u64, byteCount: u64 })),
        }),
      ),
    }),
    groupDescRequest: many('groupDescRequest', {}),
    groupDescReply: many('groupDescReply', {
      groups: some(record({ groupType: parts.named(GroupType, u8), groupId: u32, buckets: buckets(parts) }), 3),
    }),
    groupFeaturesRequest: many('groupFeaturesRequest', {}),
    groupFeaturesReply: many('groupFeaturesReply', {
      types: parts.flags(GroupTypes, u32),
      capabilities: parts.flags(GroupCapabilities, u32),
      maxGroups: pairOf(u32),
      actions: pairOf(u32),
    }),
  } satisfies Partial<MessageTable>
}

const meterMessages = (parts: Parts) => {
  const many = multipart(parts)
  return {
    meterStatsRequest: many('meterStatsRequest', { meterId: u32 }),
    meterStatsReply: many('meterStatsReply', {
      meters: some(
        record({
          meterId: u32,
          flowCount: u32,
          packetInCount: u64,
          byteInCount: u64,
          ...duration,
          bands: some(record({ packetBandCount: u64, byteBandCount: u64 })),
        }),
      ),
    }),
    meterConfigRequest: many('meterConfigRequest', { meterId: u32 }),
    meterConfigReply: many('meterConfigReply', {
      meters: some(record({ flags: parts.flags(MeterFlags, u16), meterId: u32, bands: meterBands(parts) })),
    }),
    meterFeaturesRequest: many('meterFeaturesRequest', {}),
    meterFeaturesReply: many('meterFeaturesReply', {
      maxMeter: u32,
      bandTypes: parts.flags(MeterBandTypes, u32),
      capabilities: parts.flags(MeterFlags, u32),
      maxBands: u8,
      maxColor: u8,
    }),
  } satisfies Partial<MessageTable>
}

const typeIds = (names: Readonly<Record<string, number>>, parts: Parts) => ({
  ids: some(
    record({
      id: parts.named(names, u16),
      data: parts.strange ? bytes(8) : fc.constant(new Uint8Array()),
    }).map((one) => (one.id === 0xffff && one.data.length === 0 ? { ...one, id: 1 } : one)),
  ),
})

const knownIds = fc
  .tuple(fc.constantFrom(...allFields), fc.boolean())
  .map(([{ code }, masked]) => oxmIdOf(code, masked))

const anyId: fc.Arbitrary<OxmId> = u32.chain((header) =>
  record({
    header: fc.constant(header),
    experimenter: header >>> 16 === OxmClass.EXPERIMENTER ? u32 : fc.constant(undefined),
  }),
)

const tableProperty = (parts: Parts) => {
  const instructions = typeIds(InstructionType, parts)
  const actions = typeIds(ActionType, parts)
  const tables = { tableIds: some(u8) }
  const fields = { ids: some(parts.strange ? fc.oneof(knownIds, anyId) : knownIds) }
  const opaque = { experimenter: u32, expType: u32, data: bytes() }
  return fc.oneof(
    typed('instructions', instructions),
    typed('instructionsMiss', instructions),
    typed('nextTables', tables),
    typed('nextTablesMiss', tables),
    typed('writeActions', actions),
    typed('writeActionsMiss', actions),
    typed('applyActions', actions),
    typed('applyActionsMiss', actions),
    typed('match', fields),
    typed('wildcards', fields),
    typed('writeSetfield', fields),
    typed('writeSetfieldMiss', fields),
    typed('applySetfield', fields),
    typed('applySetfieldMiss', fields),
    ...(parts.strange
      ? [typed('experimenter', opaque), typed('experimenterMiss', opaque), unknownPart(fc.constantFrom(9, 11, 0x100))]
      : []),
  )
}

const tableFeatures = (parts: Parts) =>
  record({
    tableId: u8,
    name: parts.string(32),
    metadataMatch: u64,
    metadataWrite: u64,
    config: u32,
    maxEntries: u32,
    properties: fc.uniqueArray(tableProperty(parts), { maxLength: 5, selector: ({ type }) => type }),
  })

const monitor = (parts: Parts) => {
  const members = {
    id: u32,
    flags: parts.flags(FlowMonitorFlags, u16),
    outPort: parts.port,
    tableId: u8,
    match: parts.match,
  }
  return parts.strange
    ? fc.oneof(record(members), record({ ...members, bareMatch: fc.constant(true) }))
    : record(members)
}

const update = (parts: Parts) => {
  const members = {
    reason: parts.named(FlowRemovedReason, u16),
    priority: u16,
    idleTimeout: u16,
    hardTimeout: u16,
    tableId: u8,
    cookie: u64,
  }
  return fc.oneof(
    withRule(parts, typed('added', members)),
    withRule(parts, typed('deleted', members)),
    withRule(parts, typed('modified', members)),
    typed('abbreviated', { xid: u32 }),
    ...(parts.strange ? [unknownPart(from(4, 0xffff), 4)] : []),
  )
}

const exporter = record({
  totalFlows: u64,
  currentFlows: u64,
  packets: u64,
  ipv4Packets: u64,
  ipv6Packets: u64,
  errorPackets: u64,
  ipv4ErrorPackets: u64,
  ipv6ErrorPackets: u64,
  txPackets: u64,
  txErrors: u64,
  collectorSetId: u32,
})

/** Every multipart message of OpenFlow 1.3 and of Open vSwitch. */
export const multipartMessages = (parts: Parts) => {
  const many = multipart(parts)
  return {
    ...counterMessages(parts),
    ...groupMessages(parts),
    ...meterMessages(parts),
    descRequest: many('descRequest', {}),
    descReply: many('descReply', {
      manufacturer: parts.string(256),
      hardware: parts.string(256),
      software: parts.string(256),
      serialNumber: parts.string(32),
      datapath: parts.string(256),
    }),
    tableFeaturesRequest: many('tableFeaturesRequest', { tables: some(tableFeatures(parts), 3) }),
    tableFeaturesReply: many('tableFeaturesReply', { tables: some(tableFeatures(parts), 3) }),
    flowMonitorRequest: many('flowMonitorRequest', { monitors: some(monitor(parts), 3) }),
    flowMonitorReply: many('flowMonitorReply', { updates: some(update(parts), 3) }),
    ipfixBridgeRequest: many('ipfixBridgeRequest', {}),
    ipfixBridgeReply: many('ipfixBridgeReply', { exporters: some(exporter, 2) }),
    ipfixFlowRequest: many('ipfixFlowRequest', {}),
    ipfixFlowReply: many('ipfixFlowReply', { exporters: some(exporter, 2) }),
    experimenterStatsRequest: many('experimenterStatsRequest', experimenter),
    experimenterStatsReply: many('experimenterStatsReply', experimenter),
  } satisfies Partial<MessageTable>
}
