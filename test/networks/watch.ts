import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { ovsEnvironment } from '../../topology/ovs/daemons.ts'
import type { NetworksLab } from './lab.ts'

/** Hears of each flow of a host's integration bridge that comes, goes or changes (ovs-ofctl(8), monitor). */
export class FlowWatch {
  readonly host: string
  private readonly child: ChildProcess
  private text = ''

  private constructor(host: string, child: ChildProcess) {
    this.host = host
    this.child = child
    // The answer to what was asked comes on the one, what is heard afterwards on the other.
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (part: string) => {
        this.text += part
      })
    }
  }

  /** Resolves once it hears. */
  static start(lab: NetworksLab, host: string): Promise<FlowWatch> {
    // ovs-vswitchd lets go of who says no hello within a second, as a machine that stands still may.
    return FlowWatch.open(lab, host).catch(() => FlowWatch.open(lab, host))
  }

  private static async open(lab: NetworksLab, host: string): Promise<FlowWatch> {
    const { directory } = lab.daemons(host)
    const words = [
      '-vconsole:off',
      '-O',
      'OpenFlow13',
      'monitor',
      `unix:${join(directory, 'br-int.mgmt')}`,
      'watch:!initial',
    ]
    const env = { ...process.env, ...ovsEnvironment(directory) }
    const child = spawn('ovs-ofctl', words, { stdio: ['ignore', 'pipe', 'pipe'], env })
    const watch = new FlowWatch(host, child)
    const ended = once(child, 'exit').then(() => {
      throw new Error(`ovs-ofctl monitor ended, for ${host}`)
    })
    ended.catch(() => undefined)
    await Promise.race([once(child.stdout, 'data'), ended])
    return watch
  }

  /** What it has heard of so far. */
  get heard(): string[] {
    return this.text.split('\n').filter((line) => line.includes('event='))
  }

  /** @returns what it has heard of @throws Error where it has ended before, and heard no more */
  async stop(): Promise<string[]> {
    if (this.child.exitCode !== null) throw new Error(`${this.host}: ovs-ofctl monitor has ended: ${this.text}`)
    const ended = once(this.child, 'close')
    this.child.kill()
    await ended
    return this.heard
  }
}
