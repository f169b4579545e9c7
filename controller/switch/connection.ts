import type { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Buffers,
  Conversation,
  type ConversationEvent,
  type ConversationOptions,
  encodeMessage,
  type Message,
  type MessageNamed,
  of10,
  type PacketInView,
  Version,
} from '../openflow/index.ts'
import { Channel, type ChannelLimits } from './channel.ts'
import { ConnectionClosed, QueueFull, SwitchError } from './errors.ts'
import { Requests } from './requests.ts'
import { Turns } from './turns.ts'

/** A message that waits for its transaction id. */
export type Unsent = Message extends infer M ? (M extends Message ? Omit<M, 'xid'> : never) : never

/** A message of OpenFlow 1.0 that waits for its transaction id. */
export type Unsent10 = of10.Message10 extends infer M ? (M extends of10.Message10 ? Omit<M, 'xid'> : never) : never

/** What a connection tells whoever holds it. None of these may throw. */
export interface ConnectionEvents {
  /** Both sides speak this version: 4 is OpenFlow 1.3, 1 is 1.0. */
  readonly version: (version: number) => void
  /** A packet for the controller; the view is good during the call only. */
  readonly packetIn: (packet: PacketInView) => void
  /** A message that answers no request. */
  readonly message: (message: Message) => void
  /** The same of a switch that speaks OpenFlow 1.0. */
  readonly message10: (message: of10.Message10) => void
  /** A message of the switch was malformed; the conversation goes on. */
  readonly refused: (reason: string) => void
  readonly close: (reason: string) => void
}

export interface ConnectionOptions {
  /** Milliseconds without a word from the switch before it is asked for an echo: 5,000. */
  readonly echoAfter: number
  /** Milliseconds without a word from the switch before it is given up: 15,000. */
  readonly deadAfter: number
  /** Milliseconds to answer a request: 10,000. */
  readonly requestDeadline: number
  readonly channel?: Partial<ChannelLimits>
  readonly conversation?: ConversationOptions
  /** Turns that it takes with other connections, and buffers that it shares with them; its own unless given. */
  readonly turns?: Turns
  readonly buffers?: Buffers
}

export const defaultConnectionOptions: ConnectionOptions = {
  echoAfter: 5_000,
  deadAfter: 15_000,
  requestDeadline: 10_000,
}

/** Milliseconds that the peer has to end its side of a connection that was closed. */
const lingering = 1_000
/** Bytes that wait to be sent, from which on the switch is read more slowly, and from which on its packet-ins are dropped. */
const crowded = 1024 * 1024
const overcrowded = 4 * 1024 * 1024
/** Milliseconds. */
const crowdedPause = 50
/** Bytes of a read that took all that it could: there may be more. */
const fullRead = 0x1_0000
const helloVersions = 0b10010

const echo = { type: 'echoRequest', data: new Uint8Array() } as const

/** HELLO with a bitmap of 1.0 and 1.3 (OpenFlow 1.3.5 §7.5.1). */
const hello = (): Uint8Array =>
  encodeMessage({ type: 'hello', xid: 0, elements: [{ type: 'versionBitmap', bitmaps: [helloVersions] }] })

/**
 * One OpenFlow connection over any duplex stream, from its first byte: negotiation, requests and
 * their answers, echoes, and orderly ends. It knows nothing of what the switch is for.
 */
export class Connection {
  readonly channel: Channel
  /** Packet-ins that came. */
  packets = 0
  /** Those among them that nobody was given, because the switch did not take the answers to those before. */
  droppedPackets = 0
  private readonly stream: Duplex
  readonly options: ConnectionOptions
  private readonly events: ConnectionEvents
  private readonly conversation: Conversation
  private readonly requests = new Requests()
  private readonly turns: Turns
  private heard = performance.now()
  private checked = performance.now()
  private readonly liveness: NodeJS.Timeout
  private over = false
  private isNew = true

  constructor(stream: Duplex, events: ConnectionEvents, options: Partial<ConnectionOptions> = {}) {
    this.options = { ...defaultConnectionOptions, ...options }
    this.stream = stream
    this.events = events
    this.turns = this.options.turns ?? new Turns()
    this.channel = new Channel(stream, this.options.channel, this.options.buffers)
    this.conversation = new Conversation({
      ...this.options.conversation,
      packetIn: (view) => this.packetIn(view),
      before: (events) => this.handle(events),
    })
    this.liveness = setInterval(() => this.checkLiveness(), this.checkEvery)
    this.liveness.unref()
    stream.on('data', (chunk: Uint8Array) => this.read(chunk))
    stream.on('end', () => this.handle(this.conversation.end()))
    stream.on('error', (error) => this.close(error.message))
    stream.on('close', () => this.close('the connection was closed'))
    stream.resume()
    this.channel.raw(hello())
  }

  /** It has become a session: what it says is heard at once from now on. */
  established(): void {
    this.isNew = false
  }

  get closed(): boolean {
    return this.over
  }

  /** Milliseconds since the switch last sent anything. */
  get silence(): number {
    return performance.now() - this.heard
  }

  /**
   * Sends a message that has no answer. An OFPT_ERROR to it comes as a message with its id.
   *
   * @returns its transaction id
   * @throws QueueFull, EncodeError, ConnectionClosed
   */
  send(message: Unsent): number {
    if (this.over) throw new ConnectionClosed('the connection is closed')
    const xid = this.requests.xid()
    this.channel.send({ ...message, xid } as Message)
    return xid
  }

