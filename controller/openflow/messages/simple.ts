import { hexDump } from '../text/hex-dump.ts'
import { pad, struct } from '../wire/codec.ts'
import { toHex } from '../wire/json.ts'
import { flagNames, flagsOf } from '../wire/names.ts'
import { rest, u8, u16, u32, u64 } from '../wire/primitives.ts'
import { messageKind } from './kind.ts'

/** A message without a body. */
const bare = struct({})

const echoText = ({ data }: { readonly data: Uint8Array }): string =>
  ` ${data.length} bytes of payload${data.length === 0 ? '' : `\n${hexDump(data)}`}`

/** OpenFlow 1.3.5 §7.5.2 */
export const echoRequest = messageKind({
  name: 'echoRequest',
  ofp: 'OFPT_ECHO_REQUEST',
  wire: { type: 2 },
  body: struct({ data: rest }),
  text: echoText,
})

/** OpenFlow 1.3.5 §7.5.3 */
export const echoReply = messageKind({
  name: 'echoReply',
  ofp: 'OFPT_ECHO_REPLY',
  wire: { type: 3 },
  body: struct({ data: rest }),
  text: echoText,
})

export const featuresRequest = messageKind({
  name: 'featuresRequest',
  ofp: 'OFPT_FEATURES_REQUEST',
  wire: { type: 5 },
  body: bare,
})

/** What a switch can do (OpenFlow 1.3.5 §7.3.1). */
export const Capabilities = {
  FLOW_STATS: 1,
  TABLE_STATS: 2,
  PORT_STATS: 4,
  GROUP_STATS: 8,
  IP_REASM: 0x20,
  QUEUE_STATS: 0x40,
  PORT_BLOCKED: 0x100,
} as const

/** OpenFlow 1.3.5 §7.3.1 */
export const featuresReply = messageKind({
  name: 'featuresReply',
  ofp: 'OFPT_FEATURES_REPLY',
  wire: { type: 6 },
  body: struct({
    datapathId: u64,
    nBuffers: u32,
    nTables: u8,
    auxiliaryId: u8,
    pad: pad(2),
    capabilities: flagsOf(u32, Capabilities),
    reserved: u32,
  }),
  text: (body) =>
    ` dpid:${body.datapathId.toString(16).padStart(16, '0')}\n` +
    `n_tables:${body.nTables}, n_buffers:${body.nBuffers}${body.auxiliaryId === 0 ? '' : `, auxiliary_id:${body.auxiliaryId}`}\n` +
    `capabilities: ${flagNames(Capabilities, body.capabilities).join(' ') || '0'}`,
})

export const barrierRequest = messageKind({
  name: 'barrierRequest',
  ofp: 'OFPT_BARRIER_REQUEST',
  wire: { type: 20 },
  body: bare,
})

export const barrierReply = messageKind({
  name: 'barrierReply',
  ofp: 'OFPT_BARRIER_REPLY',
  wire: { type: 21 },
  body: bare,
})

/** An experimenter message that we do not know: kept as it came (OpenFlow 1.3.5 §7.5.4). */
export const experimenterMessage = messageKind({
  name: 'experimenter',
  ofp: 'OFPT_EXPERIMENTER',
  wire: { type: 4 },
  body: struct({ experimenter: u32, expType: u32, data: rest }),
  text: ({ experimenter, expType, data }) =>
    ` experimenter=0x${experimenter.toString(16)} exp_type=${expType}${data.length === 0 ? '' : ` data=${toHex(data)}`}`,
})

export const getConfigRequest = messageKind({
  name: 'getConfigRequest',
  ofp: 'OFPT_GET_CONFIG_REQUEST',
  wire: { type: 7 },
  body: bare,
})

/** How a switch treats fragments (OpenFlow 1.3.5 §7.3.2). */
export const ConfigFlags = { FRAG_DROP: 1, FRAG_REASM: 2 } as const

const config = struct({ flags: flagsOf(u16, ConfigFlags), missSendLen: u16 })

const configText = (body: { readonly flags: number; readonly missSendLen: number }): string => {
  const fragments = ['normal', 'drop', 'reassemble'][body.flags & 3] ?? 'invalid'
  return ` frags=${fragments} miss_send_len=${body.missSendLen}`
}

export const getConfigReply = messageKind({
  name: 'getConfigReply',
  ofp: 'OFPT_GET_CONFIG_REPLY',
  wire: { type: 8 },
  body: config,
  text: configText,
})

export const setConfig = messageKind({
  name: 'setConfig',
  ofp: 'OFPT_SET_CONFIG',
  wire: { type: 9 },
  body: config,
  text: configText,
})

export const getAsyncRequest = messageKind({
  name: 'getAsyncRequest',
  ofp: 'OFPT_GET_ASYNC_REQUEST',
  wire: { type: 26 },
  body: bare,
})

/** Messages whose body is a few fixed fields. */
export const simpleKinds = [
  echoRequest,
  echoReply,
  experimenterMessage,
  featuresRequest,
  featuresReply,
  getConfigRequest,
  getConfigReply,
  setConfig,
  barrierRequest,
  barrierReply,
  getAsyncRequest,
] as const
