import { formatPort } from '../fields/port-text.ts'
import { durationText } from '../messages/flow-mod.ts'
import { messageKind } from '../messages/kind.ts'
import { ALL_QUEUES } from '../messages/queue.ts'
import { type Infer, listOf, struct } from '../wire/codec.ts'
import { u32, u64 } from '../wire/primitives.ts'
import { counterText, multipartHeader, UNKNOWN_DURATION, withFlags } from './header.ts'

const nameText = (queueId: number): string => (queueId === ALL_QUEUES ? 'ALL' : String(queueId))

/** OpenFlow 1.3.5 §7.3.5.8; `portNo` may be `Port.ANY`, `queueId` ALL_QUEUES. */
const queueStatsRequest = messageKind({
  name: 'queueStatsRequest',
  ofp: 'OFPST_QUEUE request',
  wire: { multipart: 'request', part: 5 },
  body: struct({ ...multipartHeader, portNo: u32, queueId: u32 }),
  text: withFlags(({ portNo, queueId }) => ` port=${formatPort(portNo)} queue=${nameText(queueId)}`),
})

const queue = struct({
  portNo: u32,
  queueId: u32,
  txBytes: u64,
  txPackets: u64,
  txErrors: u64,
  durationSec: u32,
  durationNsec: u32,
})

/** Counters of a queue; those that the switch does not keep are all ones. */
export type QueueStats = Infer<typeof queue>

const statsText = (stats: QueueStats): string => {
  const isKnown = stats.durationSec !== UNKNOWN_DURATION
  return (
    `\n  port ${formatPort(stats.portNo)} queue ${nameText(stats.queueId)}: bytes=${counterText(stats.txBytes)}, ` +
    `pkts=${counterText(stats.txPackets)}, errors=${counterText(stats.txErrors)}, ` +
    `duration=${isKnown ? durationText(stats.durationSec, stats.durationNsec) : '?'}`
  )
}

/** OpenFlow 1.3.5 §7.3.5.8 */
const queueStatsReply = messageKind({
  name: 'queueStatsReply',
  ofp: 'OFPST_QUEUE reply',
  wire: { multipart: 'reply', part: 5 },
  body: struct({ ...multipartHeader, queues: listOf(queue) }),
  text: withFlags(({ queues }) => ` ${queues.length} queues${queues.map(statsText).join('')}`),
})

export const queueStatsKinds = [queueStatsRequest, queueStatsReply] as const
