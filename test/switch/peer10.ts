import { EventEmitter, once } from 'node:events'
import { connect, type NetConnectOpts, type Socket } from 'node:net'
import type { Test } from 'tap'
import { Framer, of10 } from '../../controller/openflow/index.ts'

const { decodeMessage, encodeMessage } = of10

/** HELLO, 8 bytes, as cbench and old switches send it. */
export const hello10 = encodeMessage({ type: 'hello', xid: 1, data: new Uint8Array() })

const port = (portNo: number, name: string): of10.PhyPort => ({
  ...{ portNo, hwAddr: 0x02_0000_000000 + portNo, name, config: 0, state: 0 },
  ...{ curr: 0xc0, advertised: 0, supported: 0, peer: 0 },
})

/** The features of a switch with ports 1 to 4 and the bridge's own. */
export const features10 = (xid: number, datapathId: bigint): Uint8Array =>
  encodeMessage({
    ...({
      type: 'featuresReply',
      xid,
      datapathId,
      nBuffers: 256,
      nTables: 2,
      capabilities: 0,
      actions: 0x7ff,
    } as const),
    ports: [...[1, 2, 3, 4].map((number) => port(number, `veth${number}`)), port(of10.Port10.LOCAL, 'br0')],
  })

/** A packet of 64 bytes from one station to another. */
export const frame = (ethDst: number, ethSrc: number): Uint8Array => {
  const bytes = new Uint8Array(64)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, Math.floor(ethDst / 2 ** 32))
  view.setUint32(2, ethDst % 2 ** 32)
  view.setUint16(6, Math.floor(ethSrc / 2 ** 32))
  view.setUint32(8, ethSrc % 2 ** 32)
  view.setUint16(12, 0x88b5)
  return bytes
}

export const packetIn10 = (bufferId: number, inPort: number, data: Uint8Array, xid = 0): Uint8Array =>
  encodeMessage({ type: 'packetIn', xid, bufferId, totalLen: data.length, inPort, reason: 0, data })

/** A switch of OpenFlow 1.0 that does exactly what a test has it do. */
export class Peer10 {
  readonly socket: Socket
  /** What the controller sent in 1.0, but for its HELLO. */
  readonly got: of10.Message10[] = []
  private readonly news = new EventEmitter()
  private ended = false

  constructor(socket: Socket) {
    this.socket = socket
    const framer = new Framer({
      frame: (_view, bytes, start, end) => {
        if (bytes[start] === 1 && bytes[start + 1] !== 0) this.got.push(decodeMessage(bytes.slice(start, end)))
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

  raw(...parts: readonly Uint8Array[]): this {
    this.socket.write(Buffer.concat(parts))
    return this
  }

  /** The next message of a type that was not yet taken. */
  async next<Type extends of10.Message10['type']>(type: Type): Promise<of10.MessageNamed10<Type>> {
    for (;;) {
      const at = this.got.findIndex((message) => message.type === type)
      const [found] = at < 0 ? [] : this.got.splice(at, 1)
      if (found) return found as of10.MessageNamed10<Type>
      if (this.ended) throw new Error(`the connection ended before a ${type}`)
      await once(this.news, 'news')
    }
  }

  /** Says HELLO and its features, and with them whatever else is given, in one piece. */
  async shakeHands(datapathId: bigint, ...more: readonly Uint8Array[]): Promise<this> {
    this.raw(hello10)
    const { xid } = await this.next('featuresRequest')
    return this.raw(features10(xid, datapathId), ...more)
  }

  async end(): Promise<void> {
    while (!this.ended) await once(this.news, 'news')
  }
}

/** Connects as a switch of OpenFlow 1.0; the connection ends with the test. */
export const peer10For = async (t: Test, where: NetConnectOpts): Promise<Peer10> => {
  const socket = connect(where)
  t.teardown(() => socket.destroy())
  const peer = new Peer10(socket)
  await once(socket, 'connect')
  return peer
}
