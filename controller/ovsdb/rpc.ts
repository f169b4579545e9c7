import type { Duplex } from 'node:stream'
import { ConnectionClosed, type OvsdbError, ProtocolError, RequestRefused, RequestTimeout } from './errors.ts'
import { type JsonLimits, JsonSplitter } from './json-stream.ts'

/** What a connection tells whoever holds it. None of these may throw. */
export interface RpcEvents {
  /** A message of the peer that wants no answer. */
  readonly notification: (method: string, params: readonly unknown[]) => void
  readonly close: (reason: string) => void
}

export interface RpcOptions {
  /** Milliseconds without a word from the peer before it is asked for an echo: 5,000. */
  readonly echoAfter: number
  /** Milliseconds without a word from the peer before it is given up: 15,000. */
  readonly deadAfter: number
  /** Milliseconds to answer a request: 30,000. */
  readonly requestDeadline: number
  /** Bytes that may wait for a peer that does not read, before it is given up: 64 MiB. */
  readonly queueBytes: number
  readonly json?: Partial<JsonLimits>
}

const defaultRpcOptions: RpcOptions = {
  echoAfter: 5_000,
  deadAfter: 15_000,
  requestDeadline: 30_000,
  queueBytes: 64 * 1024 * 1024,
}

/** Milliseconds that the peer has to end its side of a connection that was closed. */
const lingering = 1_000
/** Bytes of a read that took all that it could: there may be more. */
const fullRead = 0x1_0000

/** What a request came to. */
export type Outcome = { readonly result: unknown } | { readonly error: OvsdbError }

interface Waiting {
  readonly method: string
  readonly settle: (outcome: Outcome) => void
  readonly timer: NodeJS.Timeout
}

interface Message {
  readonly id?: unknown
  readonly method?: unknown
  readonly params?: unknown
  readonly result?: unknown
  readonly error?: unknown
}

/** An error member is text, or an object with `error` and `details` (RFC 7047 §3.1). */
const refusalOf = (method: string, error: unknown): RequestRefused => {
  if (typeof error !== 'object' || error === null) return new RequestRefused(method, String(error), undefined)
  const { error: name, details } = error as { error?: unknown; details?: unknown }
  return new RequestRefused(method, String(name), typeof details === 'string' ? details : undefined)
}

/** JSON-RPC 1.0 with an OVSDB peer over any duplex stream (RFC 7047 §4): both sides ask, both sides answer. */
export class JsonRpc {
  readonly options: RpcOptions
  private readonly stream: Duplex
  private readonly events: RpcEvents
  private readonly splitter: JsonSplitter
  private readonly waiting = new Map<number, Waiting>()
  private nextId = 1
  private heard = performance.now()
  private checked = performance.now()
  private readonly liveness: NodeJS.Timeout
  private corked = false
  private over = false

  constructor(stream: Duplex, events: RpcEvents, options: Partial<RpcOptions> = {}) {
    this.options = { ...defaultRpcOptions, ...options }
    this.stream = stream
    this.events = events
    this.splitter = new JsonSplitter(this.options.json)
    this.liveness = setInterval(() => this.checkLiveness(), this.checkEvery)
    this.liveness.unref()
    stream.on('data', (chunk: Buffer) => this.read(chunk))
    stream.on('end', () => this.close(this.splitter.isAmid ? 'it ended amid a message' : 'it was ended by the peer'))
    stream.on('error', (error) => this.close(error.message))
    stream.on('close', () => this.close('the connection was closed'))
    stream.resume()
  }

  get closed(): boolean {
    return this.over
  }

  /**
   * Asks, and has `settle` called with what comes of it: before any message that comes after the
   * answer is looked at, which a promise does not give.
   *
   * @param deadline milliseconds
   */
  call(
    method: string,
    params: readonly unknown[],
    settle: (outcome: Outcome) => void,
    deadline: number = this.options.requestDeadline,
  ): void {
    if (this.over) {
      settle({ error: new ConnectionClosed('the connection is closed') })
      return
    }
    const id = this.nextId++
    const giveUp = () => {
      if (!this.waiting.delete(id)) return
      settle({ error: new RequestTimeout(`${method} was not answered within ${deadline} ms`) })
    }
    // Answers that came while the controller itself stood still are read between the timers and the immediates.
    const timer = setTimeout(() => setImmediate(giveUp), deadline)
    this.waiting.set(id, { method, settle, timer })
    this.send({ id, method, params })
  }

