import type { Action10 } from '../../controller/openflow/of10/actions.ts'
import { errorEntries10 } from '../../controller/openflow/of10/errors.ts'
import { type Match10, NO_VLAN } from '../../controller/openflow/of10/match.ts'
import type { Message10 } from '../../controller/openflow/of10/messages.ts'
import fc from '../support/random.ts'

/** Objects as literals make them, so that they compare equal to decoded ones. */
const record = <T, K extends keyof T = keyof T>(
  members: { [M in keyof T]: fc.Arbitrary<T[M]> },
  { requiredKeys }: { readonly requiredKeys?: K[] } = {},
) => fc.record(members, { noNullPrototype: true, ...(requiredKeys ? { requiredKeys } : {}) })

const bits = (count: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: 2 ** count - 1 })
export const u8 = bits(8)
export const u16 = bits(16)
export const u32 = bits(32)
export const mac = fc.integer({ min: 0, max: 2 ** 48 - 1 })
const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
const bytes = fc.uint8Array({ maxLength: 40 })
const shortText = (maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)), maxLength })

const prefix = record({ address: u32, prefix: fc.integer({ min: 1, max: 32 }) })

/** Any match, with fields in any combination. */
export const anyMatch: fc.Arbitrary<Match10> = record(
  {
    inPort: u16,
    dlSrc: mac,
    dlDst: mac,
    dlVlan: u16,
    dlVlanPcp: u8,
    dlType: u16,
    nwTos: u8,
    nwProto: u8,
    nwSrc: prefix,
    nwDst: prefix,
    tpSrc: u16,
    tpDst: u16,
  },
  { requiredKeys: [] },
)

const vendorData = fc.integer({ min: 0, max: 3 }).chain((words) => {
  const length = words * 8
  return fc.uint8Array({ minLength: length, maxLength: length })
})

/** A vendor's action, of any length that an action can have. */
export const vendorAction = record({ type: fc.constant('vendor' as const), vendor: u32, data: vendorData })

/** Any action with any values. */
export const anyAction: fc.Arbitrary<Action10> = fc.oneof(
  record({ type: fc.constant('output' as const), port: u16, maxLen: u16 }),
  record({ type: fc.constant('setVlanVid' as const), vlanVid: u16 }),
  record({ type: fc.constant('setVlanPcp' as const), vlanPcp: u8 }),
  record({ type: fc.constant('stripVlan' as const) }),
  record({ type: fc.constantFrom('setDlSrc' as const, 'setDlDst' as const), address: mac }),
  record({ type: fc.constantFrom('setNwSrc' as const, 'setNwDst' as const), address: u32 }),
  record({ type: fc.constant('setNwTos' as const), nwTos: u8 }),
  record({ type: fc.constantFrom('setTpSrc' as const, 'setTpDst' as const), port: u16 }),
  record({ type: fc.constant('enqueue' as const), port: u16, queueId: u32 }),
  vendorAction,
)

const actions = fc.array(anyAction, { maxLength: 5 })

const phyPort = record({
  portNo: u16,
  hwAddr: mac,
  name: shortText(15),
  config: u32,
  state: u32,
  curr: u32,
  advertised: u32,
  supported: u32,
  peer: u32,
})

type Named<Type> = Extract<Message10, { readonly type: Type }>
type Arbitraries<Type> = { readonly [K in Exclude<keyof Named<Type>, 'type' | 'xid'>]: fc.Arbitrary<Named<Type>[K]> }

const message = <const Type extends Message10['type']>(
  type: Type,
  body: Arbitraries<Type>,
): fc.Arbitrary<Named<Type>> =>
  record({ type: fc.constant(type), xid: u32, ...body }) as unknown as fc.Arbitrary<Named<Type>>

const config = { flags: u16, missSendLen: u16 }
const opaque = { statsType: fc.integer({ min: 1, max: 0xffff }), flags: u16, data: bytes }

