import { connect, type Socket } from 'node:net'
import { type Duplex, duplexPair } from 'node:stream'
import { encodeMessage, Framer } from '../../controller/openflow/index.ts'
import { SimSwitch } from '../../topology/sim/index.ts'

/** What goes wrong between a switch and its controller. */
export const faults = [
  /** The connection is cut. */
  'cut',
  /** The next commit reaches the switch, and its answer is lost with the connection. */
  'commit then cut',
  /** The next commit is lost with the connection. */
  'cut before commit',
  /** The next commit is refused, and nothing says why. */
  'refuse commit',
  /** The next commit is done, and its answer lost: the connection stays. */
  'lose answer',
  /** The next message of a change does not arrive: the connection stays. */
  'lose commit',
  /** The switch starts again with empty tables. */
  'restart',
  /** The switch does not read for a while. */
  'stall',
  /** Somebody else deletes all flows. */
  'delete flows',
  /** Somebody else changes what the flows do. */
  'change flows',
] as const
export type Fault = (typeof faults)[number]

const EXPERIMENTER = 4
const ONF = 0x4f4e4600
const bundleControl = 2300
const Control = { COMMIT_REQUEST: 4, COMMIT_REPLY: 5 } as const
/** OFPBFC_MSG_FAILED: some message of the bundle failed. */
const bundleFailed = {
  type: 'error',
  errorType: 0xffff,
  expType: 2315,
  experimenter: ONF,
  data: new Uint8Array(),
} as const
/** OFPBRC_BAD_EXPERIMENTER */
const notKnown = { type: 'error', errorType: 1, code: 3, data: new Uint8Array() } as const
const MULTIPART_REQUEST = 18
const reconnectDelay = 10
const stallTime = 150

/** The control of a bundle that a message is, or -1. */
const controlOf = (bytes: Uint8Array): number => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const isControl = bytes[1] === EXPERIMENTER && view.getUint32(8) === ONF && view.getUint32(12) === bundleControl
  return isControl ? view.getUint16(20) : -1
}

/** Whether a message is of a bundle, or asks for a flow monitor. */
const isExtension = (bytes: Uint8Array): boolean =>
  controlOf(bytes) >= 0 || (bytes[1] === MULTIPART_REQUEST && bytes[8] === 0xff)

/** A simulated switch and the line to its controller, on which things go wrong when told to. */
export class FaultyLine {
  sw: SimSwitch
  private readonly dpid: bigint
  private readonly port: number
  private socket: Socket | undefined
  private armed: Fault | undefined
  private stopped = false
  /** How often each fault has come about. */
  readonly happened = new Map<Fault, number>()

  private readonly isPlain: boolean

  /** @param isPlain has the switch know neither bundles nor flow monitors */
  constructor(dpid: bigint, port: number, isPlain = false) {
    this.dpid = dpid
    this.port = port
    this.isPlain = isPlain
    this.sw = this.newSwitch()
    this.connect()
  }

  private newSwitch(): SimSwitch {
    return new SimSwitch({ dpid: this.dpid, ports: [1, 2, 3] })
  }

  stop(): void {
    this.stopped = true
    this.sw.close()
    this.socket?.destroy()
  }

  /** Nothing goes wrong from now on. */
  disarm(): void {
    this.armed = undefined
  }

  /** Has something go wrong, now or with the next change. */
  fail(fault: Fault): void {
    if (fault === 'cut') this.cut(fault)
    else if (fault === 'restart') this.restart()
    else if (fault === 'stall') this.stall()
    else if (fault === 'delete flows') this.foreign('flowMod', { command: 3 }, fault)
    else if (fault === 'change flows') this.foreign('flowMod', { command: 1 }, fault)
    else this.armed = fault
  }

  private count(fault: Fault): void {
    this.happened.set(fault, (this.happened.get(fault) ?? 0) + 1)
  }

  private cut(fault: Fault): void {
    this.count(fault)
    this.socket?.destroy()
  }

  private restart(): void {
    this.count('restart')
    this.sw.close()
    this.sw = this.newSwitch()
    this.socket?.destroy()
  }

  private stall(): void {
    this.count('stall')
    const { socket } = this
    socket?.pause()
    setTimeout(() => socket?.resume(), stallTime)
  }

  /** As `ovs-ofctl del-flows` and `mod-flows` do, on a connection of their own. */
  private foreign(type: 'flowMod', { command }: { command: number }, fault: Fault): void {
    this.count(fault)
    const [ours, theirs] = duplexPair()
    this.sw.connect(theirs)
    ours.on('data', () => undefined)
    ours.write(Buffer.from('0400000800000000', 'hex'))
    ours.end(
      encodeMessage({
        ...{ type, xid: 1, cookie: 0n, cookieMask: 0n, tableId: command === 3 ? 0xff : 0, command },
        ...{ idleTimeout: 0, hardTimeout: 0, priority: 0, bufferId: 0xffff_ffff, outPort: 0xffff_ffff },
        ...{ outGroup: 0xffff_ffff, flags: 0, match: [], instructions: [] },
      }),
    )
  }

  private connect(): void {
    if (this.stopped) return
    const socket = connect(this.port, '127.0.0.1')
    this.socket = socket
    const [ours, theirs] = duplexPair()
    this.sw.connect(theirs)
    this.pass(socket, ours, (bytes) => this.toSwitch(bytes, ours))
    this.pass(ours, socket, (bytes) => this.toController(bytes))
    socket.on('error', () => undefined)
    socket.on('close', () => {
      ours.destroy()
      theirs.destroy()
      setTimeout(() => this.connect(), reconnectDelay)
    })
  }

  private pass(from: Duplex, to: Duplex, isPassed: (bytes: Uint8Array) => boolean): void {
    const framer = new Framer({
      frame: (_view, bytes, start, end) => {
        const message = bytes.slice(start, end)
        if (isPassed(message) && !to.destroyed) to.write(message)
        return true
      },
      error: () => false,
    })
    from.on('data', (chunk: Uint8Array) => framer.push(chunk))
    from.on('end', () => to.end())
    from.on('error', () => undefined)
  }

  private take(fault: Fault): boolean {
    if (this.armed !== fault) return false
    this.armed = undefined
    return true
  }

  private toSwitch(bytes: Uint8Array, toSwitch: Duplex): boolean {
    if (this.isPlain && isExtension(bytes)) {
      const xid = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4)
      this.socket?.write(encodeMessage({ ...notKnown, xid }))
      return false
    }
    if (controlOf(bytes) !== Control.COMMIT_REQUEST) return true
    if (this.take('cut before commit')) {
      this.cut('cut before commit')
      return false
    }
    if (this.take('lose commit')) {
      this.count('lose commit')
      return false
    }
    if (this.take('refuse commit')) {
      this.count('refuse commit')
      const xid = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4)
      this.socket?.write(encodeMessage({ ...bundleFailed, xid }))
      return false
    }
    return !toSwitch.destroyed
  }

  private toController(bytes: Uint8Array): boolean {
    if (controlOf(bytes) !== Control.COMMIT_REPLY) return true
    if (this.take('commit then cut')) {
      this.cut('commit then cut')
      return false
    }
    if (!this.take('lose answer')) return true
    this.count('lose answer')
    return false
  }
}
