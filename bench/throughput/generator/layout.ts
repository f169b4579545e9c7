import { encodeMessage, match, of10 } from '../../../controller/openflow/index.ts'
import type { OpenFlowVersion } from '../job.ts'

/** Ports of an emulated switch, numbered from 1. */
export const ports = 4
/** How many packets the emulated switches say they can keep. */
export const buffers = 4096

/** A UDP packet between two hosts; its addresses are stamped. 64 bytes, as cbench sends. */
const packet = Uint8Array.from([
  ...[2, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0x08, 0x00],
  ...[0x45, 0, 0, 50, 0, 0, 0x40, 0, 64, 17, 0x26, 0xb9, 10, 0, 0, 1, 10, 0, 0, 2],
  ...[0x27, 0x10, 0x27, 0x11, 0, 30, 0, 0],
  ...new Array<number>(22).fill(0),
])

/** Where what is stamped lies in a packet-in, and what names the packet-in in an answer. */
export interface Layout {
  readonly version: number
  readonly packetIn: Uint8Array
  /** The word that ends with the port; its other bits are in `portBits`. */
  readonly portAt: number
  readonly portBits: number
  /** Destination address; the source address follows 6 bytes behind. */
  readonly dataAt: number
  /** Of a flow-mod. */
  readonly flowBufferAt: number
  /** Of a packet-out: 16 bits that say how long the actions are, and where those begin. */
  readonly actionsLengthAt: number
  readonly actionsAt: number
}

export const packetInBufferAt = 8
export const packetOutBufferAt = 8

const layout13 = (cookie: bigint): Layout => ({
  version: 4,
  packetIn: encodeMessage({
    type: 'packetIn',
    xid: 0,
    bufferId: 0,
    totalLen: packet.length,
    reason: 0,
    tableId: 0,
    cookie,
    match: match({ inPort: 1 }),
    data: packet,
  }),
  portAt: 32,
  portBits: 0,
  dataAt: 42,
  flowBufferAt: 32,
  actionsLengthAt: 16,
  actionsAt: 24,
})

const layout10 = (): Layout => ({
  version: 1,
  packetIn: of10.encodeMessage({
    type: 'packetIn',
    xid: 0,
    bufferId: 0,
    totalLen: packet.length,
    inPort: 1,
    reason: 0,
    data: packet,
  }),
  portAt: 12,
  portBits: packet.length << 16,
  dataAt: 18,
  flowBufferAt: 64,
  actionsLengthAt: 14,
  actionsAt: 16,
})

/** @param cookie of the flow that sends packets to the controller; OpenFlow 1.0 does not say */
export const layoutOf = (openflow: OpenFlowVersion, cookie: bigint): Layout =>
  openflow === '1.3' ? layout13(cookie) : layout10()
