import type { Action } from '../../../controller/openflow/actions/actions.ts'
import { BundleAlgorithm } from '../../../controller/openflow/actions/bundle.ts'
import type { LearnSpec } from '../../../controller/openflow/actions/learn-spec.ts'
import type { OxmCode } from '../../../controller/openflow/fields/field.ts'
import { codeByName, withLength } from '../../../controller/openflow/fields/oxm.ts'
import fc from '../../support/random.ts'
import { anyOxm } from './fields.ts'
import { anyShortSubfield, anySubfield, subfieldPair } from './subfields.ts'
import {
  bigBits,
  bytes,
  from,
  lone,
  mac,
  partial,
  record,
  some,
  stranger,
  typed,
  u8,
  u16,
  u32,
  u64,
  wordBytes,
} from './values.ts'

export type ActionNamed<Name extends Action['type']> = Extract<Action, { readonly type: Name }>
/** An arbitrary for each kind of action: a missing one does not compile. */
export type ActionTable = { readonly [N in Action['type']]: fc.Arbitrary<ActionNamed<N>> }

/** A port of OpenFlow 1.3 that has a 16-bit number. */
const port16 = fc.oneof(from(0, 0xfeff), from(0xffffff00, 0xffffffff))

const simpleActions = {
  output: typed('output', { port: u32, maxLen: u16 }),
  copyTtlOut: lone('copyTtlOut'),
  copyTtlIn: lone('copyTtlIn'),
  setMplsTtl: typed('setMplsTtl', { ttl: u8 }),
  decMplsTtl: lone('decMplsTtl'),
  pushVlan: typed('pushVlan', { ethertype: u16 }),
  popVlan: lone('popVlan'),
  pushMpls: typed('pushMpls', { ethertype: u16 }),
  popMpls: typed('popMpls', { ethertype: u16 }),
  setQueue: typed('setQueue', { queueId: u32 }),
  group: typed('group', { groupId: u32 }),
  setNwTtl: typed('setNwTtl', { ttl: u8 }),
  decNwTtl: lone('decNwTtl'),
  pushPbb: typed('pushPbb', { ethertype: u16 }),
  popPbb: lone('popPbb'),
  setField: typed('setField', { oxm: anyOxm }),
} as const

const legacyActions = {
  setVlanVid: typed('setVlanVid', { vid: u16 }),
  setVlanPcp: typed('setVlanPcp', { pcp: u8 }),
  setDlSrc: typed('setDlSrc', { address: mac }),
  setDlDst: typed('setDlDst', { address: mac }),
  setNwSrc: typed('setNwSrc', { address: u32 }),
  setNwDst: typed('setNwDst', { address: u32 }),
  setNwTos: typed('setNwTos', { tos: u8 }),
  setNwEcn: typed('setNwEcn', { ecn: u8 }),
  setTpSrc: typed('setTpSrc', { port: u16 }),
  setTpDst: typed('setTpDst', { port: u16 }),
  setMplsLabel: typed('setMplsLabel', { label: u32 }),
  setMplsTc: typed('setMplsTc', { tc: u8 }),
  nxSetQueue: typed('nxSetQueue', { queueId: u32 }),
  nxDecTtl: lone('nxDecTtl'),
  nxPushMpls: typed('nxPushMpls', { ethertype: u16 }),
  nxPopMpls: typed('nxPopMpls', { ethertype: u16 }),
  nxSetMplsTtl: typed('nxSetMplsTtl', { ttl: u8 }),
  nxDecMplsTtl: lone('nxDecMplsTtl'),
  nxSetMplsLabel: typed('nxSetMplsLabel', { label: u32 }),
  nxSetMplsTc: typed('nxSetMplsTc', { tc: u8 }),
  nxGroup: typed('nxGroup', { groupId: u32 }),
} as const

const move = subfieldPair(anySubfield)

const fieldActions = {
  regMove: move.map((pair) => ({ type: 'regMove' as const, ...pair })),
  copyField: move.map((pair) => ({ type: 'copyField' as const, ...pair })),
  regLoad: typed('regLoad', { dst: anyShortSubfield(), value: u64 }),
  regLoad2: typed('regLoad2', { oxm: anyOxm }),
  stackPush: typed('stackPush', { src: anySubfield(0xffff) }),
  stackPop: typed('stackPop', { dst: anySubfield(0xffff) }),
  outputReg: typed('outputReg', { src: anyShortSubfield(), maxLen: u16 }),
  outputReg2: typed('outputReg2', { src: anySubfield(), maxLen: u16 }),
  outputTrunc: typed('outputTrunc', { port: port16, maxLen: u32 }),
  checkPktLarger: typed('checkPktLarger', { pktLen: u16, dst: anySubfield(1) }),
  deleteField: typed('deleteField', {
    code: fc
      .tuple(from(0, 63), from(1, 124))
      .map(([n, length]) => withLength(codeByName(`NXM_NX_TUN_METADATA${n}`) as OxmCode, length)),
  }),
  multipath: typed('multipath', {
    fields: u16,
    basis: u16,
    algorithm: u16,
    maxLink: u16,
    argument: u32,
    dst: anyShortSubfield(),
  }),
} as const

const choice = { algorithm: fc.oneof(u16, fc.constantFrom(...Object.values(BundleAlgorithm))), fields: u16, basis: u16 }
const members = some(port16)
const sampling = { probability: u16, collectorSetId: u32, obsDomainId: u32, obsPointId: u32 }

