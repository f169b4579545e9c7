import { ProtocolError } from '../../../controller/openflow/wire/errors.ts'

/** A packet that waits in the switch for what the controller says. */
export interface BufferedPacket {
  readonly inPort: number
  readonly frame: Uint8Array
}

/** The last packets of which a packet-in had only a part. */
export class Buffers {
  private readonly limit: number
  private readonly packets = new Map<number, BufferedPacket>()
  private next = 1

  constructor(limit: number) {
    this.limit = limit
  }

  /** Keeps a packet, in place of the oldest where there are too many; undefined where none is kept. */
  keep(packet: BufferedPacket): number | undefined {
    if (this.limit === 0) return undefined
    const id = this.next
    this.next = (this.next + 1) % 0x7fff_ffff
    this.packets.set(id, packet)
    if (this.packets.size > this.limit) {
      const [oldest] = this.packets.keys()
      if (oldest !== undefined) this.packets.delete(oldest)
    }
    return id
  }

  /** Gives a packet out, once. @throws ProtocolError where none waits under the number */
  take(id: number): BufferedPacket {
    const packet = this.packets.get(id)
    if (!packet) throw new ProtocolError('OFPBRC_BUFFER_UNKNOWN', `buffer ${id}`)
    this.packets.delete(id)
    return packet
  }
}
