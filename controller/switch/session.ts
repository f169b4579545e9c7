import type { Duplex } from 'node:stream'
import { type Message, type PacketInView, PortReason } from '../openflow/index.ts'
import { probeCapabilities } from './capabilities.ts'
import { Connection, type ConnectionOptions } from './connection.ts'
import { SwitchError } from './errors.ts'
import { type Draft, shakeHands } from './handshake.ts'
import { formatDpid, type Port, type SwitchInfo } from './info.ts'

/** What a switch tells whoever holds it, once it is up. None of these may throw. */
export interface SessionEvents {
  readonly packetIn: (packet: PacketInView) => void
  readonly portStatus: (port: Port, reason: number) => void
  /** Any other message that answers no request; errors to messages without an answer among them. */
  readonly message: (message: Message) => void
  readonly close: (reason: string) => void
}

const version13 = 4
const noEvents: SessionEvents = {
  packetIn: () => undefined,
  portStatus: () => undefined,
  message: () => undefined,
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

  constructor(connection: Connection, info: SwitchInfo, ports: readonly Port[]) {
    this.connection = connection
    this.info = info
    for (const port of ports) this.ports.set(port.portNo, port)
  }

  /** `0000000000000001` */
  get name(): string {
    return formatDpid(this.info.dpid)
  }

  /** Says who is to be told from now on. */
  attach(events: SessionEvents): void {
    this.events = events
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

  closed(reason: string): void {
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

/**
 * Makes a session of a new connection: negotiates, asks who the switch is and what it can do.
 *
 * @param address where it connects from, for people to read
 * @throws SwitchError saying why there is no session; the connection is then closed
 */
export const openSession = (
  stream: Duplex,
  address: string,
  options: Partial<ConnectionOptions> = {},
): Promise<Session> =>
  new Promise((resolve, reject) => {
    let session: Session | undefined
    const early: Message[] = []
    const connection = new Connection(
      stream,
      {
        version: (version) => void begin(version),
        packetIn: (packet) => session?.packetIn(packet),
        message: (message) => (session ? session.message(message) : early.push(message)),
        refused: () => undefined,
        close: (reason) => {
          if (session) session.closed(reason)
          else reject(new SwitchError(reason))
        },
      },
      options,
    )
    const begin = async (version: number): Promise<void> => {
      try {
        if (version !== version13) throw new SwitchError('only OpenFlow 1.3 switches can be programmed')
        const draft = await shakeHands(connection)
        if (draft.features.auxiliaryId !== 0) throw new SwitchError('auxiliary connections are not used')
        session = new Session(connection, infoOf(draft, await probeCapabilities(connection), address), draft.ports)
        for (const message of early) session.message(message)
        resolve(session)
      } catch (error) {
        reject(error)
        connection.close((error as Error).message)
      }
    }
  })
