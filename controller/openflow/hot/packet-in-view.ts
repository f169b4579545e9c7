import { match } from '../fields/match.ts'
import { decodeOxms } from '../fields/match-codec.ts'
import type { Match } from '../fields/oxm.ts'
import { ProtocolError } from '../wire/errors.ts'
import { Reader } from '../wire/reader.ts'

/** OXM header of in_port: class 0x8000, field 0, no mask, 4 bytes. */
const inPortHeader = 0x80000004
/** Bytes before the match (OpenFlow 1.3.5 §7.4.1). */
const fixedLength = 24
/** Bytes before the packet in OpenFlow 1.0 (§5.4.1 there). */
const fixedLength10 = 18
/** Reserved ports have 16 more one bits since OpenFlow 1.1; apps know them so. */
const firstReserved10 = 0xff00
const reservedBits = 0xffff_0000
/** Bytes of the match's own header. */
const matchHeader = 4

const nowhere = new DataView(new ArrayBuffer(0))

/**
 * A PACKET_IN read in place, in the buffer that it was received in. One view serves for any number
 * of messages of either version, one after the other: what it shows is good until the next `reset`,
 * or until the buffer is used again. Copy what must last.
 */
export class PacketInView {
  view: DataView = nowhere
  /** Where the message starts and ends in the buffer. */
  start = 0
  end = 0
  /** The port that the packet came in by, or -1 where the message does not say; always of 32 bits. */
  inPort = -1
  /** Where the packet's bytes start in the buffer; they reach to `end`. */
  dataStart = 0
  /** Bytes of the match with its header; 0 for OpenFlow 1.0, which has no match here. */
  matchLength = 0

  /**
   * Points the view at a whole message of OpenFlow 1.3.
   *
   * @throws ProtocolError when the match or the packet does not fit the message
   */
  reset(view: DataView, start: number, end: number): this {
    if (end - start < fixedLength + 8) this.refuse(end - start)
    const matchLength = view.getUint16(start + fixedLength + 2)
    const dataStart = start + fixedLength + ((matchLength + 7) & ~7) + 2
    if (matchLength < matchHeader || dataStart > end) this.refuse(end - start)
    this.view = view
    this.start = start
    this.end = end
    this.matchLength = matchLength
    this.dataStart = dataStart
    const first = start + fixedLength + matchHeader
    // Open vSwitch writes in_port first, and often nothing else.
    this.inPort =
      matchLength >= 12 && view.getUint32(first) === inPortHeader ? view.getUint32(first + 4) : this.findInPort(first)
    return this
  }

  /**
   * Points the view at a whole message of OpenFlow 1.0.
   *
   * @throws ProtocolError when it is too short for a PACKET_IN
   */
  reset10(view: DataView, start: number, end: number): this {
    if (end - start < fixedLength10) this.refuse(end - start)
    this.view = view
    this.start = start
    this.end = end
    this.matchLength = 0
    this.dataStart = start + fixedLength10
    const inPort = view.getUint16(start + 14)
    this.inPort = inPort < firstReserved10 ? inPort : (inPort | reservedBits) >>> 0
    return this
  }

  private refuse(length: number): never {
    throw new ProtocolError('OFPBRC_BAD_LEN', `a PACKET_IN of ${length} bytes with its match and packet`)
  }

  private findInPort(first: number): number {
    const { view } = this
    const end = this.start + fixedLength + this.matchLength
    for (let at = first; at + 8 <= end; ) {
      const header = view.getUint32(at)
      if (header === inPortHeader) return view.getUint32(at + 4)
      at += 4 + (header & 0xff)
    }
    return -1
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

  /** One of PacketInReason. */
  get reason(): number {
    return this.view.getUint8(this.start + (this.matchLength === 0 ? 16 : 14))
  }

  /** 0 in OpenFlow 1.0, which does not say, as with the cookie. */
  get tableId(): number {
    return this.matchLength === 0 ? 0 : this.view.getUint8(this.start + 15)
  }

  get cookieHigh(): number {
    return this.matchLength === 0 ? 0 : this.view.getUint32(this.start + 16)
  }

  get cookieLow(): number {
    return this.matchLength === 0 ? 0 : this.view.getUint32(this.start + 20)
  }

  get dataLength(): number {
    return this.end - this.dataStart
  }

  /**
   * What the switch knows of the packet beside its bytes; in OpenFlow 1.0 that is the port.
   *
   * @throws ProtocolError when a field of the match is malformed
   */
  match(): Match {
    if (this.matchLength === 0) return match({ inPort: this.inPort })
    const at = this.start + fixedLength
    return decodeOxms(new Reader(this.view, at + matchHeader, at + this.matchLength, 'OFPBMC_BAD_LEN'))
  }

  /** Writes the packet's bytes to `target` from `at` on. */
  copy(target: Uint8Array, at: number): void {
    target.set(new Uint8Array(this.view.buffer, this.view.byteOffset + this.dataStart, this.dataLength), at)
  }

  /** A view of a copy of the message, which stays good. */
  keep(): PacketInView {
    const { view, start, end } = this
    const kept = new PacketInView()
    kept.view = new DataView(new Uint8Array(view.buffer, view.byteOffset + start, end - start).slice().buffer)
    kept.end = end - start
    kept.inPort = this.inPort
    kept.dataStart = this.dataStart - start
    kept.matchLength = this.matchLength
    return kept
  }

  /** A copy of the packet, safe to keep. */
  data(): Uint8Array {
    const bytes = new Uint8Array(this.dataLength)
    this.copy(bytes, 0)
    return bytes
  }
}
