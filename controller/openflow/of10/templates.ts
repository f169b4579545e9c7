import type { PacketInView } from '../hot/packet-in-view.ts'
import { FlowModCommand, NO_BUFFER } from '../messages/flow-mod.ts'
import { matchLength, writeExactMatch } from './exact-match.ts'
import type { FlowMod10 } from './flow.ts'
import { encodeMessage } from './messages.ts'
import { Port10 } from './ports.ts'

/** Bytes of a flow-mod with one output action. */
export const FLOW_MOD_LENGTH = 80
/** Bytes of a packet-out with one output action, before the packet. */
export const PACKET_OUT_LENGTH = 24

/** The parts of a flow that all flows of a template have in common. */
export type FlowModOptions = Partial<Pick<FlowMod10, 'cookie' | 'idleTimeout' | 'hardTimeout' | 'priority' | 'flags'>>

/** A flow-mod encoded once, to be stamped with what differs. */
export interface FlowModTemplate {
  readonly view: DataView
}

/**
 * Prepares flow-mods that add an exact match with one output.
 *
 * @throws EncodeError naming the option that does not fit
 */
export const flowModTemplate = (options: FlowModOptions = {}): FlowModTemplate => {
  const bytes = encodeMessage({
    type: 'flowMod',
    xid: 0,
    match: {},
    cookie: 0n,
    command: FlowModCommand.ADD,
    idleTimeout: 0,
    hardTimeout: 0,
    // Exact matches have the highest priority in any case (OpenFlow 1.0 §3.4).
    priority: 0xffff,
    bufferId: NO_BUFFER,
    outPort: Port10.NONE,
    flags: 0,
    actions: [{ type: 'output', port: 0, maxLen: 0 }],
    ...options,
  })
  return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) }
}

/**
 * Writes the flow-mod, FLOW_MOD_LENGTH bytes, that answers a packet-in: packets like it, and the
 * one that the switch keeps in the buffer, go out by `outPort`. The xid is the packet-in's.
 *
 * @throws ProtocolError when the packet is shorter than an Ethernet header
 */
export const writeFlowMod = (
  out: DataView,
  at: number,
  template: FlowModTemplate,
  packetIn: PacketInView,
  outPort: number,
): void => {
  const { view } = template
  out.setUint32(at, view.getUint32(0))
  out.setUint32(at + 4, packetIn.xid)
  writeExactMatch(out, at + 8, packetIn.view, packetIn.dataStart, packetIn.end, packetIn.inPort)
  const rest = at + 8 + matchLength
  out.setUint32(rest, view.getUint32(48)) // cookie
  out.setUint32(rest + 4, view.getUint32(52))
  out.setUint32(rest + 8, view.getUint32(56)) // command, idle timeout
  out.setUint32(rest + 12, view.getUint32(60)) // hard timeout, priority
  out.setUint32(rest + 16, packetIn.bufferId)
  out.setUint32(rest + 20, view.getUint32(68)) // out_port, flags
  out.setUint32(rest + 24, view.getUint32(72)) // action type and length
  out.setUint32(rest + 28, outPort << 16)
}

/** The first word of a packet-out without its length: version 1, type 13. */
const packetOutWord = 0x010d_0000
/** Type and length of an output action. */
const outputWord = 0x0000_0008

const writeHead = (
  out: DataView,
  at: number,
  length: number,
  xid: number,
  bufferId: number,
  inPort: number,
  outPort: number,
): void => {
  out.setUint32(at, packetOutWord | length)
  out.setUint32(at + 4, xid)
  out.setUint32(at + 8, bufferId)
  out.setUint32(at + 12, (inPort << 16) | 8) // 8 bytes of actions
  out.setUint32(at + 16, outputWord)
  out.setUint32(at + 20, outPort << 16)
}

/** Writes a packet-out, PACKET_OUT_LENGTH bytes, for a packet in a buffer of the switch. */
export const writePacketOut = (
  out: DataView,
  at: number,
  xid: number,
  bufferId: number,
  inPort: number,
  outPort: number,
): void => writeHead(out, at, PACKET_OUT_LENGTH, xid, bufferId, inPort, outPort)

/**
 * Writes a packet-out with the packet that lies in `packet` from `start` to `end`:
 * PACKET_OUT_LENGTH bytes and the packet's, at most 65535 together.
 */
export const writePacketOutData = (
  out: DataView,
  at: number,
  xid: number,
  inPort: number,
  outPort: number,
  packet: DataView,
  start: number,
  end: number,
): void => {
  writeHead(out, at, PACKET_OUT_LENGTH + end - start, xid, NO_BUFFER, inPort, outPort)
  let from = start
  let to = at + PACKET_OUT_LENGTH
  for (; end - from >= 4; from += 4, to += 4) out.setUint32(to, packet.getUint32(from))
  for (; from < end; from++, to++) out.setUint8(to, packet.getUint8(from))
}
