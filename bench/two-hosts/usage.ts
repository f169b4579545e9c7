import { existsSync, readdirSync, readFileSync } from 'node:fs'

const KiBPerMiB = 1024
const nanosecondsPerMillisecond = 1e6

/** What processes have used. */
export interface Usage {
  /** Milliseconds of processor time so far, of all processes and threads. */
  readonly cpu: number
  /** MiB now, and at the most. */
  readonly resident: number
  readonly residentMost: number
}

/** Nothing of what has gone. */
const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** Processor time of all threads: proc(5), schedstat, whose first number is in nanoseconds. */
const cpuOf = (pid: number): number => {
  const threads = existsSync(`/proc/${pid}/task`) ? readdirSync(`/proc/${pid}/task`) : []
  const times = threads.map((thread) => Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0]))
  return times.reduce((sum, time) => sum + time, 0) / nanosecondsPerMillisecond
}

const memoryOf = (pid: number): [now: number, most: number] => {
  const text = read(`/proc/${pid}/status`)
  const field = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(text)?.[1] ?? 0) / KiBPerMiB
  return [field('VmRSS'), field('VmHWM')]
}

/** What processes use together; those that have gone use nothing. */
export const usageOf = (pids: readonly number[]): Usage => {
  const memory = pids.map(memoryOf)
  return {
    cpu: pids.reduce((sum, pid) => sum + cpuOf(pid), 0),
    resident: memory.reduce((sum, [now]) => sum + now, 0),
    residentMost: memory.reduce((sum, [, most]) => sum + most, 0),
  }
}
