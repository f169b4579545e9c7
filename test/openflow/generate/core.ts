import { FlowRemovedMask, PacketInMask, PortStatusMask } from '../../../controller/openflow/messages/async.ts'
import { GroupType } from '../../../controller/openflow/messages/bucket.ts'
import { FlowModCommand, FlowModFlags, FlowRemovedReason } from '../../../controller/openflow/messages/flow-mod.ts'
import { GroupModCommand } from '../../../controller/openflow/messages/group-mod.ts'
import type { Message, MessageNamed } from '../../../controller/openflow/messages/messages.ts'
import { MeterFlags } from '../../../controller/openflow/messages/meter-band.ts'
import { MeterModCommand } from '../../../controller/openflow/messages/meter-mod.ts'
import { PacketInReason } from '../../../controller/openflow/messages/packet.ts'
import { PortConfig, PortFeatures, PortReason, PortState } from '../../../controller/openflow/messages/port.ts'
import { Role } from '../../../controller/openflow/messages/role.ts'
import { Capabilities, ConfigFlags } from '../../../controller/openflow/messages/simple.ts'
import { errorEntries } from '../../../controller/openflow/wire/error-table.ts'
import fc from '../../support/random.ts'
import { type MessageTable, type Parts, withRule } from './parts.ts'
import { bytes, from, mac, oneOf, record, some, stranger, typed, u8, u16, u32, u64 } from './values.ts'

type Members<N extends Message['type']> = {
  readonly [K in Exclude<keyof MessageNamed<N>, 'type' | 'xid'>]: fc.Arbitrary<MessageNamed<N>[K]>
}

/** A message of this type with any transaction id. */
export const message = <const N extends Message['type']>(type: N, members: Members<N>): fc.Arbitrary<MessageNamed<N>> =>
  typed(type, { xid: u32, ...members }) as unknown as fc.Arbitrary<MessageNamed<N>>

/** A message without a body. */
export const bare = <const N extends Message['type']>(type: N): fc.Arbitrary<MessageNamed<N>> =>
  message(type, {} as Members<N>)

/** Parts whose number no kind has. */
export const unknownPart = (tags: fc.Arbitrary<number>, minLength = 0) =>
  typed('unknown', { tag: tags, data: bytes(20, minLength) })

