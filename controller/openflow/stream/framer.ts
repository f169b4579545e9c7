import { ProtocolError } from '../wire/errors.ts'
import { headerLength, largestMessage, minimumLengths } from './lengths.ts'

/** What a Framer calls for what it finds in the stream. Neither method may throw. */
export interface FrameSink {
  /**
   * One whole message at `bytes[start..end)`; `view` covers the same memory as `bytes`. The memory
   * may be used again after the call: copy what must be kept.
   *
   * @returns false to pause: what follows is kept until `resume()`
   */
  frame(view: DataView, bytes: Uint8Array, start: number, end: number): boolean
  /**
   * A message that is refused by its header alone, with as much of it as is there. Framing goes on
   * unless `error.fatal`: then message boundaries are lost and nothing more is read.
   *
   * @returns false to pause
   */
  error(error: ProtocolError, bytes: Uint8Array, start: number, end: number): boolean
}

/** Which messages a Framer takes. */
export interface FramerOptions {
  /** Header versions that are taken; all unless given. */
  readonly versions?: readonly number[]
  /** Bytes of the longest message that is taken, header included, 8 to 65535; 65535 unless given. */
  readonly maximumLength?: number
}

/** Bytes of the buffer for a message that straddles chunks; it grows for one longer message only. */
const smallBuffer = 2048
const none = new Uint8Array(0)

/**
 * Cuts a TCP stream into OpenFlow messages, in place: only a message that straddles two chunks is
 * copied. Takes time linear in the bytes, however they are cut, and holds at most one message, or,
 * while paused, the rest of one chunk.
 */
export class Framer {
  private readonly sink: FrameSink
  private readonly maximum: number
  /** A bit for each version, in few enough bytes to lie within the object's own heap. */
  private readonly versions = new Uint8Array(32)
  /** What is kept from one straddling message to the next. */
  private small: Uint8Array = none
  private part: Uint8Array = none
  private filled = 0
  /** Bytes to come of a message that was refused as too long. */
  private skip = 0
  private stopped = false
  private held: Uint8Array = none
  private failed = false

  constructor(sink: FrameSink, options: FramerOptions = {}) {
    this.sink = sink
    this.maximum = options.maximumLength ?? largestMessage
    if (options.versions) this.accept(options.versions)
    else this.versions.fill(0xff)
  }

  /** Takes messages of these header versions only, from the next one on. */
  accept(versions: readonly number[]): void {
    this.versions.fill(0)
    for (const version of versions) this.versions[version >>> 3] = this.bitsAt(version) | (1 << (version & 7))
  }

  private bitsAt(version: number): number {
    return this.versions[version >>> 3] as number
  }

  private takes(version: number): boolean {
    return ((this.bitsAt(version) >>> (version & 7)) & 1) === 1
  }

  /** True after the sink asked to pause, until `resume()` has given it all that was kept. */
  get paused(): boolean {
    return this.stopped
  }

  /** What is there of a message that is not yet whole; valid until the next call. */
  get partial(): Uint8Array {
    return this.part.subarray(0, this.filled)
  }

  /** True while a message has begun and not ended. */
  get midMessage(): boolean {
    return this.filled > 0 || this.skip > 0
  }

  /**
   * Gives the sink every whole message of the stream so far. `chunk` is not kept.
   *
   * @returns false once the sink asked to pause
   * @throws RangeError while paused
   */
  push(chunk: Uint8Array): boolean {
    if (this.stopped) throw new RangeError('push() while paused: call resume() first')
    const pos = this.read(chunk)
    if (this.stopped) this.held = chunk.slice(pos)
    return !this.stopped
  }

  /**
   * Goes on after a pause.
   *
   * @returns false once the sink asked to pause again
   */
  resume(): boolean {
    const { held } = this
    this.held = none
    this.stopped = false
    const pos = this.read(held)
    if (this.stopped) this.held = held.subarray(pos)
    return !this.stopped
  }

  /**
   * The stream has ended.
   *
   * @returns the error where it ended inside a message
   */
  end(): ProtocolError | undefined {
    if (this.failed || !this.midMessage) return undefined
    this.failed = true
    return new ProtocolError('OFPBRC_BAD_LEN', 'the stream ended inside a message', true)
  }