  /**
   * Asks, and gives the answer.
   *
   * @param deadline milliseconds
   * @throws RequestRefused, RequestTimeout, ConnectionClosed
   */
  request(method: string, params: readonly unknown[], deadline?: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: Outcome) => ('error' in outcome ? reject(outcome.error) : resolve(outcome.result))
      this.call(method, params, settle, deadline)
    })
  }

  /** Whether the peer answers an echo in time. One that does not is given up: its connection is closed. */
  async isAlive(deadline: number): Promise<boolean> {
    try {
      await this.request('echo', [], deadline)
    } catch (error) {
      this.close((error as Error).message)
    }
    return !this.over
  }

  /** Ends the connection, after what was written has been sent. */
  close(reason: string): void {
    if (this.over) return
    this.over = true
    clearInterval(this.liveness)
    const error = new ConnectionClosed(`the connection has ended: ${reason}`)
    for (const { settle, timer } of this.waiting.values()) {
      clearTimeout(timer)
      settle({ error })
    }
    this.waiting.clear()
    this.uncork()
    this.stream.end()
    this.destroyLater()
    this.events.close(reason)
  }

  /** A peer that does not end its side in turn would keep the socket for ever. */
  private destroyLater(): void {
    const timer = setTimeout(() => this.stream.destroy(), lingering)
    timer.unref()
    this.stream.once('close', () => clearTimeout(timer))
  }

  /** What is sent in one turn of the event loop goes out in one write. */
  private send(message: Message): void {
    if (this.over || this.stream.destroyed) return
    if (!this.corked) {
      this.corked = true
      this.stream.cork()
      process.nextTick(() => this.uncork())
    }
    this.stream.write(JSON.stringify(message))
    if (this.stream.writableLength > this.options.queueBytes) {
      this.close(`${this.stream.writableLength} bytes wait for a peer that does not read`)
    }
  }

  private uncork(): void {
    if (!this.corked) return
    this.corked = false
    this.stream.uncork()
  }

  private read(chunk: Buffer): void {
    if (this.over) return
    this.heard = performance.now()
    try {
      for (const message of this.splitter.push(chunk)) {
        this.take(message)
        if (this.over) return
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      this.close(error.message)
    }
    if (chunk.length >= fullRead) this.yieldTurn()
  }

  /** Lets others have their turn: Node reads a socket that is refilled meanwhile many times over. */
  private yieldTurn(): void {
    this.stream.pause()
    setImmediate(() => this.stream.resume())
  }

  private take(message: Message): void {
    const { id, method, params } = message
    if (typeof method === 'string') {
      if (!Array.isArray(params)) throw new ProtocolError(`${method.slice(0, 80)} without a list of parameters`)
      if (id === null || id === undefined) this.events.notification(method, params)
      else this.answer(id, method, params)
    } else if ('result' in message || 'error' in message) this.settle(message)
    else throw new ProtocolError('a message is neither request nor answer')
  }

  /** RFC 7047 §4.1.11: an echo is answered with its parameters. A database server asks for nothing else. */
  private answer(id: unknown, method: string, params: readonly unknown[]): void {
    if (method === 'echo') this.send({ id, result: params, error: null })
    else this.send({ id, result: null, error: 'unknown method' })
  }

  private settle({ id, result, error }: Message): void {
    const waiting = typeof id === 'number' ? this.waiting.get(id) : undefined
    // What was asked too long ago, or for the sake of liveness only.
    if (!waiting) return
    this.waiting.delete(id as number)
    clearTimeout(waiting.timer)
    const isRefused = error !== null && error !== undefined
    waiting.settle(isRefused ? { error: refusalOf(waiting.method, error) } : { result })
  }

  /** Milliseconds. */
  private get checkEvery(): number {
    return Math.min(1_000, this.options.echoAfter)
  }

  private checkLiveness(): void {
    const now = performance.now()
    // While the controller itself stood still it could hear nobody: that is no silence of the peer.
    const late = now - this.checked - this.checkEvery
    if (late > this.checkEvery) this.heard = Math.min(now, this.heard + late)
    this.checked = now
    const silence = now - this.heard
    if (silence >= this.options.deadAfter) this.close(`nothing was heard for ${this.options.deadAfter} ms`)
    else if (silence >= this.options.echoAfter) this.send({ id: 'echo', method: 'echo', params: [] })
  }
}
