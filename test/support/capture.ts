import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { run } from '../../topology/ovs/shell.ts'
import { until } from '../engine/lab.ts'
import { endProgram } from './programs.ts'

/** Bytes with which a capture file begins. */
const headerLength = 24

const lengthOf = async (file: string): Promise<number> => (await readFile(file).catch(() => Buffer.alloc(0))).length

/** Milliseconds in which tshark reads a capture, generous: other work may use the same processors. */
const patience = 120_000

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
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
    // That it captures is printed before it does: the file is begun when the card is open.
    const isOpen = async (): Promise<boolean> => {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`tshark ended:\n${text}`)
      return (await lengthOf(file)) >= headerLength
    }
    await until('tshark captures', isOpen)
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
    await endProgram(this.child, 'SIGINT')
  }

  /**
   * How many packets each filter of tshark shows, all counted in one reading: to start tshark takes a second.
   *
   * @param filters without commas
   */
  async counts(filters: readonly string[]): Promise<readonly number[]> {
    const words = ['-r', this.file, '-q', '-z', ['io', 'stat', 0, ...filters].join(',')]
    const printed = await run('tshark', words, { timeout: patience })
    // | 0.000 <> 2.345 |  frames | bytes |  frames | bytes | …
    const cells = /^\|[^|]*<>[^|]*\|(.*)\|\s*$/m.exec(printed)?.[1]?.split('|').map(Number) ?? []
    if (cells.length !== 2 * filters.length) throw new Error(`tshark does not count:\n${printed}`)
    return filters.map((_, at) => cells[2 * at] ?? 0)
  }
}
