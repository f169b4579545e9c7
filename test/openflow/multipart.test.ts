import t from 'tap'
import { match } from '../../controller/openflow/fields/match.ts'
import { Port } from '../../controller/openflow/fields/port-text.ts'
import { Group, GroupType } from '../../controller/openflow/messages/bucket.ts'
import { ALL_TABLES, FlowModFlags, FlowRemovedReason } from '../../controller/openflow/messages/flow-mod.ts'
import {
  decodeMessage,
  encodeMessage,
  formatMessage,
  type MessageNamed,
} from '../../controller/openflow/messages/messages.ts'
import { Meter, MeterFlags } from '../../controller/openflow/messages/meter-band.ts'
import { ALL_QUEUES } from '../../controller/openflow/messages/queue.ts'
import type { FlowStats } from '../../controller/openflow/multipart/flow.ts'
import { FlowMonitorFlags } from '../../controller/openflow/multipart/flow-monitor.ts'
import type { PortStats } from '../../controller/openflow/multipart/port.ts'
import { ProtocolError } from '../../controller/openflow/wire/errors.ts'
import { fromHex, toHex } from '../../controller/openflow/wire/json.ts'
import { sameAsOfctl } from './ofctl.ts'
import { checkHostileLines, checkVectors } from './vectors-of.ts'

const head = { xid: 6, flags: 0 } as const
const unknown = 0xffff_ffff_ffff_ffffn
const output = (port: number) => [{ type: 'applyActions', actions: [{ type: 'output', port, maxLen: 0 }] }] as const

t.test('vectors of multipart messages', (t) => {
  checkVectors(t, 18, 19)
  t.end()
})

t.test('hostile multipart messages', (t) => {
  checkHostileLines(t, /\/multipart-(entry|unknown)\/|\/table-features\/|short-body\/04[0-4]/)
  t.end()
})

const flow = (body: Partial<FlowStats>): FlowStats => ({
  tableId: 0,
  durationSec: 9,
  durationNsec: 110_000_000,
  priority: 32768,
  idleTimeout: 0,
  hardTimeout: 0,
  flags: 0,
  cookie: 0n,
  packetCount: 0n,
  byteCount: 0n,
  match: [],
  instructions: [],
  ...body,
})

const flows = (...list: readonly FlowStats[]): MessageNamed<'flowStatsReply'> => ({
  ...head,
  type: 'flowStatsReply',
  flows: list,
})

t.test('flows read as ovs-ofctl shows them', (t) => {
  const request = { outPort: Port.ANY, outGroup: Group.ANY, cookie: 0n, cookieMask: 0n, match: [] } as const
  sameAsOfctl(t, {
    'all flows': { ...head, ...request, type: 'flowStatsRequest', tableId: ALL_TABLES },
    'some flows': {
      ...{ ...head, ...request, type: 'flowStatsRequest', tableId: 3, outPort: Port.LOCAL },
      match: match({ ethType: 0x0800, ipv4Dst: '10.0.0.0/8' }),
    },
    'more to ask': { ...head, ...request, flags: 1, type: 'aggregateStatsRequest', tableId: 0 },
    'flags without a name': { ...head, ...request, flags: 7, type: 'aggregateStatsRequest', tableId: 0 },
    'no flows': flows(),
    'a flow with everything': flows(
      flow({
        ...{ tableId: 254, durationNsec: 1, priority: 7, idleTimeout: 5, hardTimeout: 6, flags: 31 },
        ...{ cookie: unknown, packetCount: 12n, byteCount: 1n << 63n, match: match({ inPort: 1 }) },
        instructions: [...output(2), { type: 'gotoTable', tableId: 255 }],
      }),
      flow({ durationNsec: 0, flags: FlowModFlags.SEND_FLOW_REM, packetCount: unknown, byteCount: unknown }),
    ),
    counters: { ...head, type: 'aggregateStatsReply', packetCount: 7n, byteCount: unknown, flowCount: 6 },
  })
  t.end()
})

t.test('a request for flows by cookie and group says so, unlike ofp-print', (t) => {
  const text = formatMessage({
    ...{ ...head, type: 'flowStatsRequest', tableId: ALL_TABLES, outPort: Port.ANY, outGroup: 5 },
    ...{ cookie: 7n, cookieMask: 0xffn, match: match({ inPort: 1 }) },
  })
  t.equal(text, 'OFPST_FLOW request (OF1.3) (xid=0x6): out_group=5 cookie=0x7/0xff in_port=1')
  t.end()
})

t.test('every flow of a reply has its members in the same order', (t) => {
  const reply = flows(flow({ cookie: 5n, match: match({ inPort: 1 }), instructions: output(1) }), flow({ flags: 1 }))
  const decoded = decodeMessage(encodeMessage(reply)) as MessageNamed<'flowStatsReply'>
  t.same(decoded, reply)
  const keys = decoded.flows.map((one) => Object.keys(one).join())
  t.equal(keys[0], Object.keys(flow({})).join())
  t.equal(keys[1], keys[0])
  t.end()
})

