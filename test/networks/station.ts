import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Packet, parsePacket } from '../../controller/packet/index.ts'

const program = fileURLToPath(new URL('station.py', import.meta.url))

/** A frame that arrived. */
export interface Heard {
  readonly frame: Buffer
  readonly packet: Packet
}

/** A card in a namespace that sends any frame, and keeps those that arrive. */
export class Station {
  /** All that arrived since it was cleared. */
  heard: Heard[] = []
  private readonly child: ChildProcess
  private readonly ended: Promise<never>
  private readonly waiting: (() => void)[] = []

  private constructor(child: ChildProcess, what: string) {
    this.child = child
    this.ended = once(child, 'close').then(() => {
      throw new Error(`${what}: its program has ended`)
    })
    this.ended.catch(() => undefined)
    // That nobody reads is told by its end.
    child.stdin?.on('error', () => undefined)
  }

  /** @throws Error where the card cannot be had */
  static async open(namespace: string, card: string): Promise<Station> {
    const words = ['netns', 'exec', namespace, 'python3', program, card]
    const child = spawn('ip', words, { stdio: ['pipe', 'pipe', 'inherit'] })
    const station = new Station(child, `${card} of ${namespace}`)
    const ready = station.told()
    createInterface({ input: child.stdout }).on('line', (line) => station.take(line))
    await ready
    return station
  }

  /** Sends frames, each so many times; resolves when they are on the wire. */
  async send(frames: readonly Uint8Array[], times = 1): Promise<void> {
    const done = this.told()
    const lines = frames.map((frame) => `${times} ${Buffer.from(frame).toString('hex')}\n`)
    this.child.stdin?.write(`${lines.join('')}\n`)
    await done
  }

  /** Of what arrived, that which has these bytes in it. */
  heardWith(marker: string): Heard[] {
    return this.heard.filter(({ frame }) => frame.includes(marker))
  }

  async close(): Promise<void> {
    this.child.stdin?.end()
    await this.ended.catch(() => undefined)
  }

  private told(): Promise<void> {
    const told = new Promise<void>((resolve) => this.waiting.push(resolve))
    return Promise.race([told, this.ended])
  }

  private take(line: string): void {
    if (line === 'ready' || line === 'sent') this.waiting.shift()?.()
    else {
      const frame = Buffer.from(line, 'hex')
      this.heard.push({ frame, packet: parsePacket(frame) })
    }
  }
}
