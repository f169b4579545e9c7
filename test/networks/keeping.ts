import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { endProgram, type Program, startInside } from '../support/programs.ts'
import type { NetworksLab } from './lab.ts'

const program = fileURLToPath(new URL('keeping.py', import.meta.url))

/** What became of connections. */
export interface Kept {
  /** Those that were reset, or that had no answer for a minute. */
  readonly broken: number
  /** Messages that each of the others had answers to, at least. */
  readonly rounds: number
}

/** A program in a container, that has said that it is ready. */
const begin = (lab: NetworksLab, node: string, ...words: readonly string[]): Promise<Program> =>
  startInside(lab.namespace(node), 'python3', program, ...words)

/** Many TCP connections between two containers, with messages on all of them, until they are stopped. */
export class Keeping {
  private readonly server: Program
  private readonly client: Program

  private constructor(server: Program, client: Program) {
    this.server = server
    this.client = client
  }

  /**
   * Resolves when all are open.
   *
   * @param to who listens, on an address of its own
   * @param address that the other connects to, where it is not the same
   */
  static async start(
    lab: NetworksLab,
    { from, to, listen = lab.address(to), address = listen, count = 100 }: KeepingOptions,
  ): Promise<Keeping> {
    const server = await begin(lab, to, 'serve', listen)
    try {
      return new Keeping(server, await begin(lab, from, 'hold', address, String(count)))
    } catch (error) {
      await endProgram(server)
      throw error
    }
  }

  /** Ends them, and says what became of them. */
  async stop(): Promise<Kept> {
    const { client, server } = this
    let text = ''
    client.stdout.on('data', (part: string) => {
      text += part
    })
    const ended = once(client, 'close')
    client.stdin.end()
    await ended
    await endProgram(server)
    const [broken = Number.NaN, rounds = Number.NaN] = text.trim().split(' ').map(Number)
    return { broken, rounds }
  }
}

export interface KeepingOptions {
  readonly from: string
  readonly to: string
  readonly listen?: string
  readonly address?: string
  readonly count?: number
}
