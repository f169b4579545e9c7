import { messageKind } from '../messages/kind.ts'
import {
  barrierReply,
  barrierRequest,
  echoReply,
  echoRequest,
  featuresRequest,
  getConfigReply,
  getConfigRequest,
  setConfig,
} from '../messages/simple.ts'
import { listOf, pad, struct } from '../wire/codec.ts'
import { toHex } from '../wire/json.ts'
import { flagNames, flagsOf } from '../wire/names.ts'
import { rest, u8, u32, u64 } from '../wire/primitives.ts'
import { formatPhyPort, phyPort } from './phy-port.ts'

/** The first message of a connection; what it holds is of no meaning in 1.0 (§5.5.1). */
const hello = messageKind({
  name: 'hello',
  ofp: 'OFPT_HELLO',
  wire: { type: 0 },
  body: struct({ data: rest }),
  text: () => '\n version bitmap: 0x01',
})

/** A vendor's message, kept as it came (OpenFlow 1.0 §5.5.4). */
const vendor = messageKind({
  name: 'vendor',
  ofp: 'OFPT_VENDOR',
  wire: { type: 4 },
  body: struct({ vendor: u32, data: rest }),
  text: (body) => ` vendor=0x${body.vendor.toString(16)} data=${toHex(body.data)}`,
})

/** What a switch can do (OpenFlow 1.0 §5.3.1). */
export const Capabilities10 = {
  FLOW_STATS: 1,
  TABLE_STATS: 2,
  PORT_STATS: 4,
  STP: 8,
  IP_REASM: 0x20,
  QUEUE_STATS: 0x40,
  ARP_MATCH_IP: 0x80,
} as const

/** The actions that a switch has, one bit each, by ovs-ofctl's names. */
export const SupportedActions10 = {
  output: 1 << 0,
  enqueue: 1 << 11,
  set_vlan_vid: 1 << 1,
  set_vlan_pcp: 1 << 2,
  strip_vlan: 1 << 3,
  mod_dl_src: 1 << 4,
  mod_dl_dst: 1 << 5,
  mod_nw_src: 1 << 6,
  mod_nw_dst: 1 << 7,
  mod_nw_tos: 1 << 8,
  mod_tp_src: 1 << 9,
  mod_tp_dst: 1 << 10,
} as const

/** A switch, what it can do, and its ports (OpenFlow 1.0 §5.3.1). */
const featuresReply = messageKind({
  name: 'featuresReply',
  ofp: 'OFPT_FEATURES_REPLY',
  wire: { type: 6 },
  body: struct({
    datapathId: u64,
    nBuffers: u32,
    nTables: u8,
    pad: pad(3),
    capabilities: flagsOf(u32, Capabilities10),
    actions: flagsOf(u32, SupportedActions10),
    ports: listOf(phyPort),
  }),
  text: (body) =>
    [
      ` dpid:${body.datapathId.toString(16).padStart(16, '0')}`,
      `n_tables:${body.nTables}, n_buffers:${body.nBuffers}`,
      `capabilities: ${flagNames(Capabilities10, body.capabilities).join(' ') || '0'}`,
      ...(body.actions === 0 ? [] : [`actions: ${flagNames(SupportedActions10, body.actions).join(' ')}`]),
      ...body.ports.toSorted((a, b) => a.portNo - b.portNo).map(formatPhyPort),
    ].join('\n'),
})

/** Messages about the connection and the switch as a whole; most are those of later versions. */
export const switchKinds = [
  hello,
  echoRequest,
  echoReply,
  vendor,
  featuresRequest,
  featuresReply,
  getConfigRequest,
  getConfigReply,
  setConfig,
  messageKind({ ...barrierRequest, wire: { type: 18 } }),
  messageKind({ ...barrierReply, wire: { type: 19 } }),
] as const
