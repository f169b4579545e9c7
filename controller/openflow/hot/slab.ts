import type { Action } from '../actions/actions.ts'
import { actions } from '../actions/actions.ts'
import { encodeMessage, type Message, writeMessage } from '../messages/messages.ts'
import { prepareActions10 } from '../of10/reply.ts'
import { checkLength } from '../wire/codec.ts'
import type { EncodeError } from '../wire/errors.ts'
import { Writer } from '../wire/writer.ts'
import type { Buffers } from './buffers.ts'
import { copyBytes } from './copy.ts'

/** A message, or a list of actions, encoded once to be sent many times. */
export interface Prepared {
  readonly bytes: Uint8Array
}

/** Actions encoded once, for packet-outs of either version. */
export interface PreparedActions extends Prepared {
  /** The same for OpenFlow 1.0, or why they cannot be said there. */
  readonly of10: Uint8Array | EncodeError
}

/**
 * Encodes a message to be put into slabs; its xid is set at each use.
 *
 * @throws EncodeError naming the member that does not fit
 */
export const prepare = (message: Message): Prepared => ({ bytes: encodeMessage(message) })

/**
 * Encodes the actions of a packet-out for `Slab.packetOut`.
 *
 * @throws EncodeError naming the action that does not fit
 */
export const prepareActions = (list: readonly Action[]): PreparedActions => {
  const writer = new Writer()
  actions.encode(writer, list, 'actions')
  return { bytes: writer.finish(), of10: prepareActions10(list) }
}

const xidOffset = 4
const bufferIdOffset = 32
/** First word of a packet-out: version 4, type 13; its length is the low 16 bits. */
const packetOutWord = 0x040d0000
const packetOutFixed = 24
const NO_BUFFER = 0xffffffff

const empty = new Uint8Array(0)

/** Room kept for a message that is encoded straight into the slab; a larger one makes it grow. */
const messageRoom = 2048

/**
 * Output of a connection: messages are written one behind the other, and `chunk` hands all of them
 * to one socket write. Bytes that were taken are never touched again.
 */
export class Slab extends Writer {
  private taken = 0
  private readonly size: number
  private readonly buffers: Buffers | undefined

  /**
   * @param size bytes of each buffer that it allocates
   * @param buffers where it takes buffers from instead, each time that it is written to
   */
  constructor(size = 0x4_0000, buffers?: Buffers) {
    super(buffers ? 0 : size)
    this.size = size
    this.buffers = buffers
  }

  /** Bytes written and not yet taken. */
  get pending(): number {
    return this.pos - this.taken
  }

  /** Makes room for `length` bytes and gives their position; the caller writes them all. */
  reserve(length: number): number {
    this.ensure(length)
    const at = this.pos
    this.pos = at + length
    return at
  }

  /** Moves what is pending to a new buffer where this one has no room for `length` bytes more. */
  private ensure(length: number): void {
    if (this.pos + length <= this.bytes.length) return
    const { pending } = this
    // Twice what waits, so that what is written in one go is moved a bounded number of times.
    const least = 2 * pending + length
    const next = this.buffers?.take(least) ?? new Uint8Array(Math.max(this.size, least))
    if (pending > 0) next.set(this.bytes.subarray(this.taken, this.pos))
    this.replace(next, pending)
  }

  private replace(bytes: Uint8Array, pos: number): void {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer)
    this.taken = 0
    this.pos = pos
  }

  /**
   * Encodes a message straight into the slab.
   *
   * @throws EncodeError naming the member that does not fit; the slab is then as before
   */
  message(message: Message): void {
    this.ensure(messageRoom)
    const start = this.pos
    try {
      writeMessage(this, message)
    } catch (error) {
      this.pos = start
      throw error
    }
  }

  /** Appends a prepared message with this xid, of which the low 32 bits count, and gives its position, for values to be patched in. */
  put(prepared: Prepared, xid: number): number {
    const { bytes } = prepared
    const at = this.reserve(bytes.length)
    this.bytes.set(bytes, at)
    this.view.setUint32(at + xidOffset, xid)
    return at
  }

  /** Appends a prepared flow-mod that also sends out the packet of a buffer. */
  flowMod(prepared: Prepared, xid: number, bufferId: number): number {
    const at = this.put(prepared, xid)
    this.view.setUint32(at + bufferIdOffset, bufferId)
    return at
  }

  /**
   * Appends a packet-out with the packet's bytes, or with the number of the buffer that holds it
   * (then `length` is 0).
   *
   * @throws EncodeError when it would be longer than 65535 bytes
   */
  packetOut(
    list: Prepared,
    xid: number,
    inPort: number,
    bufferId: number,
    source: Uint8Array,
    start: number,
    length: number,
  ): void {
    const dataAt = packetOutFixed + list.bytes.length
    const at = this.reserve(checkLength(dataAt + length, 'packetOut'))
    const { view } = this
    view.setUint32(at, packetOutWord | (dataAt + length))
    view.setUint32(at + 4, xid)
    view.setUint32(at + 8, length === 0 ? bufferId : NO_BUFFER)
    view.setUint32(at + 12, inPort)
    view.setUint32(at + 16, list.bytes.length << 16)
    view.setUint32(at + 20, 0)
    copyBytes(this.bytes, at + packetOutFixed, list.bytes)
    if (length > 0) this.bytes.set(source.subarray(start, start + length), at + dataAt)
  }

  /** All bytes written since the last time, for one write to the socket. A buffer that had to grow is not kept. */
  chunk(): Uint8Array {
    const chunk = this.bytes.subarray(this.taken, this.pos)
    this.taken = this.pos
    if (this.buffers || this.bytes.length > this.size) this.replace(empty, 0)
    return chunk
  }

  /**
   * Has all that is pending written to where it goes.
   *
   * @param write says whether it is done with the bytes, so that their buffer can be used again
   */
  drain(write: (chunk: Uint8Array) => boolean): void {
    const { bytes } = this
    if (write(this.chunk())) this.buffers?.give(bytes)
  }
}
