import { connect, createServer, type Socket } from 'node:net'
import type { Test } from 'tap'
import { Framer, type Framer as FramerType } from '../../controller/openflow/index.ts'

/** Counts of messages by name; those in a bundle count as themselves. */
export type Counts = ReadonlyMap<string, number>

const names: Readonly<Record<number, string>> = {
  2: 'echoRequest',
  3: 'echoReply',
  1: 'error',
  10: 'packetIn',
  11: 'flowRemoved',
  13: 'packetOut',
  14: 'flowMod',
  15: 'groupMod',
  29: 'meterMod',
}
const experimenterType = 4
const onf = 0x4f4e4600
const bundleAdd = 2301
const bundleHeader = 24

const nameOf = (view: DataView, start: number): string => {
  const type = view.getUint8(start + 1)
  const isBundled =
    type === experimenterType && view.getUint32(start + 8) === onf && view.getUint32(start + 12) === bundleAdd
  const inner = isBundled ? view.getUint8(start + bundleHeader + 1) : type
  return names[inner] ?? `type ${inner}`
}

/**
 * Stands between switches and the controller on unix sockets, and counts the messages of both
 * directions.
 */
export class Wiretap {
  private readonly toSwitch = new Map<string, number>()
  private readonly toController = new Map<string, number>()

  /** Messages from the controller to its switches since the last `reset`. */
  get sent(): Counts {
    return this.toSwitch
  }

  get received(): Counts {
    return this.toController
  }

  reset(): void {
    this.toSwitch.clear()
    this.toController.clear()
  }

  private counter(counts: Map<string, number>): FramerType {
    return new Framer({
      frame: (view, _bytes, start) => {
        const name = nameOf(view, start)
        counts.set(name, (counts.get(name) ?? 0) + 1)
        return true
      },
      error: () => true,
    })
  }

  private join(fromSwitch: Socket, controller: string): void {
    const toController = connect(controller)
    const pass = (from: Socket, to: Socket, counts: Map<string, number>): void => {
      const counter = this.counter(counts)
      from.on('data', (chunk: Buffer) => {
        counter.push(chunk)
        to.write(chunk)
      })
      from.on('error', () => to.destroy())
      from.on('close', () => to.destroy())
    }
    pass(fromSwitch, toController, this.toController)
    pass(toController, fromSwitch, this.toSwitch)
  }

  /** Listens at `path` for switches, and joins each with the controller's socket, until the test ends. */
  static async start(t: Test, path: string, controller: string): Promise<Wiretap> {
    const tap = new Wiretap()
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket)
      tap.join(socket, controller)
    })
    await new Promise<void>((resolve) => server.listen(path, resolve))
    t.teardown(() => {
      for (const socket of sockets) socket.destroy()
      server.close()
    })
    return tap
  }
}
