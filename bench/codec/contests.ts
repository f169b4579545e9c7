import {
  decodeMessage,
  FlowStatsView,
  Framer,
  type FrameSink,
  PacketInView,
  prepare,
  Slab,
} from '../../controller/openflow/index.ts'
import { flowMod, samples } from './sample.ts'

/** One thing measured: our way, and a bare loop over the same bytes as its upper bound. */
export interface Contest {
  readonly name: string
  /** Messages, or entries, in one call. */
  readonly count: number
  readonly heddle: () => unknown
  readonly bare: () => unknown
  /** The key under which os-ken's figure is reported. */
  readonly osken: 'packetIn' | 'flowMod' | 'flowStats'
}

const words = 4

/** Keeps what a packet-in handler needs of each message, so that nothing can be left out. */
class Retaining implements FrameSink {
  readonly kept: Uint32Array
  private readonly packet = new PacketInView()
  private at = 0

  constructor(count: number) {
    this.kept = new Uint32Array(count * words)
  }

  frame(view: DataView, _bytes: Uint8Array, start: number, end: number): boolean {
    const packet = this.packet.reset(view, start, end)
    const { kept, at } = this
    kept[at] = packet.bufferId
    kept[at + 1] = packet.inPort
    kept[at + 2] = packet.dataStart
    kept[at + 3] = packet.dataLength
    this.at = at + words === kept.length ? 0 : at + words
    return true
  }

  error(): boolean {
    throw new Error('the sample is malformed')
  }
}

const packetInContest = (): Contest => {
  const { chunk, count } = samples.packetIns
  const sink = new Retaining(count)
  const framer = new Framer(sink, { versions: [4] })
  const kept = new Uint32Array(count * words)
  return {
    name: 'PACKET_IN, framing and decode',
    count,
    osken: 'packetIn',
    heddle: () => {
      framer.push(chunk)
      return sink.kept
    },
    bare: () => {
      const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength)
      let at = 0
      for (let start = 0; start < chunk.length; ) {
        const length = view.getUint16(start + 2)
        kept[at++] = view.getUint32(start + 8)
        kept[at++] = view.getUint32(start + 32)
        kept[at++] = start + 42
        kept[at++] = length - 42
        start += length
      }
      return kept
    },
  }
}

const batch = 500

const preparedContest = (): Contest => {
  const prepared = prepare(flowMod(1))
  const slab = new Slab()
  const out = new Uint8Array(prepared.bytes.length * batch)
  return {
    name: 'FLOW_MOD, prepared',
    count: batch,
    osken: 'flowMod',
    heddle: () => {
      for (let xid = 0; xid < batch; xid++) slab.put(prepared, xid)
      return slab.chunk()
    },
    bare: () => {
      for (let index = 0; index < batch; index++) out.set(prepared.bytes, index * prepared.bytes.length)
      return out
    },
  }
}

const fromObjectContest = (): Contest => {
  const slab = new Slab()
  const template = prepare(flowMod(1)).bytes
  const out = new Uint8Array(template.length * batch)
  const view = new DataView(out.buffer)
  return {
    name: 'FLOW_MOD, from a match object',
    count: batch,
    osken: 'flowMod',
    heddle: () => {
      for (let xid = 0; xid < batch; xid++) slab.message(flowMod(xid))
      return slab.chunk()
    },
    bare: () => {
      for (let index = 0; index < batch; index++) {
        const at = index * template.length
        for (let word = 0; word < template.length; word += 4) view.setUint32(at + word, index)
      }
      return out
    },
  }
}

const viewContest = (): Contest => {
  const bytes = samples.flowStats
  const count = samples.flowStatsEntries
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const flows = new FlowStatsView()
  const kept = new Float64Array(count * words)
  return {
    name: 'flow-stats entry, read in place',
    count,
    osken: 'flowStats',
    heddle: () => {
      flows.reset(view, 0, bytes.length)
      for (let at = 0; flows.next(); at += words) {
        kept[at] = flows.cookieLow
        kept[at + 1] = flows.priority
        kept[at + 2] = flows.packetCount
        kept[at + 3] = flows.instructionsStart
      }
      return kept
    },
    bare: bareFlowStats(view, bytes.length, kept),
  }
}

const bareFlowStats = (view: DataView, end: number, kept: Float64Array) => (): Float64Array => {
  let at = 0
  for (let start = 16; start < end; start += view.getUint16(start)) {
    kept[at++] = view.getUint32(start + 28)
    kept[at++] = view.getUint16(start + 12)
    kept[at++] = view.getUint32(start + 36)
    kept[at++] = start + 104
  }
  return kept
}

const objectsContest = (): Contest => {
  const bytes = samples.flowStats
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const kept = new Float64Array(samples.flowStatsEntries * words)
  return {
    name: 'flow-stats entry, as objects',
    count: samples.flowStatsEntries,
    osken: 'flowStats',
    heddle: () => decodeMessage(bytes),
    bare: bareFlowStats(view, bytes.length, kept),
  }
}

export const contests = (): readonly Contest[] => [
  packetInContest(),
  preparedContest(),
  fromObjectContest(),
  viewContest(),
  objectsContest(),
]
