import { formatPort } from '../fields/port-text.ts'
import { durationText } from '../messages/flow-mod.ts'
import { messageKind } from '../messages/kind.ts'
import { formatPortDesc, portDesc } from '../messages/port.ts'
import { type Infer, listOf, pad, struct } from '../wire/codec.ts'
import { u32, u64 } from '../wire/primitives.ts'
import { bareRequest, counterText, multipartHeader, UNKNOWN_DURATION, withFlags } from './header.ts'

/** OpenFlow 1.3.5 §7.3.5.6; `portNo` may be `Port.ANY`. */
const portStatsRequest = messageKind({
  name: 'portStatsRequest',
  ofp: 'OFPST_PORT request',
  wire: { multipart: 'request', part: 4 },
  body: struct({ ...multipartHeader, portNo: u32, pad: pad(4) }),
  text: withFlags(({ portNo }) => ` port_no=${formatPort(portNo)}`),
})

const port = struct({
  portNo: u32,
  pad: pad(4),
  rxPackets: u64,
  txPackets: u64,
  rxBytes: u64,
  txBytes: u64,
  rxDropped: u64,
  txDropped: u64,
  rxErrors: u64,
  txErrors: u64,
  rxFrameErr: u64,
  rxOverErr: u64,
  rxCrcErr: u64,
  collisions: u64,
  durationSec: u32,
  durationNsec: u32,
})

/** Counters of a port; those that the switch does not keep are all ones. */
export type PortStats = Infer<typeof port>

/** Numbers below 10 have a blank before them, as in ovs-ofctl. */
const numberText = (portNo: number): string => formatPort(portNo).padStart(portNo < 10 ? 2 : 0)

const counters = (list: Readonly<Record<string, bigint>>): string =>
  Object.entries(list)
    .map(([name, value]) => `${name}=${counterText(value)}`)
    .join(', ')

const statsText = (stats: PortStats): string =>
  [
    `\n  port ${numberText(stats.portNo)}: rx `,
    counters({ pkts: stats.rxPackets, bytes: stats.rxBytes, drop: stats.rxDropped, errs: stats.rxErrors }),
    `, ${counters({ frame: stats.rxFrameErr, over: stats.rxOverErr, crc: stats.rxCrcErr })}\n           tx `,
    counters({ pkts: stats.txPackets, bytes: stats.txBytes, drop: stats.txDropped, errs: stats.txErrors }),
    `, ${counters({ coll: stats.collisions })}`,
    stats.durationSec === UNKNOWN_DURATION
      ? ''
      : `\n           duration=${durationText(stats.durationSec, stats.durationNsec)}`,
  ].join('')

/** OpenFlow 1.3.5 §7.3.5.6 */
const portStatsReply = messageKind({
  name: 'portStatsReply',
  ofp: 'OFPST_PORT reply',
  wire: { multipart: 'reply', part: 4 },
  body: struct({ ...multipartHeader, ports: listOf(port) }),
  text: withFlags(({ ports }) => ` ${ports.length} ports${ports.map(statsText).join('')}`),
})

/** OpenFlow 1.3.5 §7.3.5.7 */
const portDescRequest = bareRequest('portDescRequest', 'OFPST_PORT_DESC request', 13, ' port=ANY')

/** OpenFlow 1.3.5 §7.3.5.7 */
const portDescReply = messageKind({
  name: 'portDescReply',
  ofp: 'OFPST_PORT_DESC reply',
  wire: { multipart: 'reply', part: 13 },
  body: struct({ ...multipartHeader, ports: listOf(portDesc) }),
  text: withFlags(({ ports }) =>
    ports
      .toSorted((a, b) => a.portNo - b.portNo)
      .map((desc) => `\n${formatPortDesc(desc)}`)
      .join(''),
  ),
})

export const portMultipartKinds = [portStatsRequest, portStatsReply, portDescRequest, portDescReply] as const
