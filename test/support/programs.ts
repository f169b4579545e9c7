import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'

/** A program whose input and output are the test's; what it complains of is printed. */
export type Program = ChildProcessByStdio<Writable, Readable, null>

/** Milliseconds, generous: other work may use the same processors. */
const patience = 60_000

/**
 * Starts a program in a network namespace, and waits until it says something, which means that it is ready.
 *
 * @throws Error where it ends, or says nothing for a minute
 */
export const startInside = async (namespace: string, ...words: readonly string[]): Promise<Program> => {
  const child = spawn('ip', ['netns', 'exec', namespace, ...words], { stdio: ['pipe', 'pipe', 'inherit'] })
  const signal = AbortSignal.timeout(patience)
  const ended = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`${words.join(' ')}: it ended with ${code}`)
  })
  // Later, it may end.
  ended.catch(() => undefined)
  try {
    await Promise.race([once(child.stdout.setEncoding('utf8'), 'data', { signal }), ended])
    return child
  } catch (error) {
    child.kill()
    throw error
  }
}

/** Has a program end, and waits until it has; one that has ended already is left alone. */
export const endProgram = async (child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill(signal)
  await ended
}