/** Ranges with any of their members: not only what makes sense. */
export const anyNat = record({ flags: u16 }).chain((flags) =>
  partial({
    ipv4Min: u32,
    ipv4Max: u32,
    ipv6Min: bigBits(128),
    ipv6Max: bigBits(128),
    portMin: u16,
    portMax: u16,
  }).map((range) => ({ type: 'nat' as const, ...flags, ...range })),
)

const encapProperty = fc.oneof(
  typed('nshMdType', { mdType: u8 }),
  typed('nshTlv', { tlvClass: u16, tlvType: u8, value: bytes(240) }),
  typed('unknown', { propertyClass: u16.filter((one) => one !== 4), propertyType: u8, data: bytes(251) }),
)

const niciraActions = {
  controller: typed('controller', { maxLen: u16, controllerId: u16, reason: u8 }),
  controller2: partial({
    maxLen: u16,
    controllerId: u16,
    reason: u8,
    userdata: bytes(),
    pause: fc.constant(true),
    meterId: u32,
  }).map((body) => ({ type: 'controller2' as const, ...body })),
  resubmit: typed('resubmit', { inPort: port16 }),
  resubmitTable: typed('resubmitTable', { inPort: port16, tableId: u8 }),
  resubmitTableCt: typed('resubmitTableCt', { inPort: port16, tableId: u8 }),
  bundle: typed('bundle', { ...choice, members }),
  bundleLoad: typed('bundleLoad', { ...choice, members, dst: anyShortSubfield() }),
  sample: typed('sample', sampling),
  sample2: typed('sample2', { ...sampling, samplingPort: port16 }),
  sample3: typed('sample3', { ...sampling, samplingPort: port16, direction: u8 }),
  encap: typed('encap', { headerSize: u16, packetType: u32, properties: some(encapProperty) }),
  decap: typed('decap', { packetType: u32 }),
  popQueue: lone('popQueue'),
  exit: lone('exit'),
  ctClear: lone('ctClear'),
  decNshTtl: lone('decNshTtl'),
  debugSlow: lone('debugSlow'),
  debugRecirc: lone('debugRecirc'),
  setTunnel: typed('setTunnel', { tunnelId: u32 }),
  setTunnel64: typed('setTunnel64', { tunnelId: u64 }),
  // Ten bytes stand before the note.
  note: typed('note', { note: wordBytes(4, 6) }),
  finTimeout: typed('finTimeout', { finIdleTimeout: u16, finHardTimeout: u16 }),
  writeMetadata: typed('writeMetadata', { metadata: u64, mask: u64 }),
  conjunction: typed('conjunction', { clause: u8, nClauses: u8, id: u32 }),
  decTtlCntIds: typed('decTtlCntIds', { controllerIds: some(u16) }),
  nat: anyNat,
  experimenter: typed('experimenter', { experimenter: stranger, data: wordBytes(3) }),
} as const

const pair = subfieldPair(anyShortSubfield)

const constantOf = (bitCount: number): fc.Arbitrary<bigint> => bigBits(bitCount)

const learnSpec: fc.Arbitrary<LearnSpec> = fc.oneof(
  pair.map(({ src, dst }) => ({ type: 'match' as const, src, dst })),
  pair.map(({ src, dst }) => ({ type: 'load' as const, src, dst })),
  anyShortSubfield(0x7ff).chain((dst) =>
    record({
      type: fc.constantFrom('match' as const, 'load' as const),
      src: constantOf(dst.bits),
      dst: fc.constant(dst),
    }),
  ),
  typed('output', { src: anyShortSubfield(32) }),
)

const learned = {
  idleTimeout: u16,
  hardTimeout: u16,
  priority: u16,
  cookie: u64,
  tableId: u8,
  finIdleTimeout: u16,
  finHardTimeout: u16,
  specs: some(learnSpec),
} as const

const writeResult = 4

const learnActions = {
  learn: typed('learn', { ...learned, flags: u16 }),
  learn2: fc.oneof(
    typed('learn2', { ...learned, flags: u16.map((flags) => flags & ~writeResult), limit: u32 }),
    typed('learn2', {
      ...learned,
      flags: u16.map((flags) => flags | writeResult),
      limit: u32,
      resultDst: anySubfield(1),
    }),
  ),
} as const

const flat = {
  ...simpleActions,
  ...legacyActions,
  ...fieldActions,
  ...niciraActions,
  ...learnActions,
} as const

/** Actions nest in real flows two or three deep. */
const depth = { maxDepth: 2, depthIdentifier: 'actions' } as const

const nesting = fc.letrec<{ list: Action[]; one: Action; clone: ActionNamed<'clone'>; ct: ActionNamed<'ct'> }>(
  (tie) => ({
    list: fc.array(tie('one'), { maxLength: 3, ...depth }),
    one: fc.oneof(depth, ...Object.values(flat), tie('clone'), tie('ct')),
    clone: typed('clone', { actions: tie('list') }),
    ct: typed('ct', {
      flags: u16,
      zone: fc.oneof(u16, anyShortSubfield()),
      table: u8,
      alg: u16,
      actions: tie('list'),
    }),
  }),
)

/** Every kind of action with any values. */
export const anyActions: ActionTable = { ...flat, clone: nesting.clone, ct: nesting.ct }

export const anyActionList: fc.Arbitrary<readonly Action[]> = nesting.list
