import { PacketInView } from '../hot/packet-in-view.ts'
import { decodeHello, negotiate } from '../messages/hello.ts'
import { decodeMessage, type Message } from '../messages/messages.ts'
import { decodeMessage as decodeMessage10, type Message10 } from '../of10/messages.ts'
import { ProtocolError } from '../wire/errors.ts'
import { isForSwitch } from './direction.ts'
import { Framer } from './framer.ts'
import { Version } from './lengths.ts'
import { type JoinLimits, MultipartJoiner } from './multipart.ts'
import { errorReply, helloFailed } from './refusal.ts'

/** What a connection's bytes turn out to be. */
export type ConversationEvent =
  /** Both sides speak this version from here on. */
  | { readonly type: 'version'; readonly version: number }
  | { readonly type: 'message'; readonly version: 4; readonly message: Message }
  | { readonly type: 'message'; readonly version: 1; readonly message: Message10 }
  /** A message was refused and the conversation goes on; `reply` is the ERROR to send, if one is due. */
  | { readonly type: 'error'; readonly error: ProtocolError; readonly reply: Uint8Array | undefined }
  /** Send `reply`, if any, then close: nothing more is delivered. */
  | { readonly type: 'close'; readonly reason: string; readonly reply: Uint8Array | undefined }

/** What a conversation is to speak, how much of it is held, and who takes its packet-ins. */
export interface ConversationOptions {
  /** Versions to negotiate, 4 for OpenFlow 1.3 and 1 for 1.0; both unless given. */
  readonly versions?: readonly number[]
  readonly multipart?: Partial<JoinLimits>
  /**
   * Takes packet-ins in place of a `message` event each: the fast way. The view is good during the
   * call only. It must not throw.
   */
  readonly packetIn?: (packet: PacketInView) => void
  /** Takes the events that came before a packet-in of the same chunk, so that their order is kept. It must not throw. */
  readonly before?: (events: readonly ConversationEvent[]) => void
}

const MessageType = { HELLO: 0, ERROR: 1, PACKET_IN: 10, MULTIPART_REPLY: 19 } as const
const helloFailedType = 0

const isHelloFailed = (bytes: Uint8Array): boolean =>
  bytes[1] === MessageType.ERROR && (bytes[8] as number) * 256 + (bytes[9] as number) === helloFailedType

const versionNames: Readonly<Record<number, string>> = { [Version.OPENFLOW_1_0]: '1.0', [Version.OPENFLOW_1_3]: '1.3' }

/**
 * The controller's side of a connection from its first byte: negotiates the version, then gives
 * decoded messages, multipart replies joined. No sockets and no clocks: bytes go in, events come
 * out, and the caller sends what they say. Our own HELLO is the caller's to send.
 */
export class Conversation {
  private readonly versions: readonly number[]
  private readonly framer: Framer
  private readonly joiner: MultipartJoiner
  private readonly packet = new PacketInView()
  private readonly onPacketIn: ConversationOptions['packetIn']
  private readonly onBefore: ConversationOptions['before']
  private events: ConversationEvent[] = []
  private chosen: number | undefined
  private over = false

  constructor(options: ConversationOptions = {}) {
    this.versions = options.versions ?? [Version.OPENFLOW_1_3, Version.OPENFLOW_1_0]
    this.joiner = new MultipartJoiner(options.multipart)
    this.onPacketIn = options.packetIn
    this.onBefore = options.before
    this.framer = new Framer({
      frame: (view, bytes, start, end) => this.frame(view, bytes, start, end),
      error: (error, bytes, start, end) => this.refused(error, bytes.subarray(start, end)),
    })
  }

  /** The version agreed on, once there is one. */
  get version(): number | undefined {
    return this.chosen
  }

  /** True after a `close` event. */
  get closed(): boolean {
    return this.over
  }

  /** True while a message has begun and not ended, as in a connection that stalls. */
  get midMessage(): boolean {
    return this.framer.midMessage
  }

  /** What these bytes of the stream bring about, in order. Nothing after a `close`. */
  push(chunk: Uint8Array): readonly ConversationEvent[] {
    if (this.over) return []
    this.framer.push(chunk)
    if (this.chosen === undefined && !this.over) this.checkBeginning(this.framer.partial)
    return this.taken()
  }

