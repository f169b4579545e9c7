import type { Duplex } from 'node:stream'
import { type Message, type of10, type PacketInView, Version } from '../openflow/index.ts'
import { probeCapabilities } from './capabilities.ts'
import { Connection, type ConnectionEvents, type ConnectionOptions } from './connection.ts'
import { type Draft, shakeHands } from './handshake.ts'
import { Handshake10 } from './handshake10.ts'
import type { SwitchInfo } from './info.ts'
import { Session } from './session.ts'
import { Session10 } from './session10.ts'

export interface SessionOptions extends ConnectionOptions {
  /** Milliseconds to say HELLO: 5,000. */
  readonly helloDeadline: number
  /** Milliseconds from HELLO until the switch is up: 15,000. */
  readonly handshakeDeadline: number
}

/**
 * What becomes of a new connection; one of these is called, once. None may throw. Both kinds of
 * session are given in the turn in which the switch came up, before anything that it sent after
 * that is looked at.
 */
export interface OpeningEvents {
  readonly up: (session: Session) => void
  /** The switch speaks OpenFlow 1.0. */
  readonly up10: (session: Session10) => void
  /** There is no session, and the connection is closed. */
  readonly failed: (reason: string) => void
}

const defaultDeadlines = { helloDeadline: 5_000, handshakeDeadline: 15_000 }
/** Messages kept that a switch sends while it shakes hands; one that sends more is no switch. */
const mostEarly = 1_024
/** Milliseconds by which a timer is late where the controller has stood still, and could hear nobody. */
const standstill = 100
/** Milliseconds until a switch of OpenFlow 1.0 is asked once more who it is. */
const askAgainAfter = 500

const infoOf = (draft: Required<Draft>, capabilities: SwitchInfo['capabilities'], address: string): SwitchInfo => ({
  dpid: draft.features.datapathId,
  tables: draft.features.nTables,
  buffers: draft.features.nBuffers,
  manufacturer: draft.description.manufacturer,
  hardware: draft.description.hardware,
  software: draft.description.software,
  capabilities,
  address,
})

/** A connection on its way to a session. */
class Opening implements ConnectionEvents {
  private readonly connection: Connection
  private readonly address: string
  private readonly options: SessionOptions
  private readonly events: OpeningEvents
  private session: Session | undefined
  private session10: Session10 | undefined
  private handshake10: Handshake10 | undefined
  private early = 0
  private readonly waiting: Message[] = []
  private timer: NodeJS.Timeout
  private asking: NodeJS.Timeout | undefined

  constructor(stream: Duplex, address: string, events: OpeningEvents, options: Partial<SessionOptions>) {
    this.address = address
    this.events = events
    this.connection = new Connection(stream, this, options)
    this.options = { ...this.connection.options, ...defaultDeadlines, ...options }
    this.timer = this.deadline('HELLO', this.options.helloDeadline)
  }

  /** Ends the connection after so long; where the controller itself stood still meanwhile, the switch has as long again. */
  private deadline(what: string, milliseconds: number, isSecond = false): NodeJS.Timeout {
    const due = performance.now() + milliseconds
    return setTimeout(() => {
      const isExcused = !isSecond && performance.now() - due > standstill
      if (isExcused) this.timer = this.deadline(what, milliseconds, true)
      else this.connection.close(`no ${what} within ${milliseconds} ms`)
    }, milliseconds)
  }

  readonly version = (version: number): void => {
    clearTimeout(this.timer)
    this.timer = this.deadline('handshake', this.options.handshakeDeadline)
    if (version === Version.OPENFLOW_1_0) this.begin10()
    else void this.begin()
  }

  readonly packetIn = (packet: PacketInView): void => (this.session ?? this.session10)?.packetIn(packet)
  readonly refused = (reason: string): void => (this.session ?? this.session10)?.malformed(reason)

  readonly message = (message: Message): void => {
    if (this.session) this.session.message(message)
    else if (this.countEarly()) this.waiting.push(message)
  }

  readonly message10 = (message: of10.Message10): void => {
    if (this.session10) this.session10.message(message)
    else if (this.countEarly()) this.shakeHands10(message)
  }

  readonly close = (reason: string): void => {
    this.stopTimers()
    const session = this.session ?? this.session10
    if (session) session.closed(reason)
    else this.events.failed(reason)
  }

  /** A switch that has much to say before it is up is none. */
  private countEarly(): boolean {
    if (this.early++ < mostEarly) return true
    this.connection.close(`more than ${mostEarly} messages before the handshake was over`)
    return false
  }

  private async begin(): Promise<void> {
    const { connection } = this
    try {
      const draft = await shakeHands(connection)
      const info = infoOf(draft, await probeCapabilities(connection), this.address)
      if (connection.closed) return
      this.stopTimers()
      connection.established()
      this.session = new Session(connection, info, draft.ports)
      for (const message of this.waiting.splice(0)) this.session.message(message)
      this.events.up(this.session)
    } catch (error) {
      connection.close((error as Error).message)
    }
  }

  private begin10(): void {
    const { connection } = this
    const handshake = new Handshake10(connection)
    this.handshake10 = handshake
    this.asking = setInterval(() => {
      try {
        handshake.ask()
      } catch (error) {
        connection.close((error as Error).message)
      }
    }, askAgainAfter)
  }

  private stopTimers(): void {
    clearTimeout(this.timer)
    clearInterval(this.asking)
  }

  private shakeHands10(message: of10.Message10): void {
    const { connection } = this
    try {
      const found = this.handshake10?.take(message)
      if (!found) return
      this.stopTimers()
      connection.established()
      this.session10 = new Session10(connection, found, this.address)
    } catch (error) {
      connection.close((error as Error).message)
      return
    }
    this.events.up10(this.session10)
  }
}

/**
 * Makes a session of a new connection: negotiates, asks who the switch is and what it can do.
 *
 * @param address where it connects from, for people to read
 */
export const openSession = (
  stream: Duplex,
  address: string,
  events: OpeningEvents,
  options: Partial<SessionOptions> = {},
): void => void new Opening(stream, address, events, options)
