import { spawnSync } from 'node:child_process'
import { bin } from '../support/command.ts'

/** What a run of `heddle` left. */
interface Run {
  readonly status: number | null
  readonly out: string
  readonly err: string
}

/** Runs the real command, with `input` on its standard input. */
export const heddle = (args: readonly string[], input = ''): Run => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { input, encoding: 'utf8' })
  return { status, out: stdout, err: stderr }
}
