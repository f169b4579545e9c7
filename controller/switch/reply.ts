import {
  type FlowTemplate,
  NO_BUFFER,
  type PacketInView,
  Port,
  type PreparedActions,
  prepareActions,
  writeFlowFor,
} from '../openflow/index.ts'
import type { Channel } from './channel.ts'

/**
 * Answers to a switch's packet-ins, written straight into what it is sent next: no message object
 * is made, and all that answers one read goes out in one write. Templates and actions are the same
 * for switches of every version.
 */
export interface Reply {
  /**
   * Adds the flow of a template for packets like this one, and sends this one the same way.
   *
   * @throws RangeError when the packet is shorter than an Ethernet header
   * @throws EncodeError where the switch speaks OpenFlow 1.0, and the flow cannot be said there
   */
  flow(template: FlowTemplate, packet: PacketInView, outPort: number): void
  /**
   * Sends the packet on through actions, from the switch's buffer or with all of its bytes.
   *
   * @param actions as `prepareActions` gives them
   * @throws EncodeError where the switch speaks OpenFlow 1.0, and an action cannot be said there
   */
  packetOut(actions: PreparedActions, packet: PacketInView): void
}

/** Replies have no transaction of their own: errors to them come as messages with this id. */
const noXid = 0

/** Answers in OpenFlow 1.3. */
export class Reply13 implements Reply {
  private readonly channel: Channel

  constructor(channel: Channel) {
    this.channel = channel
  }

  flow(template: FlowTemplate, packet: PacketInView, outPort: number): void {
    const { slab } = this.channel
    if (writeFlowFor(slab, template, packet, outPort)) this.channel.schedule()
    else {
      this.packetOut(output, packet)
      slab.view.setUint32(slab.pos - packet.dataLength - afterPort, outPort)
    }
  }

  packetOut(actions: PreparedActions, packet: PacketInView): void {
    const { bufferId, view, dataStart, dataLength } = packet
    const inPort = packet.inPort < 0 ? Port.CONTROLLER : packet.inPort
    const length = bufferId === NO_BUFFER ? dataLength : 0
    const source = length === 0 ? noBytes : new Uint8Array(view.buffer, view.byteOffset + dataStart, dataLength)
    this.channel.slab.packetOut(actions, noXid, inPort, bufferId, source, 0, length)
    this.channel.schedule()
  }
}

const noBytes = new Uint8Array(0)
/** To a port that is stamped. */
export const output = prepareActions([{ type: 'output', port: 0, maxLen: 0 }])
/** Bytes of that action from its port on. */
const afterPort = 12
