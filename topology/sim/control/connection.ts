import type { Duplex } from 'node:stream'
import {
  type DecodedHello,
  decodeHello,
  encodeHello,
  negotiate,
  versionElement,
} from '../../../controller/openflow/messages/hello.ts'
import { decodeMessage, encodeMessage, type Message } from '../../../controller/openflow/messages/messages.ts'
import { Role } from '../../../controller/openflow/messages/role.ts'
import { Framer } from '../../../controller/openflow/stream/framer.ts'
import { Version } from '../../../controller/openflow/stream/lengths.ts'
import { errorReply, helloFailed } from '../../../controller/openflow/stream/refusal.ts'
import { ProtocolError } from '../../../controller/openflow/wire/errors.ts'
import type { Punt } from '../pipeline/report.ts'
import type { SimPort } from '../ports/port-table.ts'
import { Refusal } from '../refusal.ts'
import type { SimSwitch } from '../switch.ts'
import type { FlowEvent } from '../tables/flow-store.ts'
import { AsyncFilter } from './async.ts'
import { Buffers } from './buffers.ts'
import { Bundles } from './bundles.ts'
import { flowRemovedFor } from './flow-removed.ts'
import { handle } from './handle.ts'
import { Monitors } from './monitors.ts'
import { Paused, packetInFor, packetInReason } from './packet-in.ts'
import { encodeParts, type MakePart } from './parts.ts'
import { refusalReply } from './refusal-reply.ts'

/** Bytes that may wait to be sent before asynchronous messages are dropped. */
const mostWaiting = 16 * 1024 * 1024

/** One controller's connection to a switch. */
export class Connection {
  readonly sw: SimSwitch
  readonly filter = new AsyncFilter()
  readonly bundles: Bundles
  readonly monitors: Monitors
  readonly buffers: Buffers
  readonly paused = new Paused()
  role: number = Role.EQUAL
  /** One of PacketInFormat. */
  packetInFormat = 0
  controllerId = 0
  private readonly stream: Duplex
  private readonly framer: Framer
  private readonly ended: () => void
  private isAgreed = false
  private waiting: Uint8Array[] = []
  private isScheduled = false

  constructor(sw: SimSwitch, stream: Duplex, ended: () => void) {
    this.sw = sw
    this.stream = stream
    this.ended = ended
    this.bundles = new Bundles(this)
    this.monitors = new Monitors(this)
    this.buffers = new Buffers(sw.settings.nBuffers ?? 0)
    this.framer = new Framer({
      frame: (_view, bytes, start, end) => this.take(bytes.subarray(start, end)),
      error: (error, bytes, start, end) => this.refuse(error, bytes.subarray(start, end)),
    })
    stream.on('data', (chunk: Uint8Array) => this.framer.push(chunk))
    stream.on('close', () => this.end())
    stream.on('end', () => this.close())
    stream.on('error', () => this.close())
    this.raw(encodeHello({ version: Version.OPENFLOW_1_3, xid: 0, elements: [versionElement([Version.OPENFLOW_1_3])] }))
  }

  private end(): void {
    this.bundles.clear()
    this.ended()
  }

  close(): void {
    this.flush()
    this.stream.end()
    this.end()
  }

  /** Sends a message, at the end of this turn at the latest. */
  send(message: Message): void {
    this.monitors.flush()
    this.raw(encodeMessage(message))
  }

  raw(bytes: Uint8Array): void {
    this.waiting.push(bytes)
    this.schedule()
  }

  private schedule(): void {
    if (this.isScheduled) return
    this.isScheduled = true
    process.nextTick(() => this.flush())
  }

  /** Sends a multipart reply in as many messages as it needs. */
  sendParts<T>(items: readonly T[], make: MakePart<T>): void {
    this.monitors.flush()
    for (const bytes of encodeParts(items, make)) this.raw(bytes)
  }

  private flush(): void {
    this.isScheduled = false
    if (!this.stream.destroyed) this.monitors.flush()
    const { waiting } = this
    this.waiting = []
    if (waiting.length === 0 || this.stream.destroyed || this.stream.writableEnded) return
    this.stream.write(waiting.length === 1 ? (waiting[0] as Uint8Array) : Buffer.concat(waiting))
  }

  /** True where the controller does not read: what it is not asked for is dropped. */
  private get isStuck(): boolean {
    return this.stream.writableLength > mostWaiting
  }

  private take(bytes: Uint8Array): boolean {
    try {
      if (this.isAgreed) this.request(bytes)
      else this.greet(bytes)
    } catch (error) {
      if (error instanceof ProtocolError) this.refuse(error, bytes)
      else if (error instanceof Refusal) this.raw(refusalReply(error, bytes))
      else throw error
    }
    return true
  }

  private greet(bytes: Uint8Array): void {
    const hello: DecodedHello = decodeHello(bytes)
    if (negotiate([Version.OPENFLOW_1_3], hello) !== undefined) {
      this.isAgreed = true
      this.framer.accept([Version.OPENFLOW_1_3])
      return
    }
    const error = new ProtocolError('OFPHFC_INCOMPATIBLE', 'OpenFlow 1.3 only')
    this.raw(helloFailed(Version.OPENFLOW_1_3, error, bytes, error.message))
    this.close()
  }

  private request(bytes: Uint8Array): void {
    const message = decodeMessage(bytes)
    handle(this, message, bytes)
  }

  /** Answers a request that is refused; closes where messages can no longer be told apart. */
  refuse(error: ProtocolError, bytes: Uint8Array): boolean {
    const reply = errorReply(Version.OPENFLOW_1_3, error, bytes)
    if (reply) this.raw(reply)
    if (error.fatal || !this.isAgreed) this.close()
    return true
  }

  /** A packet for the controllers with an id. */
  punt(punt: Punt): void {
    const reason = packetInReason(punt.reason)
    const isMine = punt.controllerId === this.controllerId && this.isAgreed
    if (!isMine || this.isStuck || !this.filter.passes('packetIn', this.role, reason)) return
    this.send(packetInFor(this, punt))
  }

  flowChanged(event: FlowEvent): void {
    if (!this.isAgreed) return
    this.monitors.add(event)
    if (this.monitors.isWaiting) this.schedule()
    const message = flowRemovedFor(event, this.sw.clock.now())
    if (!message || this.isStuck || !this.filter.passes('flowRemoved', this.role, message.reason)) return
    this.send(message)
  }

  portStatus(port: SimPort, reason: number): void {
    if (!this.isAgreed || !this.filter.passes('portStatus', this.role, reason)) return
    this.send({ type: 'portStatus', xid: 0, reason, desc: port.desc })
  }
}
