import { formatPort } from '../fields/port-text.ts'
import { type Infer, listOf, pad, struct } from '../wire/codec.ts'
import { measured, oneOf, partKind } from '../wire/parts.ts'
import { rest, u16, u32 } from '../wire/primitives.ts'
import { messageKind } from './kind.ts'

/** A queue number that stands for all queues (OpenFlow 1.3.5 §7.3.5.8). */
export const ALL_QUEUES = 0xffff_ffff

const rate = struct({
  pad: pad(4),
  /** Tenths of a percent of the port's speed; above 1000 the limit is off. */
  rate: u16,
  pad2: pad(6),
})

/** Queue properties (OpenFlow 1.3.5 §7.2.2) */
const property = oneOf(
  [
    partKind('minRate', 1, rate),
    partKind('maxRate', 2, rate),
    partKind('experimenter', 0xffff, struct({ pad: pad(4), experimenter: u32, pad2: pad(4), data: rest })),
  ],
  { minimum: 8 },
)

/** struct ofp_packet_queue (OpenFlow 1.3.5 §7.2.2) */
const packetQueue = measured(
  struct({ queueId: u32, port: u32 }),
  struct({ pad: pad(6), properties: listOf(property) }),
  16,
)

/** A queue of a port with its rates, in tenths of a percent of the port's speed (OpenFlow 1.3.5 §7.2.2). */
export type PacketQueue = Infer<typeof packetQueue>

/** OpenFlow 1.3.5 §7.3.6 */
const queueGetConfigRequest = messageKind({
  name: 'queueGetConfigRequest',
  ofp: 'OFPT_QUEUE_GET_CONFIG_REQUEST',
  wire: { type: 22 },
  body: struct({ port: u32, pad: pad(4) }),
  text: ({ port }) => ` port=${formatPort(port)}`,
})

/** Tenths of a percent, or that the limit is off. 0xffff says that the switch does not know. */
const rateText = (name: string, value: number): string => {
  if (value <= 1000) return ` ${name}:${Math.floor(value / 10)}.${value % 10}%`
  return value < 0xffff ? ` ${name}:(disabled)` : ''
}

const queueText = ({ queueId, properties }: PacketQueue): string => {
  const rates = (type: 'minRate' | 'maxRate', name: string): string => {
    const last = properties.findLast((one) => one.type === type)
    return last?.type === type ? rateText(name, last.rate) : ''
  }
  return `\nqueue ${queueId}:${rates('minRate', 'min_rate')}${rates('maxRate', 'max_rate')}`
}

/** OpenFlow 1.3.5 §7.3.6 */
const queueGetConfigReply = messageKind({
  name: 'queueGetConfigReply',
  ofp: 'OFPT_QUEUE_GET_CONFIG_REPLY',
  wire: { type: 23 },
  body: struct({ port: u32, pad: pad(4), queues: listOf(packetQueue) }),
  text: ({ port, queues }) => {
    if (queues.length === 0) return ''
    return ` port=${formatPort(port)}${queues
      .toSorted((a, b) => a.queueId - b.queueId)
      .map(queueText)
      .join('')}`
  },
})

export const queueKinds = [queueGetConfigRequest, queueGetConfigReply] as const
