import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { run } from '../../topology/ovs/shell.ts'
import { until } from '../engine/lab.ts'

/** What passed a card, as tshark reads it. */
export class Capture {
  private readonly child: ChildProcess
  private readonly file: string

  private constructor(child: ChildProcess, file: string) {
    this.child = child
    this.file = file
  }

  /** Resolves when it captures. A bridge shows all that it forwards. */
  static async start(namespace: string, card: string, file: string): Promise<Capture> {
    const words = ['tshark', '-i', card, '-q', '-F', 'pcap', '-B', '32', '-w', file]
    const child = spawn('ip', ['netns', 'exec', namespace, ...words], { stdio: ['ignore', 'ignore', 'pipe'] })
    let text = ''
    for await (const part of child.stderr) {
      text += part
      if (text.includes('Capturing on')) break
    }
    return new Capture(child, file)
  }

  /** Waits until the file has so many frames with these bytes in them: what is captured is written a little later. */
  async holds(marker: string, count: number): Promise<void> {
    const isThere = async (): Promise<boolean> => {
      const bytes = await readFile(this.file)
      let found = 0
      for (let at = bytes.indexOf(marker); at >= 0; at = bytes.indexOf(marker, at + 1)) found++
      return found >= count
    }
    await until(`${marker} is captured ${count} times`, isThere)
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit')
    this.child.kill('SIGINT')
    await ended
  }

  /**
   * How many packets each filter of tshark shows, all counted in one reading: to start tshark takes a second.
   *
   * @param filters without commas
   */
  async counts(filters: readonly string[]): Promise<readonly number[]> {
    const printed = await run('tshark', ['-r', this.file, '-q', '-z', ['io', 'stat', 0, ...filters].join(',')])
    // | 0.000 <> 2.345 |  frames | bytes |  frames | bytes | …
    const cells = /^\|[^|]*<>[^|]*\|(.*)\|\s*$/m.exec(printed)?.[1]?.split('|').map(Number) ?? []
    if (cells.length !== 2 * filters.length) throw new Error(`tshark does not count:\n${printed}`)
    return filters.map((_, at) => cells[2 * at] ?? 0)
  }
}