/** Messages of every type, with any values. */
export const anyMessages: { readonly [T in Message10['type']]: fc.Arbitrary<Named<T>> } = {
  hello: message('hello', { data: bytes }),
  error: message('error', { errorType: u16, code: u16, data: bytes }),
  echoRequest: message('echoRequest', { data: bytes }),
  echoReply: message('echoReply', { data: bytes }),
  vendor: message('vendor', { vendor: u32, data: bytes }),
  featuresRequest: message('featuresRequest', {}),
  featuresReply: message('featuresReply', {
    datapathId: u64,
    nBuffers: u32,
    nTables: u8,
    capabilities: u32,
    actions: u32,
    ports: fc.array(phyPort, { maxLength: 3 }),
  }),
  getConfigRequest: message('getConfigRequest', {}),
  getConfigReply: message('getConfigReply', config),
  setConfig: message('setConfig', config),
  packetIn: message('packetIn', { bufferId: u32, totalLen: u16, inPort: u16, reason: u8, data: bytes }),
  packetOut: message('packetOut', { bufferId: u32, inPort: u16, actions, data: bytes }),
  flowMod: message('flowMod', {
    match: anyMatch,
    cookie: u64,
    command: u16,
    idleTimeout: u16,
    hardTimeout: u16,
    priority: u16,
    bufferId: u32,
    outPort: u16,
    flags: u16,
    actions,
  }),
  flowRemoved: message('flowRemoved', {
    match: anyMatch,
    cookie: u64,
    priority: u16,
    reason: u8,
    durationSec: u32,
    durationNsec: u32,
    idleTimeout: u16,
    packetCount: u64,
    byteCount: u64,
  }),
  portStatus: message('portStatus', { reason: u8, port: phyPort }),
  descRequest: message('descRequest', { flags: u16 }),
  descReply: message('descReply', {
    flags: u16,
    manufacturer: shortText(255),
    hardware: shortText(20),
    software: shortText(20),
    serialNumber: shortText(31),
    datapath: shortText(20),
  }),
  statsRequest: message('statsRequest', opaque),
  statsReply: message('statsReply', opaque),
  barrierRequest: message('barrierRequest', {}),
  barrierReply: message('barrierReply', {}),
}

const tos = bits(6).map((dscp) => dscp << 2)
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined })

const network = fc.oneof(
  record({
    dlType: fc.constant(0x0800),
    nwProto: fc.constantFrom(1, 6, 17, 132),
    tpSrc: maybe(u8),
    tpDst: maybe(u8),
  }),
  record({ dlType: fc.constant(0x0800), nwProto: fc.constant(2) }),
  record({ dlType: fc.constantFrom(0x0806, 0x8035), nwProto: maybe(fc.constantFrom(1, 2)) }),
)

/** Bits behind the prefix say nothing, and text does not show them. */
const network4 = prefix.map(({ address, prefix }) => ({ address: (address & (-1 << (32 - prefix))) >>> 0, prefix }))
const addresses = record({ nwSrc: maybe(network4), nwDst: maybe(network4) })

const ip = fc
  .tuple(network, addresses, maybe(tos))
  .map(([type, addresses, nwTos]) => ({ ...type, ...addresses, ...(type.dlType === 0x0800 ? { nwTos } : {}) }))

const other = record({ dlType: maybe(fc.constantFrom(0x05ff, 0x8847, 0x8848, 0x86dd, 0x88cc)) })

const vlan = fc.oneof(
  fc.constant({}),
  fc.constant({ dlVlan: NO_VLAN, dlVlanPcp: 0 }),
  record({ dlVlan: maybe(bits(12)), dlVlanPcp: maybe(bits(3)) }),
)

const clean = (match: object): Match10 =>
  Object.fromEntries(Object.entries(match).filter(([, value]) => value !== undefined))

const portNumber = fc.oneof(fc.integer({ min: 1, max: 0xfeff }), fc.constantFrom(0xfffe, 0xfff8))

/** Matches that Open vSwitch keeps as they are: each field has what it depends on. */
export const normalMatch: fc.Arbitrary<Match10> = fc
  .tuple(record({ inPort: maybe(portNumber), dlSrc: maybe(mac), dlDst: maybe(mac) }), vlan, fc.oneof(ip, other))
  .map((parts) => clean(Object.assign({}, ...parts)))