  /** The peer will send no more: always a `close`, once. */
  end(): readonly ConversationEvent[] {
    if (this.over) return []
    const error = this.framer.end()
    this.close(error ? error.message : 'the peer closed the connection')
    return this.taken()
  }

  private taken(): readonly ConversationEvent[] {
    const { events } = this
    this.events = []
    return events
  }

  private close(reason: string, reply?: Uint8Array): false {
    this.over = true
    this.events.push({ type: 'close', reason, reply })
    return false
  }

  /** A first message that can be no HELLO need not come whole (OpenFlow 1.3.5 §6.3.1). */
  private checkBeginning(partial: Uint8Array): void {
    const [, type] = partial
    if (type !== undefined && type !== MessageType.HELLO && type !== MessageType.ERROR) this.notHello(type)
  }

  private notHello(type: number): false {
    return this.close(`the first message is of type ${type}, not HELLO`)
  }

  private frame(view: DataView, bytes: Uint8Array, start: number, end: number): boolean {
    const isHot = this.onPacketIn && this.chosen !== undefined
    if (isHot && view.getUint8(start + 1) === MessageType.PACKET_IN) return this.takePacketIn(view, bytes, start, end)
    return this.take(bytes.subarray(start, end))
  }

  private takePacketIn(view: DataView, bytes: Uint8Array, start: number, end: number): true {
    if (this.onBefore && this.events.length > 0) this.onBefore(this.taken())
    try {
      if (this.chosen === Version.OPENFLOW_1_0) this.packet.reset10(view, start, end)
      else this.packet.reset(view, start, end)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      this.refuse(error, bytes.subarray(start, end))
      return true
    }
    this.onPacketIn?.(this.packet)
    return true
  }

  private take(bytes: Uint8Array): boolean {
    if (this.chosen === undefined) return this.takeFirst(bytes)
    if (isHelloFailed(bytes)) return this.close('the peer sent ERROR HELLO_FAILED')
    try {
      this.deliver(bytes)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      this.refuse(error, bytes)
    }
    return true
  }

  private takeFirst(bytes: Uint8Array): boolean {
    const type = bytes[1] as number
    if (type === MessageType.ERROR) return this.close('the peer sent ERROR instead of HELLO')
    if (type !== MessageType.HELLO) return this.notHello(type)
    try {
      const version = negotiate(this.versions, decodeHello(bytes))
      return version === undefined ? this.noVersion(bytes) : this.agree(version)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      return this.close(error.message, errorReply(this.highest(), error, bytes))
    }
  }

  private highest(): number {
    return Math.max(...this.versions)
  }

  private agree(version: number): true {
    this.chosen = version
    this.framer.accept([version])
    this.events.push({ type: 'version', version })
    return true
  }

  private noVersion(hello: Uint8Array): false {
    const text = `OpenFlow ${this.versions.map((version) => versionNames[version]).join(' and ')} only`
    const error = new ProtocolError('OFPHFC_INCOMPATIBLE', text, true)
    return this.close(error.message, helloFailed(this.highest(), error, hello, text))
  }

  /** @throws ProtocolError for what is malformed, and for what is no switch's to send */
  private deliver(bytes: Uint8Array): void {
    const type = bytes[1] as number
    if (isForSwitch(this.chosen ?? this.highest(), type)) {
      throw new ProtocolError('OFPBRC_BAD_TYPE', `a message of type ${type} is for a switch`)
    }
    if (this.chosen === Version.OPENFLOW_1_0) {
      this.events.push({ type: 'message', version: 1, message: decodeMessage10(bytes) })
      return
    }
    const message = decodeMessage(bytes)
    const isPart = type === MessageType.MULTIPART_REPLY && 'flags' in message
    const whole = isPart ? this.joiner.add(message, bytes.length) : message
    if (whole) this.events.push({ type: 'message', version: 4, message: whole })
  }

  private refused(error: ProtocolError, bytes: Uint8Array): boolean {
    if (error.fatal || this.chosen === undefined) return this.close(error.message)
    this.refuse(error, bytes)
    return true
  }

  private refuse(error: ProtocolError, bytes: Uint8Array): void {
    this.events.push({ type: 'error', error, reply: errorReply(this.chosen ?? this.highest(), error, bytes) })
  }
}