t.test('a flow whose length does not fit is refused', (t) => {
  const good = toHex(encodeMessage(flows(flow({ instructions: output(1) }))))
  for (const length of ['0000', '0037', '0058', 'ffff']) {
    const bad = fromHex(good.slice(0, 32) + length + good.slice(36))
    t.throws(() => decodeMessage(bad), ProtocolError, length)
  }
  t.end()
})

const portStats = (body: Partial<PortStats>): PortStats => ({
  ...{ portNo: 1, rxPackets: 1n, txPackets: 2n, rxBytes: 3n, txBytes: 4n, rxDropped: 5n, txDropped: 6n },
  ...{ rxErrors: 7n, txErrors: 8n, rxFrameErr: 9n, rxOverErr: 10n, rxCrcErr: 11n, collisions: 12n },
  ...{ durationSec: 13, durationNsec: 14_000_000 },
  ...body,
})

t.test('ports and queues read as ovs-ofctl shows them', (t) => {
  const lost = { rxErrors: unknown, txDropped: unknown, collisions: unknown, durationSec: 0xffffffff }
  const queue = { portNo: 3, queueId: 4, txBytes: 5n, txPackets: 6n, txErrors: 7n, durationSec: 8, durationNsec: 9 }
  sameAsOfctl(t, {
    'one port': { ...head, type: 'portStatsRequest', portNo: 12 },
    'counters of ports': {
      ...{ ...head, type: 'portStatsReply' },
      ports: [portStats({}), portStats({ portNo: 12 }), portStats({ portNo: Port.LOCAL, ...lost })],
    },
    'all queues': { ...head, type: 'queueStatsRequest', portNo: Port.ANY, queueId: ALL_QUEUES },
    'counters of queues': {
      ...{ ...head, type: 'queueStatsReply' },
      queues: [queue, { ...queue, queueId: 5, txBytes: unknown, txErrors: unknown, durationSec: 0xffffffff }],
    },
    'what ports there are': { ...head, type: 'portDescRequest' },
    'no ports': { ...head, type: 'portDescReply', ports: [] },
  })
  t.end()
})

t.test('tables like the one before are put together', (t) => {
  const table = (tableId: number, activeCount = 0) => ({ tableId, activeCount, lookupCount: 2n, matchedCount: unknown })
  const reply = (...tables: ReturnType<typeof table>[]): MessageNamed<'tableStatsReply'> => ({
    ...{ ...head, type: 'tableStatsReply' },
    tables,
  })
  sameAsOfctl(t, {
    request: { ...head, type: 'tableStatsRequest' },
    none: reply(),
    one: reply(table(0)),
    'two alike': reply(table(0), table(1)),
    'three alike, then another': reply(table(0, 1), table(1, 1), table(2, 1), table(3), table(4, 5)),
    'alike to the end': reply(table(0, 1), table(1), table(2), table(253)),
  })
  t.end()
})

t.test('groups read as ovs-ofctl shows them', (t) => {
  const bucket = { weight: 3, watchPort: Port.ANY, watchGroup: Group.ANY, actions: output(1)[0].actions }
  const group = { groupId: 1, refCount: 2, packetCount: 3n, byteCount: 4n, durationSec: 5, durationNsec: 0 }
  sameAsOfctl(t, {
    'one group': { ...head, type: 'groupStatsRequest', groupId: 9 },
    'all groups': { ...head, type: 'groupStatsRequest', groupId: Group.ALL },
    'counters of groups': {
      ...{ ...head, type: 'groupStatsReply' },
      groups: [
        { ...group, buckets: [] },
        { ...group, durationSec: 0xffffffff, buckets: [{ packetCount: 1n, byteCount: 2n }] },
        { ...group, buckets: [1n, unknown, 3n].map((packetCount) => ({ packetCount, byteCount: 5n })) },
      ],
    },
    'what groups there are': { ...head, type: 'groupDescRequest' },
    'the groups': {
      ...{ ...head, type: 'groupDescReply' },
      groups: [
        { groupType: GroupType.SELECT, groupId: 1, buckets: [bucket, bucket] },
        { groupType: GroupType.ALL, groupId: 2, buckets: [] },
      ],
    },
    'what groups can do': { ...head, type: 'groupFeaturesRequest' },
    'some types': {
      ...{ ...head, type: 'groupFeaturesReply', types: 0xb, capabilities: 0, maxGroups: [1, 0, 3, 0xffffff00] },
      actions: [0xffffffff, 0, 1, 1 << 25],
    },
  })
  t.end()
})

