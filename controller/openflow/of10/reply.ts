import type { Action } from '../actions/actions.ts'
import { copyBytes } from '../hot/copy.ts'
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

/** A flow-mod of OpenFlow 1.0 to be stamped; each place is an offset in `view`, or 0 where there is none. */
export interface FlowTemplate10 {
  /** Of whole 32-bit words. */
  readonly view: DataView
  readonly inPortAt: number
  readonly ethDstAt: number
  readonly ethSrcAt: number
  /** Of the first output action. */
  readonly outPortAt: number
}

/** Offsets in a flow-mod (OpenFlow 1.0 §5.2.3, §5.3.3). */
const matchAt = 8
/** Of the fields up to dl_vlan, and behind them. */
const fieldsAt = 12
const vlanAt = 26
const restAt = 28
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
      view,
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

/** The first fields of a match, each from the packet where it is a place. */
const writeFields = (view: DataView, at: number, template: FlowTemplate10, packet: PacketInView): void => {
  const { view: words, inPortAt, ethSrcAt, ethDstAt } = template
  const { view: from, dataStart } = packet
  for (let word = fieldsAt; word < restAt; word += 4) view.setUint32(at + word, words.getUint32(word))
  if (inPortAt > 0) view.setUint16(at + inPortAt, packet.inPort)
  if (ethSrcAt > 0) {
    view.setUint16(at + ethSrcAt, from.getUint16(dataStart + 6))
    view.setUint32(at + ethSrcAt + 2, from.getUint32(dataStart + 8))
  }
  if (ethDstAt > 0) {
    view.setUint32(at + ethDstAt, from.getUint32(dataStart))
    view.setUint16(at + ethDstAt + 4, from.getUint16(dataStart + 4))
  }
}

/** Appends the flow of a template for packets like this one, as `writeFlowFor` does in OpenFlow 1.3. */
export const writeFlowFor10 = (
  slab: Slab,
  template: FlowTemplate10,
  packet: PacketInView,
  outPort: number,
): boolean => {
  if (packet.dataLength < ethernetHeader) throw new RangeError(`a packet of ${packet.dataLength} bytes`)
  const { view: words } = template
  const { byteLength } = words
  const { view: from, dataStart, bufferId } = packet
  const at = slab.reserve(byteLength)
  const { view } = slab
  for (let word = 0; word < fieldsAt; word += 4) view.setUint32(at + word, words.getUint32(word))
  const { inPortAt, ethSrcAt, ethDstAt } = template
  // in_port and dl_src, dl_dst and dl_vlan share words: straight-line where all of them are places.
  if (inPortAt * ethSrcAt * ethDstAt > 0) {
    view.setUint32(at + fieldsAt, (packet.inPort << 16) | from.getUint16(dataStart + 6))
    view.setUint32(at + fieldsAt + 4, from.getUint32(dataStart + 8))
    view.setUint32(at + fieldsAt + 8, from.getUint32(dataStart))
    view.setUint32(at + fieldsAt + 12, (from.getUint16(dataStart + 4) << 16) | words.getUint16(vlanAt))
  } else writeFields(view, at, template, packet)
  for (let word = restAt; word < byteLength; word += 4) view.setUint32(at + word, words.getUint32(word))
  view.setUint32(at + bufferIdAt, bufferId)
  if (template.outPortAt > 0) view.setUint16(at + template.outPortAt, outPort)
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
