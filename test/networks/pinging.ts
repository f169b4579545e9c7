import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { answeredIn, until } from '../engine/lab.ts'
import { type NetworksLab, patience } from './lab.ts'

/** Pings of one container to another that go on until they are stopped. */
export class Pinging {
  private readonly child: ChildProcess
  private readonly interval: number
  private text = ''

  private constructor(child: ChildProcess, interval: number) {
    this.child = child
    this.interval = interval
    child.stdout?.setEncoding('utf8').on('data', (part: string) => {
      this.text += part
    })
  }

  /** Resolves when the first has been answered. */
  static start(lab: NetworksLab, from: string, to: string, family: 4 | 6 = 4): Promise<Pinging> {
    return Pinging.inside(lab.namespace(from), lab.address(to, family))
  }

  /** The same from a network namespace to an address. @param interval milliseconds between pings */
  static async inside(namespace: string, address: string, interval = 50): Promise<Pinging> {
    const words = ['ping', '-n', '-i', String(interval / 1000), address]
    const child = spawn('ip', ['netns', 'exec', namespace, ...words], { stdio: ['ignore', 'pipe', 'inherit'] })
    const pinging = new Pinging(child, interval)
    try {
      await until(`${namespace} reaches ${address}`, () => pinging.answered.length > 0, patience)
      return pinging
    } catch (error) {
      child.kill()
      throw error
    }
  }

  /** Numbers of those that were answered, in order. */
  get answered(): number[] {
    return answeredIn(this.text)
  }

  /** Resolves when one that is sent from now on has been answered. */
  async goesOn(): Promise<void> {
    const seen = this.answered.length
    await until('pings are answered again', () => this.answered.length > seen + 1, patience)
  }

  /** How long, in milliseconds, none was answered at most since the first was; 0 where none was lost. */
  async stop(): Promise<number> {
    await this.goesOn()
    const ended = once(this.child, 'close')
    this.child.kill('SIGINT')
    await ended
    const { answered } = this
    const gaps = answered.slice(1).map((number, at) => number - (answered[at] ?? 0) - 1)
    return Math.max(...gaps) * this.interval
  }
}