t.test('meters read as ovs-ofctl shows them', (t) => {
  const stats = { flowCount: 1, packetInCount: 2n, byteInCount: 3n, durationSec: 4, durationNsec: 5 }
  const band = { packetBandCount: 6n, byteBandCount: 7n }
  const drop = { type: 'drop', rate: 100, burstSize: 5 } as const
  sameAsOfctl(t, {
    'one meter': { ...head, type: 'meterStatsRequest', meterId: 9 },
    'all meters': { ...head, type: 'meterConfigRequest', meterId: Meter.ALL },
    'counters of meters': {
      ...{ ...head, type: 'meterStatsReply' },
      meters: [
        { meterId: 1, ...stats, bands: [] },
        { meterId: Meter.CONTROLLER, ...stats, bands: [band, band] },
      ],
    },
    'the meters': {
      ...{ ...head, type: 'meterConfigReply' },
      meters: [
        { meterId: 1, flags: MeterFlags.KBPS, bands: [drop] },
        { meterId: 2, flags: 0xe, bands: [drop, { ...drop, type: 'dscpRemark', precLevel: 2 }] },
        { meterId: 3, flags: 0, bands: [] },
      ],
    },
    'what meters can do': { ...head, type: 'meterFeaturesRequest' },
    'a lot': {
      ...{ ...head, type: 'meterFeaturesReply', maxMeter: 0xffff0000, bandTypes: 0x80000006, capabilities: 0x1f },
      ...{ maxBands: 255, maxColor: 8 },
    },
    nothing: {
      ...{ ...head, type: 'meterFeaturesReply', maxMeter: 0, bandTypes: 0, capabilities: 0, maxBands: 0, maxColor: 0 },
    },
  })
  t.end()
})

const monitor = { id: 1, flags: 0x3f, outPort: Port.ANY, tableId: ALL_TABLES, match: [] } as const
const change = {
  ...{ reason: 0, priority: 32768, idleTimeout: 0, hardTimeout: 0, tableId: 1, cookie: 0n },
  ...{ match: match({ inPort: 1 }), instructions: output(2) },
} as const

t.test('flow monitors read as ovs-ofctl shows them', (t) => {
  sameAsOfctl(t, {
    everything: { ...head, type: 'flowMonitorRequest', monitors: [monitor] },
    'two monitors': {
      ...{ ...head, type: 'flowMonitorRequest' },
      monitors: [
        {
          ...monitor,
          id: 2,
          flags: FlowMonitorFlags.ADD,
          outPort: Port.LOCAL,
          tableId: 3,
          match: match({ inPort: 1 }),
        },
        { ...monitor, id: 0xffffffff, flags: FlowMonitorFlags.INITIAL | FlowMonitorFlags.DELETE },
      ],
    },
    'no change': { ...head, type: 'flowMonitorReply', updates: [] },
    'changes of all kinds': {
      ...{ ...head, type: 'flowMonitorReply' },
      updates: [
        { ...change, type: 'added' },
        { ...change, type: 'deleted', reason: FlowRemovedReason.GROUP_DELETE, cookie: 5n, instructions: [] },
        { ...change, type: 'modified', idleTimeout: 7, hardTimeout: 8, match: [] },
        { type: 'abbreviated', xid: 0x1234 },
      ],
    },
  })
  t.end()
})

t.test('a flow monitor may come with a bare match, and goes out as it came', (t) => {
  const request: MessageNamed<'flowMonitorRequest'> = {
    ...{ ...head, type: 'flowMonitorRequest' },
    monitors: [{ ...monitor, match: match({ inPort: 1 }), bareMatch: true }, monitor],
  }
  const bytes = encodeMessage(request)
  t.equal(bytes.length, 24 + 16 + 8 + 16 + 8)
  t.same(decodeMessage(bytes), request)
  t.end()
})

t.test('the end of a match that is not there is refused', (t) => {
  const reply = encodeMessage({ ...head, type: 'flowMonitorReply', updates: [{ ...change, type: 'added' }] })
  reply[24 + 13] = 0xff
  t.throws(() => decodeMessage(reply), /^OFPBMC_BAD_LEN/)
  t.end()
})

t.test('IPFIX counters read as ovs-ofctl shows them', (t) => {
  const exporter = {
    ...{ totalFlows: 1n, currentFlows: 2n, packets: 3n, ipv4Packets: 4n, ipv6Packets: 5n, errorPackets: 6n },
    ...{ ipv4ErrorPackets: 7n, ipv6ErrorPackets: 8n, txPackets: unknown, txErrors: 10n, collectorSetId: 11 },
  }
  sameAsOfctl(t, {
    bridge: { ...head, type: 'ipfixBridgeReply', exporters: [exporter] },
    flows: { ...head, type: 'ipfixFlowReply', exporters: [exporter, { ...exporter, collectorSetId: 1234 }] },
    none: { ...head, type: 'ipfixFlowReply', exporters: [] },
  })
  t.end()
})

t.test("another experimenter's message is kept as it came", (t) => {
  const hex = '0412001c00000084ffff000000000000123456780000000161626364'
  const message = decodeMessage(fromHex(hex))
  t.match(message, { type: 'experimenterStatsRequest', experimenter: 0x12345678, expType: 1 })
  t.equal(toHex(encodeMessage(message)), hex)
  t.equal(
    formatMessage(message),
    'OFPST_EXPERIMENTER request (OF1.3) (xid=0x84): experimenter=0x12345678 type=1 data=61626364',
  )
  t.end()
})
