import { NO_BUFFER } from '../../../controller/openflow/messages/flow-mod.ts'
import { versionElement } from '../../../controller/openflow/messages/hello.ts'
import { encodeMessage, type Message, type MessageNamed } from '../../../controller/openflow/messages/messages.ts'
import { fromHex } from '../../../controller/openflow/wire/json.ts'
import fc from '../../support/random.ts'
import { message } from './core.ts'
import { messagesOf } from './messages.ts'
import type { MessageTable } from './parts.ts'
import { soundParts } from './sound.ts'
import { flowMod, groupMod, meterMod, soundGroup, soundMeter } from './sound-modifications.ts'
import { soundTables } from './sound-tables.ts'
import { bigBits, bytes, from, record, some, typed, u8, u16, u32, u64 } from './values.ts'

const ANY = 0xffffffff

const many = <const N extends Message['type']>(type: N, members: object): fc.Arbitrary<MessageNamed<N>> =>
  message(type, { flags: fc.constantFrom(0, 1), ...members } as never)

/** Real packets: judges look into them. */
const packet = fc
  .constantFrom(
    // ARP: who has 10.0.0.2? Tell 10.0.0.1
    'ffffffffffff02000000000108060001080006040001020000000001 0a000001 000000000000 0a000002',
    // ICMP echo request
    '020000000002 020000000001 0800 4500001c000040004001 26df 0a000001 0a000002 0800f7fe00000001',
    // UDP in a VLAN, one byte
    '020000000002 020000000001 8100 0005 0800 4500001d000040004011 26ce 0a000001 0a000002 30399c41000900002a',
  )
  .map((hex) => fromHex(hex.replaceAll(' ', '')))

/** The same message with a whole packet. */
const withPacket = <M extends object>(message: fc.Arbitrary<M>): fc.Arbitrary<M> =>
  fc.tuple(message, packet).map(([value, data]) => ({ ...value, bufferId: NO_BUFFER, totalLen: data.length, data }))

type Property = MessageNamed<'packetIn2'>['properties'][number]

/** A packet comes first, then what there is to say of it, each once. */
const packetProperties = (isResume: boolean): fc.Arbitrary<readonly Property[]> => {
  const others: fc.Arbitrary<Property>[] = [
    typed('tableId', { tableId: u8 }),
    typed('cookie', { cookie: u64 }),
    typed('reason', { reason: from(0, 5) }),
    typed('metadata', { metadata: soundParts.match }),
    ...(isResume ? [] : [typed('userdata', { userdata: bytes(20, 1) })]),
  ]
  return fc
    .tuple(typed('packet', { data: packet }), fc.uniqueArray(fc.oneof(...others), { selector: ({ type }) => type }))
    .map(([first, rest]) => [first, ...rest])
}

type FlushProperty = MessageNamed<'ctFlush'>['properties'][number]

const mappings = fc.uniqueArray(
  record({ optionClass: u16, optionType: u8, optionLength: from(1, 31).map((words) => words * 4), index: from(0, 63) }),
  { maxLength: 4, selector: ({ index }) => index },
)

const address = bigBits(128)

const portTuple = fc.uniqueArray(
  fc.oneof(
    typed('source', { address }),
    typed('destination', { address }),
    typed('sourcePort', { value: u16 }),
    typed('destinationPort', { value: u16 }),
  ),
  { selector: ({ type }) => type },
)

/** ICMP has an id, a type and a code where others have ports. */
const icmpTuple = fc.uniqueArray(
  fc.oneof(
    typed('source', { address }),
    typed('destination', { address }),
    typed('icmpId', { value: u16 }),
    typed('icmpType', { value: u8 }),
    typed('icmpCode', { value: u8 }),
  ),
  { selector: ({ type }) => type },
)

const flushProperties = (tuple: typeof portTuple | typeof icmpTuple) =>
  fc.uniqueArray<FlushProperty, string>(
    fc.oneof(
      typed('original', { tuple: tuple as typeof portTuple }),
      typed('reply', { tuple: tuple as typeof portTuple }),
      typed('zone', { zoneId: u16 }),
    ),
    { selector: ({ type }) => type },
  )

const { ipfixBridgeReply: bridges, ...plain } = messagesOf(soundParts)

/** An error quotes the message that it refuses. */
const error = fc
  .tuple(plain.error, fc.oneof<fc.Arbitrary<Message>[]>(plain.barrierRequest, plain.setConfig, plain.tableMod))
  .map(([value, refused]) => ({ ...value, data: value.errorType === 0 ? new Uint8Array() : encodeMessage(refused) }))

const sameXid = (bundle: MessageNamed<'bundleAdd'>): MessageNamed<'bundleAdd'> => ({
  ...bundle,
  message: { ...bundle.message, xid: bundle.xid },
})

/** What Open vSwitch takes in a bundle. */
const modifications = fc.oneof<fc.Arbitrary<Message>[]>(flowMod, groupMod, plain.portMod)

/** Every kind of message that Open vSwitch takes in OpenFlow 1.3, as it wants it. */
export const soundMessages = {
  ...plain,
  error,
  flowMod,
  groupMod,
  meterMod,
  hello: record({
    type: fc.constant('hello' as const),
    xid: u32,
    elements: fc.subarray([1, 2, 3, 4, 5, 6], { minLength: 1 }).map((versions) => [versionElement(versions)]),
  }),
  packetIn: withPacket(plain.packetIn),
  nxPacketIn: withPacket(plain.nxPacketIn),
  packetIn2: message('packetIn2', { properties: packetProperties(false) }),
  resume: message('resume', { properties: packetProperties(true) }),
  packetOut: fc.tuple(plain.packetOut, packet).map(([value, data]) => ({ ...value, bufferId: NO_BUFFER, data })),
  groupDescReply: many('groupDescReply', { groups: some(soundGroup, 3) }),
  meterConfigReply: many('meterConfigReply', { meters: some(soundMeter, 3) }),
  queueGetConfigRequest: message('queueGetConfigRequest', { port: fc.oneof(from(1, 0xfeff), fc.constant(ANY)) }),
  flowMonitorRequest: plain.flowMonitorRequest.map((value) => ({
    ...value,
    monitors: value.monitors.map((monitor) => ({ ...monitor, flags: monitor.flags | 2 })),
  })),
  tlvTableMod: message('tlvTableMod', { command: from(0, 1), mappings }),
  tlvTableReply: message('tlvTableReply', { maxOptionSpace: u32, maxFields: from(64, 0xffff), mappings }),
  ctFlush: fc.oneof(
    message('ctFlush', { ipProto: fc.constantFrom(6, 17, 132), properties: flushProperties(portTuple) }),
    message('ctFlush', { ipProto: fc.constantFrom(1, 58), properties: flushProperties(icmpTuple) }),
  ),
  ipfixBridgeReply: bridges.filter(({ exporters }) => exporters.length === 1),
  bundleAdd: message('bundleAdd', { bundleId: u32, flags: from(0, 3), message: modifications } as never).map(sameXid),
  requestForward: message('requestForward', { message: fc.oneof<fc.Arbitrary<Message>[]>(groupMod, meterMod) }),
  tableFeaturesRequest: many('tableFeaturesRequest', { tables: soundTables }),
  tableFeaturesReply: many('tableFeaturesReply', { tables: soundTables }),
} satisfies Partial<MessageTable>