  /** @returns how far the sink went, where it asked to pause */
  private read(bytes: Uint8Array): number {
    if (this.failed) return bytes.length
    let pos = 0
    if (this.filled > 0) pos = this.fill(bytes, pos)
    if (this.skip > 0) pos = this.skipIn(bytes, pos)
    if (bytes.length - pos >= headerLength) pos = this.inPlace(bytes, pos)
    if (pos < bytes.length && !this.stopped && !this.failed) pos = this.fill(bytes, pos)
    return pos
  }

  /** Delivers messages that lie whole in the chunk. */
  private inPlace(bytes: Uint8Array, from: number): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const last = bytes.length - headerLength
    let pos = from
    while (pos <= last && !this.stopped && !this.failed) {
      const end = pos + view.getUint16(pos + 2)
      if (end <= bytes.length) this.deliver(view, bytes, pos, end)
      else if (end - pos <= this.maximum) return pos
      else this.deliver(view, bytes, pos, bytes.length)
      pos = end <= bytes.length ? end : bytes.length
    }
    return pos
  }

  private skipIn(bytes: Uint8Array, pos: number): number {
    const length = Math.min(this.skip, bytes.length - pos)
    this.skip -= length
    return pos + length
  }

  /** Adds to the message that straddles chunks, and delivers it when it is whole. */
  private fill(bytes: Uint8Array, from: number): number {
    let pos = this.copy(bytes, from, headerLength)
    if (this.filled < 4) return pos
    const needed = this.needed()
    pos = this.copy(bytes, pos, needed)
    if (this.filled >= needed) this.deliverPart()
    return pos
  }

  /** Bytes of the straddling message that its header's checks or its delivery need. */
  private needed(): number {
    const length = (this.part[2] as number) * 256 + (this.part[3] as number)
    return length > this.maximum ? headerLength : length
  }

  /** Copies until `length` bytes of the straddling message are there, or the chunk is used up. */
  private copy(bytes: Uint8Array, pos: number, length: number): number {
    const count = Math.min(length - this.filled, bytes.length - pos)
    if (count <= 0) return pos
    const filled = this.filled + count
    if (filled > this.part.length) this.grow(filled)
    if (count === 1) this.part[this.filled] = bytes[pos] as number
    else this.part.set(bytes.subarray(pos, pos + count), this.filled)
    this.filled = filled
    return pos + count
  }

  private grow(atLeast: number): void {
    const size = Math.min(largestMessage, Math.max(smallBuffer, atLeast, this.part.length * 2))
    const grown = new Uint8Array(size)
    grown.set(this.part)
    if (size === smallBuffer) this.small = grown
    this.part = grown
  }

  private deliverPart(): void {
    const { part, filled } = this
    this.part = this.small
    this.filled = 0
    this.deliver(new DataView(part.buffer, 0, filled), part, 0, filled)
  }

  private deliver(view: DataView, bytes: Uint8Array, start: number, end: number): void {
    const kind = view.getUint16(start)
    const length = view.getUint16(start + 2)
    const taken = this.takes(kind >>> 8) && length >= (minimumLengths[kind] as number) && length <= this.maximum
    if (!taken) this.refuse(view, bytes, start, end)
    else if (!this.sink.frame(view, bytes, start, end)) this.stopped = true
  }

  private refuse(view: DataView, bytes: Uint8Array, start: number, end: number): void {
    const length = view.getUint16(start + 2)
    const error = this.reason(view.getUint8(start), view.getUint8(start + 1), length)
    this.failed = error.fatal
    if (!error.fatal) this.skip = length - (end - start)
    if (!this.sink.error(error, bytes, start, end)) this.stopped = true
  }

  /** What is wrong with a message by its header (OpenFlow 1.3.5 §7.1.1). */
  private reason(version: number, type: number, length: number): ProtocolError {
    if (length < headerLength) return new ProtocolError('OFPBRC_BAD_LEN', `a message of ${length} bytes`, true)
    if (!this.takes(version)) return new ProtocolError('OFPBRC_BAD_VERSION', `version ${version}`)
    return new ProtocolError('OFPBRC_BAD_LEN', `a message of type ${type} with ${length} bytes`)
  }
}
