import { type of10, type PacketInView, PortReason } from '../openflow/index.ts'
import type { Connection } from './connection.ts'
import type { Found10 } from './handshake10.ts'
import { formatDpid, type Port } from './info.ts'
import { portOf10 } from './port10.ts'

/** What a switch of OpenFlow 1.0 tells whoever holds it. None of these may throw. */
export interface Session10Events {
  /** The view is good during the call only. */
  readonly packetIn: (packet: PacketInView) => void
  readonly portStatus: (port: Port, reason: number) => void
  /** Any other message: errors to what it was sent, and what nobody asked for. */
  readonly message: (message: of10.Message10) => void
  /** A message was malformed, and left out. */
  readonly malformed: (reason: string) => void
  readonly close: (reason: string) => void
}

/** Who a switch of OpenFlow 1.0 is; texts are empty where it does not describe itself. */
export interface SwitchInfo10 {
  readonly dpid: bigint
  readonly tables: number
  readonly buffers: number
  readonly manufacturer: string
  readonly hardware: string
  readonly software: string
  /** Where it connects from. */
  readonly address: string
}

const noEvents: Session10Events = {
  packetIn: () => undefined,
  portStatus: () => undefined,
  message: () => undefined,
  malformed: () => undefined,
  close: () => undefined,
}

/** A switch of OpenFlow 1.0 that has shaken hands: apps answer its packets, and it holds no rules. */
export class Session10 {
  readonly connection: Connection
  readonly info: SwitchInfo10
  /** Its ports by number, kept up to date; reserved numbers as in OpenFlow 1.3. */
  readonly ports = new Map<number, Port>()
  /** When it came up, in milliseconds since 1970. */
  readonly since = Date.now()
  private events: Session10Events = noEvents
  private ended: string | undefined

  constructor(connection: Connection, { features, description }: Found10, address: string) {
    this.connection = connection
    const { manufacturer = '', hardware = '', software = '' } = description ?? {}
    const { datapathId, nTables, nBuffers } = features
    this.info = {
      ...{ dpid: datapathId, tables: nTables, buffers: nBuffers },
      ...{ manufacturer, hardware, software, address },
    }
    for (const port of features.ports.map(portOf10)) this.ports.set(port.portNo, port)
  }

  /** `0000000000000001` */
  get name(): string {
    return formatDpid(this.info.dpid)
  }

  /** Says who is to be told from now on. Where the connection has ended already, that is told at once. */
  attach(events: Session10Events): void {
    this.events = events
    if (this.ended !== undefined) events.close(this.ended)
  }

  packetIn(packet: PacketInView): void {
    this.events.packetIn(packet)
  }

  message(message: of10.Message10): void {
    if (message.type !== 'portStatus') {
      this.events.message(message)
      return
    }
    const port = portOf10(message.port)
    if (message.reason === PortReason.DELETE) this.ports.delete(port.portNo)
    else this.ports.set(port.portNo, port)
    this.events.portStatus(port, message.reason)
  }

  malformed(reason: string): void {
    this.events.malformed(reason)
  }

  closed(reason: string): void {
    this.ended = reason
    this.events.close(reason)
  }
}
