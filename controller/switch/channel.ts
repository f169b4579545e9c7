import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { Buffers, type Message, Slab } from '../openflow/index.ts'
import { QueueFull } from './errors.ts'

export interface ChannelLimits {
  /** Bytes that wait to be sent before sending is refused: 16 MiB unless given. */
  readonly queueBytes: number
}

export const defaultChannelLimits: ChannelLimits = { queueBytes: 16 * 1024 * 1024 }

/**
 * The sending side of a connection: what is written in one turn of the event loop goes out in one
 * write. While the peer does not read, `congested` is true and the queue is bounded.
 */
export class Channel {
  readonly slab: Slab
  private readonly stream: Duplex
  private readonly limits: ChannelLimits
  /** Whether what is written is given to the operating system at once, where that takes it. */
  private readonly isDirect: boolean
  private scheduled = false
  private blocked = false
  private ended = false
  private readonly onDrain: (() => void)[] = []

  /** @param buffers those that it shares with other connections */
  constructor(stream: Duplex, limits: Partial<ChannelLimits> = {}, buffers = new Buffers()) {
    this.stream = stream
    this.slab = new Slab(0, buffers)
    this.isDirect = stream instanceof Socket && !(stream instanceof TLSSocket)
    this.limits = { ...defaultChannelLimits, ...limits }
    stream.on('drain', () => {
      this.blocked = false
      for (const resume of this.onDrain.splice(0)) resume()
    })
  }

  /** True while the socket's buffer is full: wait for `drained` before sending much more. */
  get congested(): boolean {
    return this.blocked
  }

  /** Bytes accepted and not yet given to the operating system. */
  get queued(): number {
    return this.slab.pending + this.stream.writableLength
  }

  /** @throws QueueFull when so much waits already that one more is refused */
  check(): void {
    if (this.queued > this.limits.queueBytes) {
      throw new QueueFull(`${this.queued} bytes wait for a switch that does not read`)
    }
  }

  /** @throws QueueFull, EncodeError */
  send(message: Message): void {
    this.check()
    this.slab.message(message)
    this.schedule()
  }

  /** Sends bytes that are whole messages already. */
  raw(bytes: Uint8Array): void {
    this.check()
    this.slab.raw(bytes)
    this.schedule()
  }

  /** Has what was written to the slab sent at the end of this turn. */
  schedule(): void {
    if (this.scheduled) return
    this.scheduled = true
    process.nextTick(this.flushLater)
  }

  /** Made once: a closure in `schedule` would cost a context for every message, also where nothing is left to schedule. */
  private readonly flushLater = (): void => this.flush()

  /** Sends what was written so far. */
  flush(): void {
    this.scheduled = false
    if (this.slab.pending === 0) return
    this.slab.drain((chunk) => this.write(chunk))
  }

  /** Whether the bytes are free again. What has to wait behind others is copied. */
  private write(chunk: Uint8Array): boolean {
    const { stream } = this
    if (this.ended || stream.destroyed) return true
    const isFirst = this.isDirect && stream.writableLength === 0
    if (!stream.write(isFirst ? chunk : chunk.slice())) this.blocked = true
    return !isFirst || stream.writableLength === 0
  }

  /** Resolves once the socket takes more; at once where it does. */
  drained(): Promise<void> {
    if (!this.blocked) return Promise.resolve()
    return new Promise((resolve) => this.onDrain.push(resolve))
  }

  /** Lets go of those who wait for a connection that has ended; what is written from now on goes nowhere. */
  end(): void {
    this.ended = true
    this.blocked = false
    for (const resume of this.onDrain.splice(0)) resume()
  }
}
