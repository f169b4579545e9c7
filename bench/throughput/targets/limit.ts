// A learning switch as a bare loop over sockets: the upper bound of what any controller in Node reaches.

import type { Socket } from 'node:net'
import { encodeMessage, type FlowMod, match, of10, PacketInView, Port } from '../../../controller/openflow/index.ts'
import { MacTable } from '../apps/mac-table.ts'
import { layoutOf } from '../generator/layout.ts'
import { greeting, serve, versionWanted } from './serve.ts'

const PACKET_IN = 10
const ECHO_REQUEST = 2
const version = versionWanted()
const layout = layoutOf(version === 4 ? '1.3' : '1.0', 0n)

const flow13: FlowMod = {
  ...({ type: 'flowMod', xid: 0, cookie: 0n, cookieMask: 0n, tableId: 0, command: 0, hardTimeout: 0 } as const),
  ...{ idleTimeout: 60, priority: 1, bufferId: 0, outPort: Port.ANY, outGroup: Port.ANY, flags: 0 },
  match: match({ inPort: 1, ethDst: 0, ethSrc: 0 }),
  instructions: [{ type: 'applyActions', actions: [{ type: 'output', port: 1, maxLen: 0 }] }],
}
const flood = [{ type: 'output', port: version === 4 ? Port.FLOOD : of10.Port10.FLOOD, maxLen: 0 }] as const
const out = { type: 'packetOut', xid: 0, bufferId: 0, inPort: 1, actions: flood, data: new Uint8Array() } as const

const packetOut = version === 4 ? encodeMessage(out) : of10.encodeMessage(out)
const flowMod = version === 4 ? encodeMessage(flow13) : new Uint8Array(80)
const template = of10.flowModTemplate({ idleTimeout: 60 })
const words = new DataView(flowMod.buffer, flowMod.byteOffset, flowMod.byteLength)
const packet10 = new PacketInView()

/** Bytes of the largest answer to the smallest packet-in, at most. */
const answersPerByte = 2
/** Bytes of one read of Node; where it is full there may be more at once. */
const fullRead = 0x1_0000
const largest = 0x1_0000

/** A buffer for answers that all connections use, one after the other. */
interface Shared {
  out: Uint8Array
  isFree: boolean
}

class Bare {
  private readonly socket: Socket
  private readonly shared: Shared
  private readonly table = new MacTable()
  private rest: Uint8Array = new Uint8Array(0)
  private out: Uint8Array = new Uint8Array(0)
  private view = new DataView(this.out.buffer)
  private filled = 0
  private waits = false

  constructor(socket: Socket, shared: Shared) {
    this.socket = socket
    this.shared = shared
    socket.write(greeting(version))
    socket.on('readable', () => this.readable())
  }

  /** One read a turn: whoever sends most must not keep the loop from the others. */
  private readable(): void {
    if (this.waits) return
    this.waits = this.socket.readableLength >= fullRead
    if (this.waits) setImmediate(() => this.takeTurn())
    else this.takeTurn()
  }

  private takeTurn(): void {
    this.waits = false
    const chunk: Buffer | null = this.socket.read()
    if (chunk !== null) this.read(chunk)
  }

  private read(chunk: Uint8Array): void {
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk])
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const room = bytes.length * answersPerByte
    const { shared } = this
    if (!shared.isFree || shared.out.length < room)
      shared.out = new Uint8Array(Math.max(answersPerByte * fullRead, room))
    this.out = shared.out
    this.view = new DataView(this.out.buffer, this.out.byteOffset)
    this.filled = 0
    let at = 0
    for (let left = bytes.length; left >= 8; left = bytes.length - at) {
      const length = Math.max(8, view.getUint16(at + 2))
      if (length > left) break
      const type = view.getUint8(at + 1)
      if (type === PACKET_IN) this.packetIn(view, at, at + length)
      else if (type === ECHO_REQUEST) this.echo(bytes.subarray(at, at + length))
      at += length
    }
    this.rest = at === bytes.length ? new Uint8Array(0) : bytes.slice(at)
    if (this.rest.length > largest) this.socket.destroy()
    if (this.filled > 0) this.socket.write(this.out.subarray(0, this.filled))
    // What the system has taken at once is written over by whoever answers next.
    shared.isFree = this.socket.writableLength === 0
  }

  private echo(request: Uint8Array): void {
    const reply = request.slice()
    reply[1] = ECHO_REQUEST + 1
    this.socket.write(reply)
  }

  private packetIn(view: DataView, start: number, end: number): void {
    const data = start + layout.dataAt
    const inPort = version === 4 ? view.getUint32(start + 32) : view.getUint16(start + 14)
    this.table.learn(view.getUint16(data + 6), view.getUint32(data + 8), inPort)
    const outPort = this.table.get(view.getUint16(data), view.getUint32(data + 2))
    if (outPort < 0) this.flood(view.getUint32(start + 8), inPort)
    else if (version === 4) this.flow13(view, start, data, inPort, outPort)
    else {
      of10.writeFlowMod(this.view, this.filled, template, packet10.reset10(view, start, end), outPort)
      this.filled += flowMod.length
    }
  }

  private flood(bufferId: number, inPort: number): void {
    this.out.set(packetOut, this.filled)
    this.view.setUint32(this.filled + 8, bufferId)
    if (version === 4) this.view.setUint32(this.filled + 12, inPort)
    else this.view.setUint16(this.filled + 12, inPort)
    this.filled += packetOut.length
  }

  private flow13(packet: DataView, start: number, data: number, inPort: number, outPort: number): void {
    const { view, filled: at } = this
    for (let word = 0; word < flowMod.length; word += 4) view.setUint32(at + word, words.getUint32(word))
    view.setUint32(at + 32, packet.getUint32(start + 8))
    view.setUint32(at + 56, inPort)
    view.setUint32(at + 64, packet.getUint32(data))
    view.setUint16(at + 68, packet.getUint16(data + 4))
    view.setUint32(at + 74, packet.getUint32(data + 6))
    view.setUint16(at + 78, packet.getUint16(data + 10))
    view.setUint32(at + 92, outPort)
    this.filled = at + flowMod.length
  }
}

const shared: Shared = { out: new Uint8Array(0), isFree: true }
serve((socket) => new Bare(socket, shared))
