import type { Action } from '../../../controller/openflow/actions/actions.ts'
import { BundleAlgorithm } from '../../../controller/openflow/actions/bundle.ts'
import { NO_TABLE } from '../../../controller/openflow/actions/conntrack.ts'
import { ControllerReason } from '../../../controller/openflow/actions/controller.ts'
import { HashFields } from '../../../controller/openflow/actions/hash.ts'
import type { LearnSpec } from '../../../controller/openflow/actions/learn-spec.ts'
import { MultipathAlgorithm } from '../../../controller/openflow/actions/multipath.ts'
import { type Nat, NatFlags } from '../../../controller/openflow/actions/nat.ts'
import { type Field, fields } from '../../../controller/openflow/fields/field.ts'
import { EtherType } from '../../../controller/openflow/fields/prerequisites.ts'
import fc from '../../support/random.ts'
import { type Context, says } from './contexts.ts'
import { soundOxm } from './fields.ts'
import { anyRegisterBits, registerBits } from './subfields.ts'
import { bigBits, bytes, from, lone, oneOf, record, some, typed, u8, u16, u32, u64, wordBytes } from './values.ts'

type Arbitrary = fc.Arbitrary<Action>
/** Arbitraries of actions by type. */
export type Actions = Readonly<Partial<Record<Action['type'], Arbitrary>>>

const reserved = { IN_PORT: 0xfffffff8, NORMAL: 0xfffffffa, FLOOD: 0xfffffffb, ALL: 0xfffffffc, LOCAL: 0xfffffffe }
const CONTROLLER = 0xfffffffd

const output: Arbitrary = fc.oneof(
  typed('output', { port: fc.oneof(from(1, 0xfeff), oneOf(reserved)), maxLen: fc.constant(0) }),
  typed('output', { port: fc.constant(CONTROLLER), maxLen: u16 }),
)

const sampling = { probability: from(1, 0xffff), collectorSetId: u32, obsDomainId: u32, obsPointId: u32 }
const members = some(from(1, 0xfeff), 4, 1)
const choice = { algorithm: oneOf(BundleAlgorithm), fields: oneOf(HashFields), basis: u16 }

/** Fields that bits are copied or written to by number: registers, and those that all packets have. */
const registerMove = from(1, 32).chain((count) => record({ src: registerBits(count), dst: registerBits(count) }))

const learnSpec: fc.Arbitrary<LearnSpec> = fc.oneof(
  registerMove.map(({ src, dst }) => ({ type: 'match' as const, src, dst })),
  registerMove.map(({ src, dst }) => ({ type: 'load' as const, src, dst })),
  anyRegisterBits.chain((dst) =>
    record({
      type: fc.constantFrom('match' as const, 'load' as const),
      src: bigBits(dst.bits),
      dst: fc.constant(dst),
    }),
  ),
  typed('output', { src: registerBits(16) }),
)

const learned = {
  idleTimeout: u16,
  hardTimeout: u16,
  priority: u16,
  cookie: u64,
  tableId: from(0, 254),
  finIdleTimeout: u16,
  finHardTimeout: u16,
  specs: some(learnSpec),
} as const

