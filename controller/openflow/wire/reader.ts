import type { ErrorName } from './error-table.ts'
import { ProtocolError } from './errors.ts'
import { decodeText } from './text.ts'

/**
 * Reads big-endian values from a bounded part of a buffer. Every read is checked: going past
 * `end` throws a ProtocolError with the `badLength` name of the part being read.
 */
export class Reader {
  readonly view: DataView
  pos: number
  readonly end: number
  readonly badLength: ErrorName
  /** How deep in nested lists of actions and messages this part lies. */
  readonly depth: number

  constructor(view: DataView, pos: number, end: number, badLength: ErrorName = 'OFPBRC_BAD_LEN', depth = 0) {
    this.view = view
    this.pos = pos
    this.end = end
    this.badLength = badLength
    this.depth = depth
  }

  static of(bytes: Uint8Array, badLength?: ErrorName): Reader {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return new Reader(view, 0, bytes.byteLength, badLength)
  }

  get remaining(): number {
    return this.end - this.pos
  }

  /** Throws the part's length error. */
  fail(message: string): never {
    throw new ProtocolError(this.badLength, `${message} at byte ${this.pos}`)
  }

  /** Moves past `length` bytes and gives the position before them. */
  take(length: number): number {
    const at = this.pos
    if (length > this.end - at) this.fail(`${length} bytes needed, ${this.end - at} left`)
    this.pos = at + length
    return at
  }

  skip(length: number): void {
    this.take(length)
  }

  u8(): number {
    return this.view.getUint8(this.take(1))
  }

  u16(): number {
    return this.view.getUint16(this.take(2))
  }

  u32(): number {
    return this.view.getUint32(this.take(4))
  }

  u64(): bigint {
    return this.view.getBigUint64(this.take(8))
  }

  /** A 48-bit number. */
  mac(): number {
    const at = this.take(6)
    return this.view.getUint16(at) * 0x1_0000_0000 + this.view.getUint32(at + 2)
  }

  /** An unsigned number of 7 or more bytes. */
  big(length: number): bigint {
    const at = this.take(length)
    let value = 0n
    let done = 0
    for (; done + 8 <= length; done += 8) {
      value = (value << 64n) | this.view.getBigUint64(at + done)
    }
    for (; done < length; done++) value = (value << 8n) | BigInt(this.view.getUint8(at + done))
    return value
  }

  /** A copy of the next `length` bytes, safe to keep. */
  bytes(length: number): Uint8Array {
    const at = this.take(length)
    return new Uint8Array(this.view.buffer, this.view.byteOffset + at, length).slice()
  }

  /** A copy of all that is left. */
  rest(): Uint8Array {
    return this.bytes(this.remaining)
  }

  /** A fixed-length string, ended by the first NUL; bytes that are no UTF-8 stand as lone surrogates. */
  text(length: number): string {
    const at = this.take(length)
    const raw = new Uint8Array(this.view.buffer, this.view.byteOffset + at, length)
    const nul = raw.indexOf(0)
    return decodeText(nul < 0 ? raw : raw.subarray(0, nul))
  }

  /** A reader over the next `length` bytes, which this one moves past. */
  sub(length: number, badLength: ErrorName = this.badLength, depth = this.depth): Reader {
    const at = this.take(length)
    return new Reader(this.view, at, at + length, badLength, depth)
  }

  /** Requires that nothing is left. */
  done(what: string): void {
    if (this.pos !== this.end) this.fail(`${this.remaining} bytes too many in ${what}`)
  }
}
