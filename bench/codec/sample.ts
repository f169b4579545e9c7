import { encodeMessage, type FlowMod, type MessageNamed, match } from '../../controller/openflow/index.ts'

const noBuffer = 0xffff_ffff
const anyPort = 0xffff_ffff
const packetBytes = 64

/** What a switch sends of a 64-byte packet that misses in its table. */
const packetIn: MessageNamed<'packetIn'> = {
  type: 'packetIn',
  xid: 0,
  bufferId: noBuffer,
  totalLen: packetBytes,
  reason: 0,
  tableId: 0,
  cookie: 5n,
  match: match({ inPort: 3 }),
  data: Uint8Array.from({ length: packetBytes }, (_, index) => index),
}

/** A learning switch's exact flow: five fields, one output. */
export const flowMod = (number: number): FlowMod => ({
  type: 'flowMod',
  xid: number,
  cookie: 1n,
  cookieMask: 0n,
  tableId: 0,
  command: 0,
  idleTimeout: 10,
  hardTimeout: 0,
  priority: 100,
  bufferId: noBuffer,
  outPort: anyPort,
  outGroup: anyPort,
  flags: 0,
  match: match({
    inPort: 1,
    ethSrc: 0x001122334455,
    ethDst: 0x665544330000 + (number & 0xffff),
    ethType: 0x0800,
    ipv4Dst: 0x0a000001,
  }),
  instructions: [{ type: 'applyActions', actions: [{ type: 'output', port: 2, maxLen: 0 }] }],
})

const flowStats = (entries: number): MessageNamed<'flowStatsReply'> => ({
  type: 'flowStatsReply',
  xid: 0,
  flags: 0,
  flows: Array.from({ length: entries }, (_, index) => {
    const { tableId, priority, idleTimeout, hardTimeout, flags, cookie, match: fields, instructions } = flowMod(index)
    return {
      ...{ tableId, priority, idleTimeout, hardTimeout, flags, cookie, match: fields, instructions },
      ...{ durationSec: index, durationNsec: 5, packetCount: BigInt(index), byteCount: BigInt(index * packetBytes) },
    }
  }),
})

const repeated = (bytes: Uint8Array, total: number): { chunk: Uint8Array; count: number } => {
  const count = Math.floor(total / bytes.length)
  const chunk = new Uint8Array(count * bytes.length)
  for (let index = 0; index < count; index++) chunk.set(bytes, index * bytes.length)
  return { chunk, count }
}

const chunkBytes = 0x1_0000
const entriesPerReply = 400

/** The bytes that all contestants read. */
export const samples = {
  packetIn: encodeMessage(packetIn),
  /** One read of a busy socket: packet-ins one behind the other. */
  packetIns: repeated(encodeMessage(packetIn), chunkBytes),
  flowStats: encodeMessage(flowStats(entriesPerReply)),
  flowStatsEntries: entriesPerReply,
  packetBytes,
}
