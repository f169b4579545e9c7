// A process of switches that do nothing but ask the controller for echoes, and time the answers.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Framer } from '../../controller/openflow/index.ts'
import { SimSwitch } from '../../topology/sim/index.ts'

export interface GoodOrders {
  readonly port: number
  readonly switches: number
}

/** Measure for so many milliseconds, one echo each `every` milliseconds. */
export interface Measure {
  readonly milliseconds: number
  readonly every: number
}

const EchoType = { REQUEST: 2, REPLY: 3 } as const
/** Milliseconds for the last answers of a measurement: generous, as the machine may stand still. */
const patience = 60_000
/** Transaction ids that no message of the simulated switch has. */
const firstXid = 0x7000_0000

const echoOf = (xid: number): Buffer => {
  const bytes = Buffer.from([4, EchoType.REQUEST, 0, 8, 0, 0, 0, 0])
  bytes.writeUInt32BE(xid, 4)
  return bytes
}

class Stopwatch {
  private readonly started = new Map<number, number>()
  private next = firstXid
  times: number[] = []

  ask(socket: Socket): void {
    const xid = this.next++
    this.started.set(xid, performance.now())
    socket.write(echoOf(xid))
  }

  /** Watches what the controller sends, beside the switch itself. */
  follow(socket: Socket): void {
    const framer = new Framer({
      frame: (view, bytes, start) => {
        if (bytes[start + 1] === EchoType.REPLY) this.answered(view.getUint32(start + 4))
        return true
      },
      error: () => false,
    })
    socket.on('data', (chunk: Buffer) => framer.push(chunk))
  }

  private answered(xid: number): void {
    const started = this.started.get(xid)
    if (started === undefined) return
    this.started.delete(xid)
    this.times.push(performance.now() - started)
  }

  /** Echoes that were never answered. */
  get open(): number {
    return this.started.size
  }
}

const [{ port, switches }] = (await once(process, 'message')) as [GoodOrders]
const watch = new Stopwatch()
const sockets = Array.from({ length: switches }, (_, at) => {
  const socket = connect(port, '127.0.0.1')
  socket.setNoDelay(true)
  new SimSwitch({ dpid: BigInt(at + 1), ports: [1, 2] }).connect(socket)
  watch.follow(socket)
  return socket
})

process.on('message', async ({ milliseconds, every }: Measure) => {
  watch.times = []
  const end = performance.now() + milliseconds
  for (let turn = 0; performance.now() < end; turn++) {
    const socket = sockets[turn % sockets.length]
    if (socket) watch.ask(socket)
    await sleep(every)
  }
  const deadline = performance.now() + patience
  while (watch.open > 0 && performance.now() < deadline) await sleep(20)
  process.send?.({ times: watch.times, open: watch.open, closed: sockets.filter(({ destroyed }) => destroyed).length })
})