const strangers = <T>({ strange }: Parts, known: fc.Arbitrary<T>[], unknown: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof(...known, ...(strange ? [unknown] : []))

const hello = (parts: Parts): fc.Arbitrary<MessageNamed<'hello'>> =>
  message('hello', {
    elements: some(
      strangers<MessageNamed<'hello'>['elements'][number]>(
        parts,
        [typed('versionBitmap', { bitmaps: some(u32, 3) })],
        unknownPart(from(2, 0xffff)),
      ),
    ),
  })

const errors = (parts: Parts): fc.Arbitrary<MessageNamed<'error'>> =>
  strangers<MessageNamed<'error'>>(
    parts,
    [
      fc
        .tuple(fc.constantFrom(...errorEntries), bytes())
        .chain(([{ type, code }, data]) =>
          message('error', { errorType: fc.constant(type), code: fc.constant(code), data: fc.constant(data) } as never),
        ),
    ],
    fc.oneof(
      message('error', { errorType: from(0, 0xfffe), code: u16, data: bytes() } as never),
      message('error', {
        errorType: fc.constant(0xffff),
        expType: u16,
        experimenter: fc.oneof(u32, fc.constantFrom(0x2320, 0x4f4e4600)),
        data: bytes(),
      } as never),
    ),
  )

export const portDesc = (parts: Parts) =>
  record({
    portNo: parts.port,
    hwAddr: mac,
    name: parts.string(16),
    config: parts.flags(PortConfig, u32),
    state: parts.flags(PortState, u32),
    curr: parts.flags(PortFeatures, u32),
    advertised: parts.flags(PortFeatures, u32),
    supported: parts.flags(PortFeatures, u32),
    peer: parts.flags(PortFeatures, u32),
    currSpeed: u32,
    maxSpeed: u32,
  })

export const buckets = (parts: Parts) =>
  some(record({ weight: u16, watchPort: parts.port, watchGroup: u32, actions: parts.actions }), 3)

export const meterBands = (parts: Parts) => {
  const band = { rate: u32, burstSize: u32 }
  return some(
    fc.oneof(
      typed('drop', band),
      typed('dscpRemark', { ...band, precLevel: u8 }),
      ...(parts.strange
        ? [typed('experimenter', { ...band, experimenter: u32, data: bytes() }), unknownPart(from(3, 0xfffe), 8)]
        : []),
    ),
    3,
  )
}

const pairOf = (mask: fc.Arbitrary<number>) => fc.tuple(mask, mask)

/** The masks of asynchronous messages. */
export const asyncMasks = (parts: Parts) => ({
  packetInMask: pairOf(parts.flags(PacketInMask, u32)),
  portStatusMask: pairOf(parts.flags(PortStatusMask, u32)),
  flowRemovedMask: pairOf(parts.flags(FlowRemovedMask, u32)),
})

const queues = (parts: Parts) => {
  const rate = fc.oneof(from(0, 1000), u16)
  const property = fc.oneof(
    typed('minRate', { rate }),
    typed('maxRate', { rate }),
    ...(parts.strange
      ? [typed('experimenter', { experimenter: u32, data: bytes() }), unknownPart(from(3, 0xfffe), 4)]
      : []),
  )
  return some(record({ queueId: u32, port: parts.port, properties: some(property) }), 3)
}

const flowMessages = (parts: Parts) =>
  ({
    flowMod: withRule(
      parts,
      typed('flowMod', {
        xid: u32,
        cookie: u64,
        cookieMask: u64,
        tableId: u8,
        command: parts.named(FlowModCommand, u8),
        idleTimeout: u16,
        hardTimeout: u16,
        priority: u16,
        bufferId: u32,
        outPort: parts.port,
        outGroup: u32,
        flags: parts.flags(FlowModFlags, u16),
      }),
    ),
    flowRemoved: message('flowRemoved', {
      cookie: u64,
      priority: u16,
      reason: parts.named(FlowRemovedReason, u8),
      tableId: u8,
      durationSec: u32,
      durationNsec: u32,
      idleTimeout: u16,
      hardTimeout: u16,
      packetCount: u64,
      byteCount: u64,
      match: parts.match,
    }),
    packetIn: message('packetIn', {
      bufferId: u32,
      totalLen: u16,
      reason: parts.named(PacketInReason, u8),
      tableId: u8,
      cookie: u64,
      match: parts.match,
      data: bytes(),
    }),
    packetOut: message('packetOut', { bufferId: u32, inPort: parts.port, actions: parts.actions, data: bytes() }),
    groupMod: message('groupMod', {
      command: parts.named(GroupModCommand, u16),
      groupType: parts.named(GroupType, u8),
      groupId: u32,
      buckets: buckets(parts),
    }),
    meterMod: message('meterMod', {
      command: parts.named(MeterModCommand, u16),
      flags: parts.flags(MeterFlags, u16),
      meterId: u32,
      bands: meterBands(parts),
    }),
  }) satisfies Partial<MessageTable>

const role = { role: oneOf(Role), generationId: u64 }

const bareMessages = {
  featuresRequest: bare('featuresRequest'),
  getConfigRequest: bare('getConfigRequest'),
  barrierRequest: bare('barrierRequest'),
  barrierReply: bare('barrierReply'),
  getAsyncRequest: bare('getAsyncRequest'),
} satisfies Partial<MessageTable>

/** Messages of OpenFlow 1.3 itself that are neither multipart nor experimenter messages. */
export const coreMessages = (parts: Parts) =>
  ({
    ...bareMessages,
    ...flowMessages(parts),
    hello: hello(parts),
    error: errors(parts),
    echoRequest: message('echoRequest', { data: bytes() }),
    echoReply: message('echoReply', { data: bytes() }),
    experimenter: message('experimenter', { experimenter: stranger, expType: u32, data: bytes() }),
    featuresReply: message('featuresReply', {
      datapathId: u64,
      nBuffers: u32,
      nTables: u8,
      auxiliaryId: u8,
      capabilities: parts.flags(Capabilities, u32),
      reserved: u32,
    }),
    getConfigReply: message('getConfigReply', { flags: parts.named(ConfigFlags, u16), missSendLen: u16 }),
    setConfig: message('setConfig', { flags: parts.named(ConfigFlags, u16), missSendLen: u16 }),
    roleRequest: message('roleRequest', role),
    roleReply: message('roleReply', role),
    getAsyncReply: message('getAsyncReply', asyncMasks(parts)),
    setAsync: message('setAsync', asyncMasks(parts)),
    portStatus: message('portStatus', { reason: parts.named(PortReason, u8), desc: portDesc(parts) }),
    portMod: message('portMod', {
      portNo: parts.port,
      hwAddr: mac,
      config: parts.flags(PortConfig, u32),
      mask: parts.flags(PortConfig, u32),
      advertise: parts.flags(PortFeatures, u32),
    }),
    tableMod: message('tableMod', { tableId: u8, config: u32 }),
    queueGetConfigRequest: message('queueGetConfigRequest', { port: parts.port }),
    queueGetConfigReply: message('queueGetConfigReply', { port: parts.port, queues: queues(parts) }),
  }) satisfies Partial<MessageTable>
