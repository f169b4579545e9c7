import { connect, type Socket } from 'node:net'
import {
  decodeMessage,
  encodeMessage,
  Framer,
  type FrameSink,
  type Message,
  of10,
  Port,
  type ProtocolError,
} from '../../../controller/openflow/index.ts'
import type { Job } from '../job.ts'
import { answer10, answer13 } from './answers.ts'
import { type Layout, layoutOf } from './layout.ts'
import { Tally, Verdict } from './tally.ts'
import { Window } from './window.ts'

/** What all switches of a run share. */
export interface Fleet {
  readonly job: Job
  /** Packet-ins of a switch that may wait. */
  readonly window: number
  /** Where bytes are read to: larger than all answers of a window, so that a read never fills it. */
  readonly buffer: Uint8Array
  /** The controller said something outside the load. */
  readonly heard: () => void
  readonly closed: (reason: string) => void
  /** Milliseconds from a packet-in to its answer; in latency mode only. */
  readonly latency: (milliseconds: number) => void
}

/** How many packet-ins are sent again at a time. */
const againAtMost = 64
/** The window is filled again when this part of it is free: a burst costs a switch little more than a packet. */
const freePart = 1 / 2

/** The cookie of a flow that sends packets to the controller. */
const puntCookie = (message: Message): bigint | undefined => {
  if (message.type === 'bundleAdd') return puntCookie(message.message)
  if (message.type !== 'flowMod') return undefined
  const actions = message.instructions.flatMap((one) => (one.type === 'applyActions' ? one.actions : []))
  const punts = actions.some(
    (action) => action.type === 'controller2' || (action.type === 'output' && action.port === Port.CONTROLLER),
  )
  return punts ? message.cookie : undefined
}

/** One emulated switch: shakes hands, then keeps its window of packet-ins full. */
export class EmulatedSwitch implements FrameSink {
  answered = 0
  resent = 0
  bytesReceived = 0
  bytesSent = 0
  isClosed = false
  /** When it answered what ended the handshake, by the clock of `performance`; 0 before that. */
  upAt = 0
  private readonly fleet: Fleet
  private readonly number: number
  private readonly socket: Socket
  private readonly framer: Framer
  private cookie = 0n
  private isUp = false
  private load: { readonly window: Window; readonly tally: Tally } | undefined
  private sentAt = 0
  private progress = 0

  constructor(fleet: Fleet, number: number) {
    const { host, port } = fleet.job
    this.fleet = fleet
    this.number = number
    this.framer = new Framer(this)
    this.socket = connect({
      ...{ host, port, noDelay: true },
      onread: { buffer: fleet.buffer, callback: (length, buffer) => this.read(buffer.subarray(0, length)) },
    })
    this.socket.on('error', (error) => this.closed(error.message))
    this.socket.on('close', () => this.closed('the controller closed the connection'))
    this.send(fleet.job.openflow === '1.3' ? hello13 : of10.encodeMessage(hello10))
  }

  /** Begins to send packet-ins. */
  start(): void {
    const { job, window: size } = this.fleet
    const layout: Layout = layoutOf(job.openflow, this.cookie)
    const moving = job.answeredBy === 'address'
    const window = new Window({ layout, size, macs: job.macs, number: this.number, moving })
    this.load = { window, tally: new Tally(layout, window, job.answeredBy) }
    this.refill(window)
  }

  /** Sends again what has had no answer for so many milliseconds. */
  resend(patience: number): void {
    const now = performance.now()
    // What still waits to be sent is not lost.
    if (!this.load || this.socket.writableLength > 0 || now - this.progress < patience) return
    for (const bytes of this.load.window.again(againAtMost)) {
      this.resent++
      this.send(bytes)
    }
    this.progress = now
  }

  stop(): void {
    this.load = undefined
    this.isClosed = true
    this.socket.destroy()
  }

  private send(bytes: Uint8Array): void {
    this.bytesSent += bytes.length
    this.socket.write(bytes)
  }

  private refill(window: Window): void {
    window.fill()
    for (let bytes = window.take(); bytes; bytes = window.take()) this.send(bytes)
    this.progress = performance.now()
    this.sentAt = this.progress
  }

  /** @returns true to go on reading */
  private read(chunk: Uint8Array): true {
    const { answered, load } = this
    this.bytesReceived += chunk.length
    this.framer.push(chunk)
    if (load && this.answered > answered) {
      if (this.fleet.job.mode === 'latency') this.fleet.latency(performance.now() - this.sentAt)
      if (load.window.span <= load.window.size * (1 - freePart)) this.refill(load.window)
    }
    return true
  }

  frame(view: DataView, bytes: Uint8Array, start: number, end: number): boolean {
    const verdict = this.load ? this.load.tally.message(view, start, end) : Verdict.OTHER
    if (verdict === Verdict.ANSWER) this.answered++
    else if (verdict === Verdict.OTHER) this.reply(bytes.subarray(start, end))
    return true
  }

  error(error: ProtocolError): boolean {
    this.closed(error.message)
    this.stop()
    return true
  }

  private reply(bytes: Uint8Array): void {
    const { openflow } = this.fleet.job
    // A controller greets in its highest version, which may be one that we do not have.
    if (bytes[1] === HELLO) return
    const answer = openflow === '1.3' ? this.reply13(bytes) : answer10(of10.decodeMessage(bytes), bytes, this.number)
    if (answer) this.send(answer)
    if (answer) this.noteHandshake(answer)
    this.fleet.heard()
  }

  private reply13(bytes: Uint8Array): Uint8Array | undefined {
    const message = decodeMessage(bytes)
    this.cookie = puntCookie(message) ?? this.cookie
    return answer13(message, bytes, this.number)
  }

  /** The features are the least that a controller asks; most go on to the ports, or to a barrier. */
  private noteHandshake(answer: Uint8Array): void {
    if (this.isUp) return
    this.isUp = endsHandshake(this.fleet.job.openflow, answer)
    if (this.isUp || answer[1] === FEATURES_REPLY) this.upAt = performance.now()
  }

  private closed(reason: string): void {
    if (this.isClosed) return
    this.isClosed = true
    this.fleet.closed(reason)
  }
}

const hello13 = encodeMessage({ type: 'hello', xid: 0, elements: [{ type: 'versionBitmap', bitmaps: [1 << 4] }] })
const hello10 = { type: 'hello', xid: 0, data: new Uint8Array() } as const

const HELLO = 0
const MULTIPART_REPLY = 19
const PORT_DESC = 13
const BARRIER_REPLY = { '1.3': 21, '1.0': 19 } as const
const FEATURES_REPLY = 6

/** A handshake ends with the ports' description or a barrier; in 1.0 the features hold the ports. */
const endsHandshake = (openflow: Job['openflow'], answer: Uint8Array): boolean => {
  const [, type] = answer
  if (type === BARRIER_REPLY[openflow]) return true
  if (openflow === '1.0') return type === FEATURES_REPLY
  return type === MULTIPART_REPLY && answer[9] === PORT_DESC
}
