import type { Action } from '../actions/actions.ts'
import { copyBytes, copyMac } from '../hot/copy.ts'
import type { PacketInView } from '../hot/packet-in-view.ts'
import type { Slab } from '../hot/slab.ts'
import { type FlowMod, NO_BUFFER } from '../messages/flow-mod.ts'
import { checkLength } from '../wire/codec.ts'
import { EncodeError } from '../wire/errors.ts'
import { Writer } from '../wire/writer.ts'
import { actions10 } from './actions.ts'
import { matchLength } from './exact-match.ts'
import { actionsFrom13, flowFrom13 } from './from-13.ts'
import { encodeMessage } from './messages.ts'

/** A flow-mod of OpenFlow 1.0 to be stamped; each place is an offset in `bytes`, or 0 where there is none. */
export interface FlowTemplate10 {
  readonly bytes: Uint8Array
  readonly inPortAt: number
  readonly ethDstAt: number
  readonly ethSrcAt: number
  /** Of the first output action. */
  readonly outPortAt: number
}

/** Offsets in a flow-mod (OpenFlow 1.0 §5.2.3, §5.3.3). */
const matchAt = 8
const bufferIdAt = 64
const actionsAt = matchAt + matchLength + 24
/** Bits of the wildcards. */
const wild = { inPort: 1 << 0, ethSrc: 1 << 2, ethDst: 1 << 3 } as const
const OUTPUT = 0
const ethernetHeader = 14 // bytes

const outputAt = (view: DataView): number => {
  for (let at = actionsAt; at < view.byteLength; at += view.getUint16(at + 2)) {
    if (view.getUint16(at) === OUTPUT) return at + 4
  }
  return 0
}

/** What `make` gives, or the reason why OpenFlow 1.0 has no such thing. */
const orReason = <T>(make: () => T): T | EncodeError => {
  try {
    return make()
  } catch (error) {
    if (error instanceof EncodeError) return error
    throw error
  }
}

/** The flow-mod of a template in OpenFlow 1.0, or why it cannot be said there. */
export const flowTemplate10 = (flow: FlowMod): FlowTemplate10 | EncodeError =>
  orReason(() => {
    const bytes = encodeMessage(flowFrom13(flow))
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const wildcards = view.getUint32(matchAt)
    const place = (bit: number, at: number): number => ((wildcards & bit) === 0 ? at : 0)
    return {
      bytes,
      inPortAt: place(wild.inPort, 12),
      ethDstAt: place(wild.ethDst, 20),
      ethSrcAt: place(wild.ethSrc, 14),
      outPortAt: outputAt(view),
    }
  })

/** The bytes of actions in OpenFlow 1.0, or why they cannot be said there. */
export const prepareActions10 = (list: readonly Action[]): Uint8Array | EncodeError =>
  orReason(() => {
    const writer = new Writer()
    actions10.encode(writer, actionsFrom13(list), 'actions')
    return writer.finish()
  })

/** Appends the flow of a template for packets like this one, as `writeFlowFor` does in OpenFlow 1.3. */
export const writeFlowFor10 = (
  slab: Slab,
  template: FlowTemplate10,
  packet: PacketInView,
  outPort: number,
): boolean => {
  if (packet.dataLength < ethernetHeader) throw new RangeError(`a packet of ${packet.dataLength} bytes`)
  const { bytes, inPortAt, ethDstAt, ethSrcAt, outPortAt } = template
  const at = slab.reserve(bytes.length)
  const { view } = slab
  const { bufferId } = packet
  slab.bytes.set(bytes, at)
  view.setUint32(at + bufferIdAt, bufferId)
  if (inPortAt > 0) view.setUint16(at + inPortAt, packet.inPort)
  if (ethDstAt > 0) copyMac(view, at + ethDstAt, packet.view, packet.dataStart)
  if (ethSrcAt > 0) copyMac(view, at + ethSrcAt, packet.view, packet.dataStart + 6)
  if (outPortAt > 0) view.setUint16(at + outPortAt, outPort)
  return bufferId !== NO_BUFFER
}

/** First word of a packet-out: version 1, type 13; its length is the low 16 bits. */
const packetOutWord = 0x010d_0000
const packetOutFixed = 16

/**
 * Appends a packet-out for the packet of a packet-in (OpenFlow 1.0 §5.3.6), with its bytes or with
 * the number of the buffer that holds it.
 *
 * @param actions as `prepareActions10` gives them
 * @returns where it begins in the slab
 */
export const writePacketOutFor10 = (slab: Slab, actions: Uint8Array, packet: PacketInView): number => {
  const { bufferId, inPort } = packet
  const length = bufferId === NO_BUFFER ? packet.dataLength : 0
  const dataAt = packetOutFixed + actions.length
  const at = slab.reserve(checkLength(dataAt + length, 'packetOut'))
  const { view } = slab
  view.setUint32(at, packetOutWord | (dataAt + length))
  view.setUint32(at + 4, 0)
  view.setUint32(at + 8, bufferId)
  view.setUint32(at + 12, (inPort << 16) | actions.length)
  copyBytes(slab.bytes, at + packetOutFixed, actions)
  if (length > 0) packet.copy(slab.bytes, at + dataAt)
  return at
}
