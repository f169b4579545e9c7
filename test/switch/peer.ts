import { EventEmitter, once } from 'node:events'
import { connect, type NetConnectOpts, type Socket } from 'node:net'
import type { Test } from 'tap'
import {
  decodeMessage,
  encodeHello,
  encodeMessage,
  Framer,
  type Message,
  type MessageNamed,
  versionElement,
} from '../../controller/openflow/index.ts'

const version13 = 4

/** A switch that does exactly what a test has it do. */
export class Peer {
  readonly socket: Socket
  /** What the controller sent, but for its HELLO. */
  readonly got: Message[] = []
  private readonly news = new EventEmitter()
  private ended = false

  constructor(socket: Socket) {
    this.socket = socket
    const framer = new Framer({
      frame: (_view, bytes, start, end) => {
        if (bytes[start + 1] !== 0) this.got.push(decodeMessage(bytes.subarray(start, end)))
        this.news.emit('news')
        return true
      },
      error: () => false,
    })
    socket.on('data', (chunk: Buffer) => framer.push(chunk))
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.ended = true
      this.news.emit('news')
    })
  }

  get closed(): boolean {
    return this.ended
  }

  hello(version = version13): this {
    return this.raw(encodeHello({ version, xid: 0, elements: [versionElement([version])] }))
  }

  raw(bytes: Uint8Array): this {
    this.socket.write(bytes)
    return this
  }

  send(message: Message): this {
    return this.raw(encodeMessage(message))
  }

  /** The next message of a type that was not yet taken. */
  async next<Type extends Message['type']>(type: Type): Promise<MessageNamed<Type>> {
    for (;;) {
      const at = this.got.findIndex((message) => message.type === type)
      const [found] = at < 0 ? [] : this.got.splice(at, 1)
      if (found) return found as MessageNamed<Type>
      if (this.ended) throw new Error(`the connection ended before a ${type}`)
      await once(this.news, 'news')
    }
  }

  async end(): Promise<void> {
    while (!this.ended) await once(this.news, 'news')
  }

  /** Answers the features request. */
  async features(datapathId = 1n, auxiliaryId = 0): Promise<this> {
    const { xid } = await this.next('featuresRequest')
    return this.send({
      ...({ type: 'featuresReply', xid, datapathId, auxiliaryId } as const),
      ...{ nBuffers: 0, nTables: 254, capabilities: 0x4f, reserved: 0 },
    })
  }

  /** Goes through the whole handshake, as a switch that can do nothing beyond OpenFlow 1.3. */
  async shakeHands(datapathId = 1n): Promise<this> {
    await this.hello().features(datapathId)
    const description = await this.next('descRequest')
    const text = { manufacturer: 'test', hardware: 'test', software: 'test', serialNumber: '', datapath: '' }
    this.send({ type: 'descReply', xid: description.xid, flags: 0, ...text })
    const ports = await this.next('portDescRequest')
    this.send({ type: 'portDescReply', xid: ports.xid, flags: 0, ports: [] })
    await this.refuse('bundleControl')
    await this.refuse('tlvTableRequest')
    await this.refuse('meterFeaturesRequest')
    return this.refuse('groupFeaturesRequest')
  }

  /** Answers a request of this type with OFPBRC_BAD_TYPE. */
  async refuse(type: Message['type']): Promise<this> {
    const { xid } = await this.next(type)
    return this.error(xid, 1, 1)
  }

  error(xid: number, errorType: number, code: number): this {
    return this.send({ type: 'error', xid, errorType, code, data: new Uint8Array() })
  }
}

/** Connects as a switch; the connection ends with the test. */
export const peerFor = async (t: Test, where: NetConnectOpts): Promise<Peer> => {
  const socket = connect(where)
  t.teardown(() => socket.destroy())
  const peer = new Peer(socket)
  await once(socket, 'connect')
  return peer
}