  /**
   * The same to a switch that speaks OpenFlow 1.0.
   *
   * @throws QueueFull, EncodeError, ConnectionClosed
   */
  send10(message: Unsent10): number {
    if (this.over) throw new ConnectionClosed('the connection is closed')
    const xid = this.requests.xid()
    this.channel.raw(of10.encodeMessage({ ...message, xid } as of10.Message10))
    return xid
  }

  /**
   * Sends a message and waits for its answer; of a multipart reply, for all of it.
   *
   * @param deadline milliseconds
   * @throws RequestRefused, RequestTimeout, ConnectionClosed, QueueFull, EncodeError
   * @throws SwitchError where the answer is of another kind
   */
  async request<Reply extends Message['type']>(
    message: Unsent,
    reply: Reply,
    deadline: number = this.options.requestDeadline,
  ): Promise<MessageNamed<Reply>> {
    const xid = this.send(message)
    const answer = await this.requests.wait(xid, message.type, deadline)
    if (answer.type === reply) return answer as MessageNamed<Reply>
    throw new SwitchError(`${message.type} was answered by ${answer.type}, not ${reply}`)
  }

  /** A transaction id for messages that are written to the channel's slab by hand. */
  xid(): number {
    return this.requests.xid()
  }

  /** Whether the switch answers an echo in time. One that does not is given up: its connection is closed. */
  async isAlive(deadline: number): Promise<boolean> {
    try {
      const xid = this.isOld ? this.send10(echo) : this.send(echo)
      await this.requests.wait(xid, echo.type, deadline)
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
    this.channel.flush()
    this.channel.end()
    this.requests.close(reason)
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

  /** @param chunk good during the call only: others are read into the same memory */
  private read(chunk: Uint8Array): void {
    if (this.over) return
    this.heard = performance.now()
    if (this.isNew) this.stepWith(new Uint8Array(chunk))
    else this.hear(chunk)
  }

  /** What a connection says before it is a session waits until switches that are up have been heard. */
  private stepWith(chunk: Uint8Array): void {
    this.stream.pause()
    this.turns.newcomer(() => {
      this.stream.resume()
      if (!this.over) this.hear(chunk)
    })
  }

  private hear(chunk: Uint8Array): void {
    this.handle(this.conversation.push(chunk))
    if (chunk.length >= fullRead || this.isCrowded) this.yieldTurn()
  }

  /** Whether so much waits to be sent that the switch is not to ask for more. */
  private get isCrowded(): boolean {
    return this.channel.congested && this.channel.queued > crowded
  }

  /**
   * Lets other switches have their turn: Node reads a socket that is refilled meanwhile many times
   * before it turns to the next, so one that floods would starve the others. A switch that does not
   * take its answers waits longer, but not for ever: Open vSwitch reads nothing while it cannot get
   * rid of its own answers, and then both sides would wait for the other.
   */
  private yieldTurn(): void {
    this.stream.pause()
    const resume = (): void => this.turns.wait(this.stream)
    if (!this.isCrowded) resume()
    else void Promise.race([this.channel.drained(), sleep(crowdedPause)]).then(resume)
  }

  private handle(events: readonly ConversationEvent[]): void {
    for (const event of events) {
      if (this.over) return
      this.handleOne(event)
    }
  }

  /** Whether the switch speaks OpenFlow 1.0. */
  private get isOld(): boolean {
    return this.conversation.version === Version.OPENFLOW_1_0
  }

  private handleOne(event: ConversationEvent): void {
    if (event.type === 'version') this.events.version(event.version)
    else if (event.type === 'message') {
      if (event.version === Version.OPENFLOW_1_3) this.take(event.message)
      else this.take10(event.message)
    } else {
      const { reply } = event
      if (reply) this.answer(() => this.channel.raw(reply))
      if (event.type === 'close') this.close(event.reason)
      else this.events.refused(event.error.message)
    }
  }

  private take(message: Message): void {
    if (message.type === 'echoRequest') {
      this.answer(() => this.channel.send({ type: 'echoReply', xid: message.xid, data: message.data }))
      return
    }
    if (!this.requests.answer(message) && message.type !== 'echoReply') this.events.message(message)
  }

  private take10(message: of10.Message10): void {
    if (message.type === 'echoRequest') {
      this.answer(() => this.channel.raw(of10.encodeMessage({ ...message, type: 'echoReply' })))
    } else if (message.type === 'echoReply') this.requests.answer(message)
    else this.events.message10(message)
  }

  /** Sends what the connection itself has to say. A switch that asks and does not read is given up. */
  private answer(send: () => void): void {
    try {
      send()
    } catch (error) {
      if (!(error instanceof QueueFull)) throw error
      this.close(error.message)
    }
  }

  private packetIn(view: PacketInView): void {
    if (this.over) return
    this.packets++
    if (this.channel.congested && this.channel.queued > overcrowded) this.droppedPackets++
    else this.events.packetIn(view)
  }

  /** Milliseconds. */
  private get checkEvery(): number {
    return Math.min(1_000, this.options.echoAfter)
  }

  private checkLiveness(): void {
    const now = performance.now()
    // While the controller itself stood still it could hear nobody: that is no silence of the switch.
    const late = now - this.checked - this.checkEvery
    if (late > this.checkEvery) this.heard = Math.min(now, this.heard + late)
    this.checked = now
    const { silence } = this
    if (silence >= this.options.deadAfter) this.close(`nothing was heard for ${this.options.deadAfter} ms`)
    else if (silence >= this.options.echoAfter) {
      const request = { ...echo, xid: 0 } as const
      this.answer(() => (this.isOld ? this.channel.raw(of10.encodeMessage(request)) : this.channel.send(request)))
    }
  }
}
