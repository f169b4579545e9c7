import { type FlowMod, NO_BUFFER } from '../messages/flow-mod.ts'
import { encodeMessage } from '../messages/messages.ts'
import { type FlowTemplate10, flowTemplate10 } from '../of10/reply.ts'
import type { EncodeError } from '../wire/errors.ts'
import { copyMac } from './copy.ts'
import type { PacketInView } from './packet-in-view.ts'
import type { Slab } from './slab.ts'

/**
 * A flow-mod encoded once, to be stamped with what differs from packet to packet. Each place is
 * the offset of its value in `bytes`, or 0 where the flow-mod has no such field.
 */
export interface FlowTemplate {
  readonly bytes: Uint8Array
  readonly inPortAt: number
  readonly ethDstAt: number
  readonly ethSrcAt: number
  /** Of the first output action. */
  readonly outPortAt: number
  /** The same flow for OpenFlow 1.0, or why it cannot be said there. */
  readonly of10: FlowTemplate10 | EncodeError
}

/** Offsets in a flow-mod (OpenFlow 1.3.5 §7.3.4.1). */
const bufferIdAt = 32
const matchAt = 48
/** OXM headers without masks (OpenFlow 1.3.5 §7.2.3.7). */
const header = { inPort: 0x8000_0004, ethDst: 0x8000_0606, ethSrc: 0x8000_0806 } as const
const APPLY_ACTIONS = 4
const OUTPUT = 0
const ethernetHeader = 14 // bytes

/** Where the value of a field lies that is matched without a mask; 0 where it is not. */
const valueAt = (view: DataView, wanted: number): number => {
  const end = matchAt + view.getUint16(matchAt + 2)
  for (let at = matchAt + 4; at < end; at += 4 + view.getUint8(at + 3)) if (view.getUint32(at) === wanted) return at + 4
  return 0
}

/** Where the port of the first output action lies among applied actions; 0 where there is none. */
const outputAt = (view: DataView): number => {
  const first = matchAt + ((view.getUint16(matchAt + 2) + 7) & ~7)
  for (let at = first; at < view.byteLength; at += view.getUint16(at + 2)) {
    if (view.getUint16(at) !== APPLY_ACTIONS) continue
    const end = at + view.getUint16(at + 2)
    for (let action = at + 8; action < end; action += view.getUint16(action + 2)) {
      if (view.getUint16(action) === OUTPUT) return action + 4
    }
  }
  return 0
}

/**
 * Prepares a flow-mod for packets that are still to come: what it matches of in_port, eth_dst and
 * eth_src, and the port of its first output, are only places for their values.
 *
 * @throws EncodeError naming the member that does not fit
 */
export const flowTemplate = (flow: FlowMod): FlowTemplate => {
  const bytes = encodeMessage(flow)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return {
    bytes,
    inPortAt: valueAt(view, header.inPort),
    ethDstAt: valueAt(view, header.ethDst),
    ethSrcAt: valueAt(view, header.ethSrc),
    outPortAt: outputAt(view),
    of10: flowTemplate10(flow),
  }
}

/**
 * Appends the flow of a template for packets like this one, going out by `outPort`. The packet
 * goes with it where the switch keeps it in a buffer.
 *
 * @returns whether the packet goes with it
 * @throws RangeError when the packet is shorter than an Ethernet header
 */
export const writeFlowFor = (slab: Slab, template: FlowTemplate, packet: PacketInView, outPort: number): boolean => {
  if (packet.dataLength < ethernetHeader) throw new RangeError(`a packet of ${packet.dataLength} bytes`)
  const { bytes, inPortAt, ethDstAt, ethSrcAt, outPortAt } = template
  const at = slab.reserve(bytes.length)
  const { view } = slab
  const { bufferId } = packet
  slab.bytes.set(bytes, at)
  view.setUint32(at + bufferIdAt, bufferId)
  if (inPortAt > 0) view.setUint32(at + inPortAt, packet.inPort)
  if (ethDstAt > 0) copyMac(view, at + ethDstAt, packet.view, packet.dataStart)
  if (ethSrcAt > 0) copyMac(view, at + ethSrcAt, packet.view, packet.dataStart + 6)
  if (outPortAt > 0) view.setUint32(at + outPortAt, outPort)
  return bufferId !== NO_BUFFER
}
