import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { hasEnded, signal } from '../ovs/process.ts'

/** A process of this machine, as proc(5) shows it. */
export interface Process {
  readonly pid: number
  readonly parent: number
  /** Ticks since boot at which it began: with the pid, it names a process for good. */
  readonly began: string
  readonly words: readonly string[]
  /** Inode of its network namespace. */
  readonly network: number
}

const readProcess = (pid: number): Process | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The fields follow the name, which stands in parentheses and may hold some.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    const network = Number(/\d+/.exec(readlinkSync(`/proc/${pid}/ns/net`))?.[0])
    return { pid, parent: Number(fields[1]), began: String(fields[19]), words, network }
  } catch {
    return undefined
  }
}

export const allProcesses = (): Process[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)) ?? [])

/** This process, so that another may later know whether it still runs. */
export const thisProcess = (): Pick<Process, 'pid' | 'began'> => ({
  pid: process.pid,
  began: readProcess(process.pid)?.began ?? '',
})

/** Inodes of the network namespaces of these names that are there. */
export const namespaceInodes = (names: readonly string[]): Set<number> => {
  const inodes = names.flatMap((name) => {
    try {
      return [statSync(`/run/netns/${name}`).ino]
    } catch {
      return []
    }
  })
  return new Set(inodes)
}

/** Milliseconds that a process has to end in order. */
const patience = 3000
/** Milliseconds for one that is killed, which it cannot refuse: a busy machine may take its time. */
const deadline = 30_000

/** Kills processes, and waits until they have gone. */
export const killAll = async (processes: readonly Process[]): Promise<void> => {
  for (const { pid } of processes) signal(pid, 'SIGKILL')
  for (const { pid } of processes) await hasEnded(pid, deadline)
}

/** Asks processes to end, and kills those that do not. */
export const endAll = async (processes: readonly Process[]): Promise<void> => {
  for (const { pid } of processes) signal(pid, 'SIGTERM')
  for (const { pid } of processes) await hasEnded(pid, patience)
  await killAll(processes)
}
