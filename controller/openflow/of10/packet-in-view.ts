import { ProtocolError } from '../wire/errors.ts'

/** Bytes before the packet (OpenFlow 1.0 §5.4.1). */
const fixedLength = 18

const nowhere = new DataView(new ArrayBuffer(0))

/**
 * A PACKET_IN of OpenFlow 1.0 read in place, in the buffer that it was received in (§5.4.1). One
 * view serves for any number of messages, one after the other: what it shows is good until the
 * next `reset`, or until the buffer is used again. Copy what must last.
 */
export class PacketInView10 {
  view: DataView = nowhere
  /** Where the message starts and ends in the buffer. */
  start = 0
  end = 0

  /**
   * Points the view at a whole message.
   *
   * @throws ProtocolError when it is too short for a PACKET_IN
   */
  reset(view: DataView, start: number, end: number): this {
    if (end - start < fixedLength) this.refuse(end - start)
    this.view = view
    this.start = start
    this.end = end
    return this
  }

  private refuse(length: number): never {
    throw new ProtocolError('OFPBRC_BAD_LEN', `a PACKET_IN of ${length} bytes`)
  }

  get xid(): number {
    return this.view.getUint32(this.start + 4)
  }

  /** 0xffffffff where the switch keeps no copy of the packet. */
  get bufferId(): number {
    return this.view.getUint32(this.start + 8)
  }

  /** Bytes of the packet, of which `dataLength` are here. */
  get totalLength(): number {
    return this.view.getUint16(this.start + 12)
  }

  /** The port that the packet came in by. */
  get inPort(): number {
    return this.view.getUint16(this.start + 14)
  }

  /** One of PacketInReason. */
  get reason(): number {
    return this.view.getUint8(this.start + 16)
  }

  /** Where the packet's bytes start in the buffer; they reach to `end`. */
  get dataStart(): number {
    return this.start + fixedLength
  }

  get dataLength(): number {
    return this.end - this.start - fixedLength
  }

  /** A copy of the packet, safe to keep. */
  data(): Uint8Array {
    return new Uint8Array(this.view.buffer, this.view.byteOffset + this.dataStart, this.dataLength).slice()
  }
}
