import { readFileSync } from 'node:fs'

/**
 * Whether a process runs; one that has ended and whose parent has not yet asked for its exit code does not. Of one that
 * was killed the first thread may end before the others, which hold its files and locks for as long.
 */
export const isAlive = (pid: number): boolean => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The state follows the name, which stands in parentheses and may hold some (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const threads = Number(fields[17])
    return !/^[ZX]/.test(fields[0] ?? '') || threads > 1
  } catch {
    return false
  }
}

/** Waits until a process has gone. @returns whether it did so within `deadline` ms */
export const hasEnded = async (pid: number, deadline: number): Promise<boolean> => {
  const end = Date.now() + deadline
  while (isAlive(pid)) {
    if (Date.now() > end) return false
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return true
}

/** Sends a signal to a process, which may have ended by itself. */
export const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Kills a process and waits until it has gone. */
export const endProcess = async (pid: number): Promise<void> => {
  signal(pid, 'SIGKILL')
  await hasEnded(pid, Number.POSITIVE_INFINITY)
}
