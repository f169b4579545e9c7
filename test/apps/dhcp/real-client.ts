import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { Container } from '../../../topology/ovs/host.ts'
import { until } from '../../engine/lab.ts'
import { endProgram } from '../../support/programs.ts'

/** What a client has told its script, once: the reason, and all that it was given. */
export type Heard = Readonly<Record<string, string>>

/** Generous: other work may use the same processors. */
const patience = 60_000

/** The client runs this whenever something becomes of its lease: each time, all of the environment is a line. */
const scriptText = (folder: string): string => `#!/bin/sh
{ env; test -z "$1" || echo "reason=$1"; } | grep -a = | tr '\\n' '\\t' >> ${folder}/heard
echo >> ${folder}/heard
`

/** A real DHCP client in a container. */
export class RealClient {
  private readonly child: ChildProcess
  private readonly folder: string

  private constructor(child: ChildProcess, folder: string) {
    this.child = child
    this.folder = folder
  }

  /**
   * Starts a client in the foreground; it ends with the test.
   *
   * @param command its words, given the script that it is to run and a folder for what it keeps
   */
  static start(t: Test, { namespace }: Container, command: (script: string, folder: string) => string[]): RealClient {
    const folder = mkdtempSync(join(tmpdir(), 'qos-dhcp-'))
    const script = join(folder, 'script')
    writeFileSync(script, scriptText(folder))
    writeFileSync(join(folder, 'heard'), '')
    chmodSync(script, 0o755)
    const child = spawn('ip', ['netns', 'exec', namespace, ...command(script, folder)], { stdio: 'ignore' })
    t.teardown(async () => {
      await endProgram(child, 'SIGKILL')
      // A script that it has started may still be writing there.
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    })
    return new RealClient(child, folder)
  }

  get heard(): Heard[] {
    const lines = readFileSync(join(this.folder, 'heard'), 'utf8').split('\n')
    // A line without an end is being written.
    return lines.slice(0, -1).map((line) => Object.fromEntries(line.split('\t').map((pair) => cut(pair))))
  }

  /** Waits until the client says that something became of its lease, after the first `seen` of what it said. */
  async hears(reason: string, seen = 0): Promise<Heard> {
    const found = (): Heard | undefined => this.heard.slice(seen).find((heard) => heard.reason === reason)
    await until(`the client says ${reason}`, () => found() !== undefined, patience)
    return found() ?? {}
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal)
  }
}

const cut = (pair: string): [string, string] => {
  const at = pair.indexOf('=')
  return [pair.slice(0, at), pair.slice(at + 1)]
}
