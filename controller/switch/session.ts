import type { Duplex } from 'node:stream'
import { type Message, NO_GENERATION, type PacketInView, PortReason } from '../openflow/index.ts'
import { probeCapabilities } from './capabilities.ts'
import { Connection, type ConnectionEvents, type ConnectionOptions } from './connection.ts'
import { SwitchError } from './errors.ts'
import { type Draft, shakeHands } from './handshake.ts'
import { formatDpid, type Port, type SwitchInfo } from './info.ts'

/** What a switch tells whoever holds it, once it is up. None of these may throw. */
export interface SessionEvents {
  readonly packetIn: (packet: PacketInView) => void
  readonly portStatus: (port: Port, reason: number) => void
  /** Any other message that answers no request; errors to messages without an answer among them. */
  readonly message: (message: Message) => void
  /** A message was malformed, and left out. */
  readonly malformed: (reason: string) => void
  readonly close: (reason: string) => void
}

export interface SessionOptions extends ConnectionOptions {
  /** Milliseconds to say HELLO: 5,000. */
  readonly helloDeadline: number
  /** Milliseconds from HELLO until the switch is up: 15,000. */
  readonly handshakeDeadline: number
}

const defaultDeadlines = { helloDeadline: 5_000, handshakeDeadline: 15_000 }
const version13 = 4
/** Messages kept that a switch sends while it shakes hands; one that sends more is no switch. */
const mostEarly = 1_024

const noEvents: SessionEvents = {
  packetIn: () => undefined,
  portStatus: () => undefined,
  message: () => undefined,
  malformed: () => undefined,
  close: () => undefined,
}

/** A switch that has shaken hands: who it is, what it has, and its connection. */
export class Session {
  readonly connection: Connection
  readonly info: SwitchInfo
  /** Its ports by number, kept up to date. */
  readonly ports = new Map<number, Port>()
  /** When it came up, in milliseconds since 1970. */
  readonly since = Date.now()
  private events: SessionEvents = noEvents
  private ended: string | undefined

  constructor(connection: Connection, info: SwitchInfo, ports: readonly Port[]) {
    this.connection = connection
    this.info = info
    for (const port of ports) this.ports.set(port.portNo, port)
  }

  /** `0000000000000001` */
  get name(): string {
    return formatDpid(this.info.dpid)
  }

  /** Says who is to be told from now on. Where the connection has ended already, that is told at once. */
  attach(events: SessionEvents): void {
    this.events = events
    if (this.ended !== undefined) events.close(this.ended)
  }

  /**
   * Asks for a role, or with `Role.NOCHANGE` which one this controller has (OpenFlow 1.3.5 §6.3.6).
   *
   * @param generationId counts the elections among controllers; without one the switch does not compare
   * @returns the role that it has now
   * @throws RequestRefused with `OFPRRFC_STALE` where another controller was elected later
   */
  async requestRole(role: number, generationId = NO_GENERATION): Promise<{ role: number; generationId: bigint }> {
    const reply = await this.connection.request({ type: 'roleRequest', role, generationId }, 'roleReply')
    return { role: reply.role, generationId: reply.generationId }
  }

  packetIn(packet: PacketInView): void {
    this.events.packetIn(packet)
  }

  message(message: Message): void {
    if (message.type !== 'portStatus') {
      this.events.message(message)
      return
    }
    const { desc, reason } = message
    if (reason === PortReason.DELETE) this.ports.delete(desc.portNo)
    else this.ports.set(desc.portNo, desc)
    this.events.portStatus(desc, reason)
  }

  malformed(reason: string): void {
    this.events.malformed(reason)
  }

  closed(reason: string): void {
    this.ended = reason
    this.events.close(reason)
  }
}

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
  private readonly resolve: (session: Session) => void
  private readonly reject: (error: Error) => void
  private session: Session | undefined
  private readonly early: Message[] = []
  private timer: NodeJS.Timeout

  constructor(
    stream: Duplex,
    address: string,
    options: Partial<SessionOptions>,
    resolve: (session: Session) => void,
    reject: (error: Error) => void,
  ) {
    this.address = address
    this.resolve = resolve
    this.reject = reject
    this.connection = new Connection(stream, this, options)
    this.options = { ...this.connection.options, ...defaultDeadlines, ...options }
    this.timer = this.deadline('HELLO', this.options.helloDeadline)
  }

  private deadline(what: string, milliseconds: number): NodeJS.Timeout {
    return setTimeout(() => this.connection.close(`no ${what} within ${milliseconds} ms`), milliseconds)
  }

  readonly version = (version: number): void => {
    clearTimeout(this.timer)
    this.timer = this.deadline('handshake', this.options.handshakeDeadline)
    void this.begin(version)
  }

  readonly packetIn = (packet: PacketInView): void => this.session?.packetIn(packet)
  readonly refused = (reason: string): void => this.session?.malformed(reason)

  readonly message = (message: Message): void => {
    if (this.session) this.session.message(message)
    else if (this.early.length < mostEarly) this.early.push(message)
    else this.connection.close(`more than ${mostEarly} messages before the handshake was over`)
  }

  readonly close = (reason: string): void => {
    clearTimeout(this.timer)
    if (this.session) this.session.closed(reason)
    else this.reject(new SwitchError(reason))
  }

  private async begin(version: number): Promise<void> {
    const { connection } = this
    try {
      if (version !== version13) throw new SwitchError('only OpenFlow 1.3 switches can be programmed')
      const draft = await shakeHands(connection)
      const info = infoOf(draft, await probeCapabilities(connection), this.address)
      clearTimeout(this.timer)
      this.session = new Session(connection, info, draft.ports)
      for (const message of this.early.splice(0)) this.session.message(message)
      this.resolve(this.session)
    } catch (error) {
      this.reject(error as Error)
      connection.close((error as Error).message)
    }
  }
}

/**
 * Makes a session of a new connection: negotiates, asks who the switch is and what it can do.
 *
 * @param address where it connects from, for people to read
 * @throws SwitchError saying why there is no session; the connection is then closed
 */
export const openSession = (stream: Duplex, address: string, options: Partial<SessionOptions> = {}): Promise<Session> =>
  new Promise((resolve, reject) => void new Opening(stream, address, options, resolve, reject))
