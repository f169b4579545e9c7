import { ProtocolError } from './errors.ts'

export interface JsonLimits {
  /** Bytes of one message: 64 MiB. */
  readonly bytes: number
  /** Objects and arrays within one another: 64. RFC 7047 needs about ten. */
  readonly depth: number
  /** Values in one message, as each takes far more memory than it has bytes: 4,194,304. */
  readonly values: number
}

const defaultJsonLimits: JsonLimits = { bytes: 64 * 1024 * 1024, depth: 64, values: 4 * 1024 * 1024 }

const quote = 0x22
const comma = 0x2c
const colon = 0x3a
const openBracket = 0x5b
const backslash = 0x5c
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d
const lastSpace = 0x20

/**
 * Splits a stream of bytes into JSON objects (RFC 7047 §4: nothing but JSON stands between them).
 * Each byte is looked at once, as it comes. What tells the structure is ASCII, which no part of a
 * longer UTF-8 sequence can be, so that chunks may end anywhere.
 */
export class JsonSplitter {
  private readonly limits: JsonLimits
  private readonly decoder = new TextDecoder('utf-8', { fatal: true })
  /** What has come of a message that is not whole: copied, as a chunk of one byte may hold much memory. */
  private begun = Buffer.alloc(0)
  /** Bytes of `begun` that are in use. */
  private kept = 0
  private depth = 0
  private values = 0
  private inString = false
  private escaped = false

  constructor(limits: Partial<JsonLimits> = {}) {
    this.limits = { ...defaultJsonLimits, ...limits }
  }

  /** Whether a message has begun and is not whole yet. */
  get isAmid(): boolean {
    return this.depth > 0
  }

  /**
   * Takes the next bytes, and gives the messages that they complete one by one.
   *
   * @throws ProtocolError for what is no JSON object, or beyond the limits; the stream is of no use then
   */
  *push(chunk: Buffer): Generator<object> {
    let start = 0
    for (;;) {
      const end = this.scan(chunk, start)
      if (end < 0) break
      const message = this.parse(chunk.subarray(start, end))
      start = end
      yield message
    }
    this.keep(chunk.subarray(start))
  }

  private keep(part: Buffer): void {
    if (!this.isAmid) return
    const needed = this.kept + part.length
    this.checkSize(needed)
    if (needed > this.begun.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.begun.length))
      this.begun.copy(larger, 0, 0, this.kept)
      this.begun = larger
    }
    part.copy(this.begun, this.kept)
    this.kept = needed
  }

  /** All of the message that ends with these bytes. */
  private whole(last: Buffer): Buffer {
    this.checkSize(this.kept + last.length)
    if (this.kept === 0) return last
    const bytes = Buffer.concat([this.begun.subarray(0, this.kept), last])
    this.begun = Buffer.alloc(0)
    this.kept = 0
    return bytes
  }

  private checkSize(bytes: number): void {
    if (bytes > this.limits.bytes) throw new ProtocolError(`a message is longer than ${this.limits.bytes} bytes`)
  }

  /** Where the message that goes on at `start` ends; -1 when it does not end in this chunk. */
  private scan(chunk: Buffer, start: number): number {
    for (let at = start; at < chunk.length; at++) {
      const byte = chunk[at] as number
      if (this.inString) this.inText(byte)
      else if (byte === quote) this.inString = this.within(byte)
      else if (byte === openBrace || byte === openBracket) this.open(byte)
      else if (byte === closeBrace || byte === closeBracket) {
        if (this.close()) return at + 1
      } else if (byte === comma || byte === colon) this.count()
      else if (byte > lastSpace) this.within(byte)
    }
    return -1
  }

  private inText(byte: number): void {
    if (this.escaped) this.escaped = false
    else if (byte === backslash) this.escaped = true
    else if (byte === quote) this.inString = false
  }

  private within(byte: number): true {
    if (this.depth > 0) return true
    throw new ProtocolError(`byte 0x${byte.toString(16).padStart(2, '0')} where a JSON object must begin`)
  }

  private open(byte: number): void {
    if (byte === openBracket) this.within(byte)
    if (this.depth === this.limits.depth)
      throw new ProtocolError(`a message is nested deeper than ${this.limits.depth}`)
    this.depth++
    this.count()
  }

  /** Whether that was the end of a message. */
  private close(): boolean {
    this.within(closeBrace)
    this.depth--
    return this.depth === 0
  }

  private count(): void {
    if (++this.values > this.limits.values)
      throw new ProtocolError(`a message has more than ${this.limits.values} values`)
  }

  private parse(last: Buffer): object {
    const bytes = this.whole(last)
    this.values = 0
    try {
      return JSON.parse(this.decoder.decode(bytes)) as object
    } catch (error) {
      throw new ProtocolError(`a message is no JSON: ${(error as Error).message.slice(0, 200)}`)
    }
  }
}