/** Actions for packets of any kind. */
export const plainActions: Actions = {
  output,
  setQueue: typed('setQueue', { queueId: u32 }),
  group: typed('group', { groupId: from(0, 0xffffff00) }),
  regMove: registerMove.map((pair) => ({ type: 'regMove' as const, ...pair })),
  regLoad: anyRegisterBits.chain((dst) => typed('regLoad', { dst: fc.constant(dst), value: bigBits(dst.bits) })),
  stackPush: typed('stackPush', { src: anyRegisterBits }),
  stackPop: typed('stackPop', { dst: anyRegisterBits }),
  outputReg: typed('outputReg', { src: registerBits(16), maxLen: fc.constant(0xffff) }),
  outputTrunc: typed('outputTrunc', { port: from(1, 0xfeff), maxLen: from(14, 0xffff) }),
  checkPktLarger: typed('checkPktLarger', { pktLen: u16, dst: registerBits(1) }),
  multipath: from(1, 16).chain((count) =>
    typed('multipath', {
      fields: oneOf(HashFields),
      basis: u16,
      algorithm: oneOf(MultipathAlgorithm),
      maxLink: from(0, 2 ** count - 1),
      argument: u32,
      dst: registerBits(count),
    }),
  ),
  controller: typed('controller', { maxLen: u16, controllerId: from(1, 0xffff), reason: oneOf(ControllerReason) }),
  controller2: fc
    .record(
      {
        maxLen: from(0, 0xfffe),
        controllerId: from(1, 0xffff),
        reason: fc.constantFrom(0, 2, 3, 4, 5),
        userdata: bytes(20, 1),
        pause: fc.constant(true),
      },
      { requiredKeys: ['userdata'], noNullPrototype: true },
    )
    .map((body) => ({ type: 'controller2' as const, ...body })),
  resubmitTable: typed('resubmitTable', {
    inPort: fc.oneof(from(1, 0xfeff), fc.constant(reserved.IN_PORT)),
    tableId: from(0, 254),
  }),
  bundle: typed('bundle', { ...choice, members }),
  bundleLoad: typed('bundleLoad', { ...choice, members, dst: registerBits(16) }),
  sample: typed('sample', sampling),
  sample2: typed('sample2', { ...sampling, samplingPort: from(1, 0xfeff) }),
  sample3: typed('sample3', { ...sampling, samplingPort: from(1, 0xfeff), direction: from(1, 2) }),
  popQueue: lone('popQueue'),
  exit: lone('exit'),
  ctClear: lone('ctClear'),
  note: typed('note', { note: wordBytes(2, 6) }),
  learn: typed('learn', { ...learned, flags: from(0, 3) }),
  learn2: fc.oneof(
    typed('learn2', { ...learned, flags: from(0, 3), limit: from(1, 0xffff) }),
    typed('learn2', { ...learned, flags: from(4, 7), limit: u32, resultDst: registerBits(1) }),
  ),
}

const natFlags = fc.constantFrom(
  NatFlags.SRC,
  NatFlags.DST,
  NatFlags.SRC | NatFlags.PERSISTENT,
  NatFlags.DST | NatFlags.PROTO_HASH,
  NatFlags.SRC | NatFlags.PROTO_RANDOM,
)

const ordered = <T extends number | bigint>(value: fc.Arbitrary<T>): fc.Arbitrary<readonly [T, T]> =>
  fc.tuple(value, value).map(([a, b]) => (a <= b ? [a, b] : [b, a]))

const ipv6Address = bigBits(128).map((address) => address | 1n)
const ipv6Range: fc.Arbitrary<Range> = ordered(ipv6Address).map(([ipv6Min, ipv6Max]) => ({ ipv6Min, ipv6Max }))

/** Addresses, and ports only with addresses. */
const ipv4Range: fc.Arbitrary<Range> = fc.oneof(
  ordered(from(1, 0xffff_ffff)).map(([ipv4Min, ipv4Max]) => ({ ipv4Min, ipv4Max })),
  from(1, 0xffff_ffff).chain((ipv4Min) =>
    ordered(from(1, 0xffff)).map(([portMin, portMax]) => ({ ipv4Min, portMin, portMax })),
  ),
)

type Range = Omit<Nat, 'flags'>
type Version = 4 | 6

/** How ports are chosen says something only where there is a range. */
const nat = (version: Version): Arbitrary =>
  fc.oneof(
    typed('nat', { flags: fc.constantFrom(0, NatFlags.SRC, NatFlags.DST) }),
    fc
      .tuple(natFlags, version === 4 ? ipv4Range : ipv6Range)
      .map(([flags, range]): Action => ({ type: 'nat', flags, ...range })),
  )

/** Writes that a ct action may do to the connection. */
const ctWrites = fc
  .constantFrom(fields.ctMark, fields.ctLabel)
  .chain(soundOxm)
  .filter(({ mask }) => mask === undefined)
  .map((oxm) => ({ type: 'setField' as const, oxm }))

const ct = (version: 4 | 6): Arbitrary =>
  fc.oneof(
    typed('ct', {
      flags: fc.constantFrom(1, 3),
      zone: fc.oneof(u16, registerBits(16)),
      table: fc.oneof(from(0, 254), fc.constant(NO_TABLE)),
      alg: fc.constant(0),
      actions: fc.oneof(some(ctWrites, 2), fc.tuple(nat(version), ctWrites), fc.tuple(nat(version))),
    }),
    typed('ct', {
      flags: fc.constant(0),
      zone: u16,
      table: from(0, 254),
      alg: fc.constant(0),
      actions: fc.constant([]),
    }),
  )

