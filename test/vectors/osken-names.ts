import type { Subfield } from '../../controller/openflow/fields/subfield.ts'
import type { Value } from './load.ts'
import { numberOfText, sameField } from './osken-fields.ts'

type Ours = Readonly<Record<string, unknown>>
/** Whether a member of another library's form says the same as ours. Undefined where that cannot be told. */
type Check = (theirs: Value, ours: Ours) => boolean | undefined

/** Members that we name otherwise than os-ken or LoxiGen; `Class.member` goes before `member`. */
export const aliases: Readonly<Record<string, readonly string[]>> = {
  nw_ttl: ['ttl'],
  mpls_ttl: ['ttl'],
  tun_id: ['tunnelId'],
  cnt_ids: ['controllerIds'],
  metadata_mask: ['mask'],
  mfr_desc: ['manufacturer'],
  hw_desc: ['hardware'],
  sw_desc: ['software'],
  serial_num: ['serialNumber'],
  dp_desc: ['datapath'],
  hdr_size: ['headerSize'],
  new_pkt_type: ['packetType'],
  slaves: ['members'],
  arg: ['argument'],
  recirc_table: ['table'],
  packet_in_format: ['format'],
  'OFPActionSetField.field': ['oxm'],
  'action.set_field.field': ['oxm'],
  range_ipv4_min: ['ipv4Min'],
  range_ipv4_max: ['ipv4Max'],
  range_ipv6_min: ['ipv6Min'],
  range_ipv6_max: ['ipv6Max'],
  range_proto_min: ['portMin'],
  range_proto_max: ['portMax'],
}

/** The bits that an action works on, under the name that they have there. */
const bitsOf = (ours: Ours, name: string): Subfield => ours[name] as Subfield

const namesField =
  (name: string): Check =>
  (theirs, ours) =>
    sameField(String(theirs), bitsOf(ours, name).code)

const hasOffset =
  (name: string): Check =>
  (theirs, ours) =>
    theirs === bitsOf(ours, name).offset

const hasBits =
  (name: string): Check =>
  (theirs, ours) =>
    theirs === bitsOf(ours, name).bits

/** Offset and bits in 16 bits, as Nicira actions have them. */
const packs =
  (name: string): Check =>
  (theirs, ours) => {
    const { offset, bits } = bitsOf(ours, name)
    return theirs === (offset << 6) + bits - 1
  }

/** A 16-bit port number, which we show as OpenFlow 1.3 has it. */
const samePort =
  (name: string): Check =>
  (theirs, ours) =>
    theirs === (Number(ours[name]) & 0xffff)

/** A learn spec's end: `[field, offset]`, or a constant. */
const sameEnd =
  (name: string): Check =>
  (theirs, ours) => {
    const end = ours[name] as Subfield | bigint
    if (!Array.isArray(theirs)) return typeof end === 'bigint' && BigInt(theirs as number | bigint) === end
    return typeof end === 'object' && sameField(String(theirs[0]), end.code) && theirs[1] === end.offset
  }

/** Whether an action without the member is one that it cannot have. */
const absent =
  (name: string): Check =>
  (_theirs, ours) =>
    !(name in ours)

const experimenterOf: Check = (theirs, ours) => !('experimenter' in ours) || theirs === ours.experimenter

const versionsOf = (bitmaps: readonly number[]): number[] =>
  bitmaps.flatMap((word, index) =>
    Array.from({ length: 32 }, (_, bit) => (((word >>> bit) & 1) === 1 ? index * 32 + bit : -1)).filter((v) => v >= 0),
  )

const wordsOf = (bytes: Uint8Array): number[] =>
  Array.from({ length: bytes.length / 4 }, (_, index) => Buffer.from(bytes).readUInt32BE(index * 4))

const sameList = (theirs: Value, ours: readonly unknown[]): boolean => JSON.stringify(theirs) === JSON.stringify(ours)

/** A number, or the bits of the packet that hold it. */
const zoneField: Check = (theirs, { zone }) =>
  theirs === ''
    ? typeof zone === 'number'
    : typeof zone === 'object' && sameField(String(theirs), (zone as Subfield).code)

const zoneNumber: Check = (theirs, ours) =>
  typeof ours.zone === 'number' ? theirs === ours.zone : packs('zone')(theirs, ours)

/** One mask of LoxiGen's, of the pair that we have. */
const maskAt =
  (name: string, role: 0 | 1): Check =>
  (theirs, ours) =>
    theirs === (ours[name] as readonly number[])[role]

