import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Test } from 'tap'
import { SimSwitch } from '../../topology/sim/index.ts'
import { LOCAL } from '../api/lab.ts'
import { until } from '../engine/lab.ts'
import { bin } from '../support/command.ts'
import { endProgram } from '../support/programs.ts'

/** Milliseconds: its sources may be compiled at its start, and other work may use the same processors. */
const startDeadline = 120_000

/** What a run of `heddle` left. */
export interface Left {
  readonly status: number | null
  readonly out: string
  readonly err: string
}

/** Runs the real command to its end, while this process goes on. */
export const run = async (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Left> => {
  const child = spawn(process.execPath, [bin, ...args], { env: { ...process.env, ...env } })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const [status] = (await once(child, 'close')) as [number | null]
  return { status, out, err }
}

/** A `heddle up` in a process of its own, ended with the test. */
export class UpProcess {
  private readonly child: ChildProcess
  /** Resolves when it has ended, and all that it has printed is read. */
  private readonly closed: Promise<void>
  /** All that it has printed. */
  output = ''

  constructor(t: Test, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.child = spawn(process.execPath, [bin, 'up', ...args], { env: { ...process.env, ...env } })
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text
      })
    }
    this.closed = new Promise((resolve) => this.child.once('close', () => resolve()))
    t.teardown(() => this.end('SIGKILL'))
  }

  /** Lines of the log whose message matches; the last one counts once it is whole. */
  log(pattern: RegExp) {
    const lines = this.output
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.startsWith('{'))
    return lines.map((line) => JSON.parse(line)).filter(({ msg }) => pattern.test(msg))
  }

  /** Where it listens, once it does. */
  async up(): Promise<{ readonly api: string; readonly port: number; readonly apps: readonly string[] }> {
    await until(
      'heddle is up',
      () => {
        if (this.child.exitCode !== null || this.child.signalCode !== null)
          throw new Error(`heddle up ended:\n${this.output}`)
        return this.log(/^heddle is up$/).length > 0
      },
      startDeadline,
    )
    const [{ api, openflow, apps }] = this.log(/^heddle is up$/)
    return { api: api.replace('http://', ''), port: Number(/:(\d+)$/.exec(openflow[0])?.[1]), apps }
  }

  /** Its exit code, once it has ended by itself. */
  async ended(): Promise<number | null> {
    await this.closed
    return this.child.exitCode
  }

  /** Ends it by a signal, and gives its exit code. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    await endProgram(this.child, signal)
    return this.ended()
  }
}

/** Addresses that the system chooses, and a folder of the test's own. */
export const anywhere = (data: string): string[] => ['--data', data, '--listen', '127.0.0.1:0', '--api', '127.0.0.1:0']

/** A simulated switch that stays connected to a port until the test ends. */
export const plug = (t: Test, port: number, dpid = 1n): SimSwitch => {
  const sw = new SimSwitch({ dpid, ports: [1, 2, { number: LOCAL, name: 'br0' }] })
  sw.connect(connect(port, '127.0.0.1'))
  t.teardown(() => sw.close())
  return sw
}

export const flowsIn = (sw: SimSwitch): number => [...sw.tables].length
