import { decodeOxms } from '../fields/match-codec.ts'
import type { Match } from '../fields/oxm.ts'
import { type Instruction, instructions } from '../instructions/instructions.ts'
import { ProtocolError } from '../wire/errors.ts'
import { Reader } from '../wire/reader.ts'

/** Bytes of a multipart reply before its body. */
const replyHeader = 16
/** Bytes of an entry before its match. */
const entryFixed = 48
const matchHeader = 4

const nowhere = new DataView(new ArrayBuffer(0))

/**
 * The entries of a flow-stats reply, read in place one after the other (OpenFlow 1.3.5
 * §7.3.5.2): `while (flows.next()) …`. To compare a flow with one that is wanted, its match and
 * instructions need not be decoded: their bytes are at `matchStart` and `instructionsStart`.
 */
export class FlowStatsView {
  view: DataView = nowhere
  /** Where the current entry starts and ends in the buffer. */
  start = 0
  end = 0
  matchLength = 0
  /** Where the instructions of the current entry start; they reach to `end`. */
  instructionsStart = 0
  private limit = 0

  /** Points the view before the first entry of a whole flow-stats reply. */
  reset(view: DataView, start: number, end: number): this {
    this.view = view
    this.start = start
    this.end = start + replyHeader
    this.limit = end
    return this
  }

  /**
   * Moves to the next entry, and says whether there is one.
   *
   * @throws ProtocolError when the entry does not fit the message
   */
  next(): boolean {
    const start = this.end
    if (start >= this.limit) return false
    const { view, limit } = this
    if (limit - start < entryFixed + 8) this.refuse(limit - start)
    const length = view.getUint16(start)
    const matchLength = view.getUint16(start + entryFixed + 2)
    const instructionsStart = start + entryFixed + ((matchLength + 7) & ~7)
    const end = start + length
    if (end > limit || matchLength < matchHeader || instructionsStart > end) this.refuse(length)
    this.start = start
    this.end = end
    this.matchLength = matchLength
    this.instructionsStart = instructionsStart
    return true
  }

  private refuse(length: number): never {
    throw new ProtocolError('OFPBRC_BAD_LEN', `a flow-stats entry of ${length} bytes`)
  }

  get tableId(): number {
    return this.view.getUint8(this.start + 2)
  }

  get durationSec(): number {
    return this.view.getUint32(this.start + 4)
  }

  get durationNsec(): number {
    return this.view.getUint32(this.start + 8)
  }

  get priority(): number {
    return this.view.getUint16(this.start + 12)
  }

  /** Seconds. */
  get idleTimeout(): number {
    return this.view.getUint16(this.start + 14)
  }

  /** Seconds. */
  get hardTimeout(): number {
    return this.view.getUint16(this.start + 16)
  }

  /** FlowModFlags. */
  get flags(): number {
    return this.view.getUint16(this.start + 18)
  }

  get cookieHigh(): number {
    return this.view.getUint32(this.start + 24)
  }

  get cookieLow(): number {
    return this.view.getUint32(this.start + 28)
  }

  /** Exact up to 2^53. */
  get packetCount(): number {
    return this.view.getUint32(this.start + 32) * 0x1_0000_0000 + this.view.getUint32(this.start + 36)
  }

  /** Exact up to 2^53. */
  get byteCount(): number {
    return this.view.getUint32(this.start + 40) * 0x1_0000_0000 + this.view.getUint32(this.start + 44)
  }

  /** Where the fields of the match start; they are `matchLength` - 4 bytes. */
  get matchStart(): number {
    return this.start + entryFixed + matchHeader
  }

  /** @throws ProtocolError when a field is malformed */
  match(): Match {
    return decodeOxms(
      new Reader(this.view, this.matchStart, this.start + entryFixed + this.matchLength, 'OFPBMC_BAD_LEN'),
    )
  }

  /** @throws ProtocolError when an instruction is malformed */
  instructions(): readonly Instruction[] {
    return instructions.decode(new Reader(this.view, this.instructionsStart, this.end, 'OFPBIC_BAD_LEN'))
  }
}
