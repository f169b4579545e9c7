import { type Message, NO_GENERATION, type PacketInView, PortReason } from '../openflow/index.ts'
import type { Connection } from './connection.ts'
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
