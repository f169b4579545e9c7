import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Test } from 'tap'
import { takeDown } from '../../../topology/lab/down.ts'
import { LabFolder } from '../../../topology/lab/folder.ts'
import { type Asker, namespaceAsker, type Pair, pingAll } from '../../../topology/lab/ping.ts'
import { allProcesses } from '../../../topology/lab/processes.ts'
import { readLab } from '../../../topology/lab/read.ts'
import { bin } from '../../support/command.ts'
import { MockController } from './mock.ts'

/** A folder of the test's own for its labs, of which nothing is left after the test. */
export const labsOf = (t: Test): string => {
  const labs = mkdtempSync('/tmp/heddle-labs-')
  process.env.HEDDLE_LABS = labs
  t.teardown(() => rmSync(labs, { recursive: true, maxRetries: 5 }))
  return labs
}

/** A lab that is not built yet, with a controller that is none. */
export const labOf = (t: Test, file: string, name: string) => {
  const folder = new LabFolder(name)
  const lab = readLab(file)
  const mock = new MockController(folder, lab.description)
  t.teardown(async () => {
    await mock.stop()
    await takeDown(folder)
  })
  return { folder, lab, mock }
}

/** Writes the description of a lab. */
export const describe = (labs: string, name: string, text: string): string => {
  const file = join(labs, `${name}.yaml`)
  writeFileSync(file, text)
  return file
}

/** Seconds for an answer that is expected: on a busy machine it may take longer than people want to wait. */
const patience = 25

/** Pings from every container every address of every other one. */
export const pingPatiently = (folder: LabFolder, ask: Asker = namespaceAsker(folder.name)): Promise<Pair[]> =>
  pingAll(folder.name, folder.facts.cards ?? {}, (asked) =>
    // What is not expected has one second.
    ask(asked.map((one) => (one.seconds > 1 ? { ...one, seconds: patience } : one))),
  )

/** Processes that a lab has left. */
export const processesOf = ({ path }: LabFolder): string[] =>
  allProcesses()
    .filter(({ words }) => words.some((word) => word.includes(path)))
    .map(({ words }) => words.join(' '))

/** Namespaces and processes that a lab has left. */
export const leftOf = (folder: LabFolder): string[] => [
  ...readdirSync('/run/netns').filter((namespace) => namespace.startsWith(`heddle.${folder.name}.`)),
  ...processesOf(folder),
]

/** Runs `heddle lab` to its end. */
export const heddleLab = (...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, 'lab', ...args], { encoding: 'utf8' })
  return { status, stdout, stderr }
}

/** Runs `heddle lab`, and kills it as soon as it has printed `lines` lines on standard error. */
export const killedLab = async (lines: number, ...args: readonly string[]): Promise<void> => {
  const child = spawn(process.execPath, [bin, 'lab', ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = once(child, 'exit')
  let seen = 0
  for await (const _ of createInterface(child.stderr)) if (++seen === lines) child.kill('SIGKILL')
  await ended
}