/** Fields that set-field writes to packets of a kind: not those that would change the kind. */
const isSettable =
  ({ base }: Context) =>
  ({ key, writable, codePoints }: Field): boolean =>
    writable &&
    codePoints.length > 0 &&
    !['inPort', 'inPortNxm', 'vlanTci', 'nwTos', 'icmpv6Type', 'icmpv4Type', 'ctMark', 'ctLabel'].includes(key) &&
    (key !== 'vlanVid' || base.some(({ field }) => field.key === 'vlanVid'))

const isLoadable = ({ nxmCode, variable }: Field): boolean => nxmCode.experimenter === undefined && !variable

const setField = (context: Context): Actions => {
  const settable = context.fields.filter(isSettable(context))
  const whole = fc.constantFrom(...settable).chain(soundOxm)
  return {
    setField: whole.filter(({ mask }) => mask === undefined).map((oxm) => ({ type: 'setField' as const, oxm })),
    // What reg_load cannot name, or does not know the length of, is written with a mask by this one.
    regLoad2: whole
      .filter(({ mask, field }) => mask !== undefined && field.maskable && !isLoadable(field))
      .map((oxm) => ({ type: 'regLoad2' as const, oxm })),
  }
}

const ipActions = (version: 4 | 6): Actions => ({
  setNwTtl: typed('setNwTtl', { ttl: u8 }),
  decNwTtl: lone('decNwTtl'),
  decTtlCntIds: typed('decTtlCntIds', { controllerIds: some(u16, 3, 1) }),
  ct: ct(version),
})

const mplsActions: Actions = { setMplsTtl: typed('setMplsTtl', { ttl: u8 }), decMplsTtl: lone('decMplsTtl') }

const isIp = (context: Context, version: number): boolean => says(context, fields.ethType, version)
const isMpls = (context: Context): boolean => says(context, fields.ethType, EtherType.MPLS, EtherType.MPLS_MULTICAST)

const tracked: Actions = {
  resubmitTableCt: typed('resubmitTableCt', { inPort: fc.constant(reserved.IN_PORT), tableId: from(0, 254) }),
}

/** Actions that a switch takes for packets of a kind, by type. */
export const actionsFor = (context: Context): Actions => ({
  ...plainActions,
  ...setField(context),
  ...(isIp(context, EtherType.IPV4) ? ipActions(4) : {}),
  ...(isIp(context, EtherType.IPV6) ? ipActions(6) : {}),
  ...(isMpls(context) ? mplsActions : {}),
  ...(says(context, fields.ctState) ? tracked : {}),
  ...(says(context, fields.ipProto, 6)
    ? { finTimeout: typed('finTimeout', { finIdleTimeout: u16, finHardTimeout: u16 }) }
    : {}),
  ...(says(context, fields.ethType, EtherType.NSH) ? { decNshTtl: lone('decNshTtl') } : {}),
})

/** Actions after which packets are of another kind: they come last. */
export const lastActions = (context: Context): Actions => ({
  pushVlan: typed('pushVlan', { ethertype: fc.constantFrom(0x8100, 0x88a8) }),
  pushMpls: typed('pushMpls', { ethertype: fc.constantFrom(EtherType.MPLS, EtherType.MPLS_MULTICAST) }),
  ...(says(context, fields.vlanVid) ? { popVlan: lone('popVlan') } : {}),
  ...(isMpls(context) ? { popMpls: typed('popMpls', { ethertype: u16 }) } : {}),
  deleteField: from(0, 63).map((n) => ({
    type: 'deleteField' as const,
    code: fields[`tunMetadata${n}` as 'tunMetadata0'].code,
  })),
  encap: typed('encap', {
    headerSize: fc.constant(0),
    packetType: fc.constant(0x1_894f),
    properties: some(typed('nshMdType', { mdType: from(1, 2) }), 1),
  }),
  decap: typed('decap', { packetType: fc.constant(0xfffe) }),
})
