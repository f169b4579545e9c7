import { EncodeError, type FlowTemplate, of10, type PacketInView, type PreparedActions } from '../openflow/index.ts'
import type { Channel } from './channel.ts'
import { output, type Reply } from './reply.ts'

/** Bytes of a packet-out before the port of its first output action. */
const portAt = 20

/** @throws EncodeError saying why there is no such thing in OpenFlow 1.0 */
const said = <T>(form: T | EncodeError): T => {
  if (form instanceof EncodeError) throw form
  return form
}

/** Answers in OpenFlow 1.0. */
export class Reply10 implements Reply {
  private readonly channel: Channel

  constructor(channel: Channel) {
    this.channel = channel
  }

  flow(template: FlowTemplate, packet: PacketInView, outPort: number): void {
    const { slab } = this.channel
    if (!of10.writeFlowFor10(slab, said(template.of10), packet, outPort)) {
      const at = of10.writePacketOutFor10(slab, said(output.of10), packet)
      slab.view.setUint16(at + portAt, outPort)
    }
    this.channel.schedule()
  }

  packetOut(actions: PreparedActions, packet: PacketInView): void {
    of10.writePacketOutFor10(this.channel.slab, said(actions.of10), packet)
    this.channel.schedule()
  }
}