/** Fields of an OpenFlow 1.0 match: those that are wildcarded keep the value that came. */
const matched10 =
  (name: string): Check =>
  (theirs, ours) => {
    const value = ours[name] ?? (ours.ignored as Ours | undefined)?.[name] ?? 0
    const number = typeof value === 'object' ? (value as { readonly address: number }).address : Number(value)
    return typeof theirs === 'string' ? numberOfText(theirs) === BigInt(number) : theirs === number
  }

const cannotTell: Check = () => undefined

/** Members that stand in ours in another shape. */
export const special: Readonly<Record<string, Check>> = {
  'NXActionRegLoad.dst': namesField('dst'),
  'NXActionRegLoad.ofs_nbits': packs('dst'),
  'NXActionRegMove.src_field': namesField('src'),
  'NXActionRegMove.dst_field': namesField('dst'),
  'NXActionRegMove.src_ofs': hasOffset('src'),
  'NXActionRegMove.dst_ofs': hasOffset('dst'),
  'NXActionRegMove.n_bits': hasBits('dst'),
  'NXActionOutputReg.src': namesField('src'),
  'NXActionOutputReg.ofs_nbits': packs('src'),
  'NXActionMultipath.dst': namesField('dst'),
  'NXActionMultipath.ofs_nbits': packs('dst'),
  'NXActionStackPush.field': namesField('src'),
  'NXActionStackPush.start': hasOffset('src'),
  'NXActionStackPush.end': hasBits('src'),
  'NXActionStackPop.field': namesField('dst'),
  'NXActionStackPop.start': hasOffset('dst'),
  'NXActionStackPop.end': hasBits('dst'),
  'NXActionResubmit.in_port': samePort('inPort'),
  'NXActionResubmitTable.in_port': samePort('inPort'),
  'NXActionUnknown.data': cannotTell,
  'NXFlowSpecMatch.src': sameEnd('src'),
  'NXFlowSpecMatch.dst': sameEnd('dst'),
  'NXFlowSpecMatch.n_bits': hasBits('dst'),
  'NXFlowSpecLoad.src': sameEnd('src'),
  'NXFlowSpecLoad.dst': sameEnd('dst'),
  'NXFlowSpecLoad.n_bits': hasBits('dst'),
  'NXFlowSpecOutput.src': sameEnd('src'),
  'NXFlowSpecOutput.dst': absent('dst'),
  'NXFlowSpecOutput.n_bits': hasBits('src'),
  'NXActionBundle.dst': absent('dst'),
  'NXActionBundle.n_slaves': (theirs, ours) => theirs === (ours.members as readonly unknown[]).length,
  'NXActionCT.zone_src': zoneField,
  'NXActionCT.zone_ofs_nbits': zoneNumber,
  'OFPMatch.in_port': matched10('inPort'),
  'OFPMatch.dl_src': matched10('dlSrc'),
  'OFPMatch.dl_dst': matched10('dlDst'),
  'OFPMatch.dl_vlan': matched10('dlVlan'),
  'OFPMatch.dl_vlan_pcp': matched10('dlVlanPcp'),
  'OFPMatch.dl_type': matched10('dlType'),
  'OFPMatch.nw_tos': matched10('nwTos'),
  'OFPMatch.nw_proto': matched10('nwProto'),
  'OFPMatch.nw_src': matched10('nwSrc'),
  'OFPMatch.nw_dst': matched10('nwDst'),
  'OFPMatch.tp_src': matched10('tpSrc'),
  'OFPMatch.tp_dst': matched10('tpDst'),
  ...Object.fromEntries(
    ['packet_in', 'port_status', 'flow_removed'].flatMap((kind) => {
      const name = `${kind.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())}Mask`
      return ['message.async_get_reply', 'message.async_set'].flatMap((owner) => [
        [`${owner}.${kind}_mask_equal_master`, maskAt(name, 0)],
        [`${owner}.${kind}_mask_slave`, maskAt(name, 1)],
      ])
    }),
  ),
  // os-ken reads every encap action as one of Ethernet
  'NXActionEncapEther.new_pkt_type': cannotTell,
  'NXActionOutputTrunc.port': samePort('port'),
  'OFPHelloElemVersionBitmap.versions': (theirs, ours) => sameList(theirs, versionsOf(ours.bitmaps as number[])),
  'OFPTableFeaturePropExperimenter.data': (theirs, ours) => sameList(theirs, wordsOf(ours.data as Uint8Array)),
  // Where os-ken has no class for an experimenter's message, data is all of its body
  'OFPExperimenter.data': (theirs, ours) =>
    ours.type === 'experimenter' ? theirs === Buffer.from(ours.data as Uint8Array).toString('base64') : undefined,
  experimenter: experimenterOf,
  'OFPErrorMsg.type': (theirs, ours) => theirs === ours.errorType,
}