/** Actions that Open vSwitch accepts. */
export const normalActions: fc.Arbitrary<readonly Action10[]> = fc.array(
  fc.oneof(
    record({ type: fc.constant('output' as const), port: portNumber, maxLen: fc.constant(0) }),
    record({ type: fc.constant('output' as const), port: fc.constant(0xfffd), maxLen: u16 }),
    record({
      type: fc.constant('output' as const),
      port: fc.constantFrom(0xfffa, 0xfffb, 0xfffc),
      maxLen: fc.constant(0),
    }),
    record({ type: fc.constant('setVlanVid' as const), vlanVid: bits(12) }),
    record({ type: fc.constant('setVlanPcp' as const), vlanPcp: bits(3) }),
    record({ type: fc.constant('stripVlan' as const) }),
    record({ type: fc.constantFrom('setDlSrc' as const, 'setDlDst' as const), address: mac }),
    record({ type: fc.constantFrom('setNwSrc' as const, 'setNwDst' as const), address: u32 }),
    record({ type: fc.constant('setNwTos' as const), nwTos: tos }),
    record({ type: fc.constantFrom('setTpSrc' as const, 'setTpDst' as const), port: u16 }),
    record({ type: fc.constant('enqueue' as const), port: portNumber, queueId: u32 }),
  ),
  { maxLength: 4 },
)

/** Flow-mods that Open vSwitch prints without loss. */
export const normalFlowMod: fc.Arbitrary<Named<'flowMod'>> = message('flowMod', {
  match: normalMatch,
  cookie: fc.bigInt({ min: 0n, max: 2n ** 64n - 2n }),
  command: fc.integer({ min: 0, max: 4 }),
  idleTimeout: u16,
  hardTimeout: u16,
  priority: u16,
  bufferId: fc.oneof(u32, fc.constant(0xffffffff)),
  outPort: fc.constantFrom(0xffff, 3, 0xfffe),
  flags: bits(2),
  actions: normalActions,
})

const featureBits = bits(12)
const normalPort = record({
  portNo: portNumber,
  hwAddr: mac,
  name: shortText(15),
  config: bits(7),
  state: fc.constantFrom(0, 1, 0x100, 0x201, 0x300),
  curr: featureBits,
  advertised: featureBits,
  supported: featureBits,
  peer: featureBits,
})
const echo = (xid: number): Uint8Array => Uint8Array.of(1, 2, 0, 8, 0, 0, 0, xid)

/** Messages that Open vSwitch prints without loss, of every type but vendors' and opaque statistics. */
export const normalMessage: fc.Arbitrary<Message10> = fc.oneof(
  { weight: 6, arbitrary: normalFlowMod },
  message('hello', { data: fc.constant(new Uint8Array()) }),
  fc.oneof(
    ...errorEntries10.map(({ type, code }) =>
      message('error', {
        errorType: fc.constant(type),
        code: fc.constant(code),
        data: type === 0 ? bytes : fc.constantFrom(new Uint8Array(), echo(1)),
      }),
    ),
  ),
  message('echoRequest', { data: bytes }),
  message('echoReply', { data: bytes }),
  message('featuresRequest', {}),
  message('featuresReply', {
    datapathId: u64,
    nBuffers: u32,
    nTables: u8,
    capabilities: u8.map((value) => value & ~0x10),
    actions: featureBits,
    ports: fc.uniqueArray(normalPort, { maxLength: 3, selector: ({ portNo }) => portNo }),
  }),
  message('getConfigRequest', {}),
  message('getConfigReply', { flags: fc.integer({ min: 0, max: 2 }), missSendLen: u16 }),
  message('setConfig', { flags: fc.integer({ min: 0, max: 2 }), missSendLen: u16 }),
  message('packetIn', {
    bufferId: fc.constantFrom(0xffffffff, 0, 7),
    totalLen: u8,
    inPort: portNumber,
    reason: bits(2),
    data: bytes,
  }),
  message('packetOut', {
    bufferId: fc.constantFrom(0xffffffff, 0, 7),
    inPort: fc.constantFrom(1, 0xfeff, 0xfffd, 0xfffe, 0xffff),
    actions: normalActions,
    data: bytes,
  }),
  {
    weight: 3,
    arbitrary: message('flowRemoved', {
      match: normalMatch,
      cookie: u64,
      priority: u16,
      reason: bits(2),
      durationSec: u32,
      durationNsec: fc.oneof(fc.constantFrom(0, 500_000_000, 1), fc.integer({ min: 0, max: 999_999_999 })),
      idleTimeout: u16,
      packetCount: u64,
      byteCount: u64,
    }),
  },
  { weight: 2, arbitrary: message('portStatus', { reason: fc.integer({ min: 0, max: 2 }), port: normalPort }) },
  message('descRequest', { flags: u16 }),
  message('descReply', {
    flags: u16,
    manufacturer: shortText(255),
    hardware: shortText(20),
    software: shortText(20),
    serialNumber: shortText(31),
    datapath: shortText(20),
  }),
  message('barrierRequest', {}),
  message('barrierReply', {}),
)
