import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { until } from '../engine/lab.ts'
import { type NetworksLab, patience } from './lab.ts'

/** Milliseconds between pings. */
const interval = 50

/** Pings of one container to another that go on until they are stopped. */
export class Pinging {
  private readonly child: ChildProcess
  private text = ''

  private constructor(child: ChildProcess) {
    this.child = child
    child.stdout?.setEncoding('utf8').on('data', (part: string) => {
      this.text += part
    })
  }

  /** Resolves when the first has been answered. */
  static async start(lab: NetworksLab, from: string, to: string, family: 4 | 6 = 4): Promise<Pinging> {
    const words = ['ping', '-n', '-i', String(interval / 1000), lab.address(to, family)]
    const child = spawn('ip', ['netns', 'exec', lab.namespace(from), ...words], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const pinging = new Pinging(child)
    await until(`${from} reaches ${to}`, () => pinging.answered.length > 0, patience)
    return pinging
  }

  /** Numbers of those that were answered, in order. */
  private get answered(): number[] {
    const numbers = [...this.text.matchAll(/icmp_seq=(\d+) .*time=/g)].map(([, number]) => Number(number))
    return [...new Set(numbers)].sort((a, b) => a - b)
  }

  /** Resolves when one that is sent from now on has been answered. */
  async goesOn(): Promise<void> {
    const seen = this.answered.length
    await until('pings are answered again', () => this.answered.length > seen + 1, patience)
  }

  /** How long, in milliseconds, none was answered at most; 0 where none was lost. */
  async stop(): Promise<number> {
    await this.goesOn()
    const ended = once(this.child, 'close')
    this.child.kill('SIGINT')
    await ended
    const { answered } = this
    const gaps = answered.map((number, at) => number - (answered[at - 1] ?? 0) - 1)
    return Math.max(...gaps) * interval
  }
}
