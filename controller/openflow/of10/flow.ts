import {
  commandTexts,
  durationText,
  FlowModCommand,
  FlowRemovedReason,
  flowRemovedReasonText,
  NO_BUFFER,
} from '../messages/flow-mod.ts'
import { type MessageOf, messageKind } from '../messages/kind.ts'
import { pad, struct } from '../wire/codec.ts'
import { enumOf, flagNames, flagsOf } from '../wire/names.ts'
import { ALL_ONES_64, u8, u16, u32, u64 } from '../wire/primitives.ts'
import { actions10, formatActions10 } from './actions.ts'
import { match10 } from './match-codec.ts'
import { formatMatch10 } from './match-text.ts'
import { formatPort10, Port10 } from './ports.ts'

/** OpenFlow 1.0 §5.3.3; EMERG flows are for switches that have lost their controller. */
export const FlowModFlags10 = { SEND_FLOW_REM: 1, CHECK_OVERLAP: 2, EMERG: 4 } as const

/** ovs-ofctl's names of the flags; it has none for EMERG. */
export const flowFlagText10 = {
  send_flow_rem: FlowModFlags10.SEND_FLOW_REM,
  check_overlap: FlowModFlags10.CHECK_OVERLAP,
} as const

const optional = (name: string, value: number): string => (value === 0 ? '' : ` ${name}:${value}`)

/** Open vSwitch has a table number in the high byte of the command, if asked to. */
const commandText = (command: number): string => {
  const text = commandTexts[command & 0xff] ?? `cmd:${command & 0xff}`
  return command > 0xff ? `${text} table:${command >>> 8}` : text
}

/** The flags that ovs-ofctl has names for. */
export const knownFlags10 = FlowModFlags10.SEND_FLOW_REM | FlowModFlags10.CHECK_OVERLAP

/** Add, modify or delete flows (OpenFlow 1.0 §5.3.3). */
const flowMod = messageKind({
  name: 'flowMod',
  ofp: 'OFPT_FLOW_MOD',
  wire: { type: 14 },
  body: struct({
    match: match10,
    cookie: u64,
    command: enumOf(u16, FlowModCommand),
    idleTimeout: u16, // seconds
    hardTimeout: u16, // seconds
    priority: u16,
    bufferId: u32,
    outPort: u16,
    flags: flagsOf(u16, FlowModFlags10),
    actions: actions10,
  }),
  text(body) {
    const fields = formatMatch10(body.match, body.priority)
    return [
      ` ${commandText(body.command)}`,
      fields === '' ? '' : ` ${fields}`,
      body.cookie === 0n || body.cookie === ALL_ONES_64 ? '' : ` cookie:0x${body.cookie.toString(16)}`,
      optional('idle', body.idleTimeout),
      optional('hard', body.hardTimeout),
      body.bufferId === NO_BUFFER ? '' : ` buf:0x${body.bufferId.toString(16)}`,
      body.outPort === Port10.NONE ? '' : ` out_port:${formatPort10(body.outPort)}`,
      ...flagNames(flowFlagText10, body.flags & knownFlags10).map((name) => ` ${name}`),
      ` actions=${formatActions10(body.actions)}`,
    ].join('')
  },
})

/** The flow-mod message (OpenFlow 1.0 §5.3.3). */
export type FlowMod10 = MessageOf<typeof flowMod>

/** A flow has gone (OpenFlow 1.0 §5.4.2). */
const flowRemoved = messageKind({
  name: 'flowRemoved',
  ofp: 'OFPT_FLOW_REMOVED',
  wire: { type: 11 },
  body: struct({
    match: match10,
    cookie: u64,
    priority: u16,
    reason: enumOf(u8, FlowRemovedReason),
    pad1: pad(1),
    durationSec: u32,
    durationNsec: u32,
    idleTimeout: u16, // seconds
    pad2: pad(2),
    packetCount: u64,
    byteCount: u64,
  }),
  text: (body) =>
    [
      ` ${formatMatch10(body.match, body.priority)} reason=${flowRemovedReasonText(body.reason)}`,
      body.cookie === 0n ? '' : ` cookie:0x${body.cookie.toString(16)}`,
      ` duration${durationText(body.durationSec, body.durationNsec)} idle${body.idleTimeout}`,
      ` pkts${body.packetCount} bytes${body.byteCount}`,
    ].join(''),
})

export const flowKinds = [flowMod, flowRemoved] as const
