import { url as inspectorUrl } from 'node:inspector'
import { Worker, type WorkerOptions } from 'node:worker_threads'
import type { Logger } from 'pino'
import { type Callee, calls } from '../../../engine/index.ts'

export interface WatchdogOptions {
  /** Seconds after which an app's code that has not returned counts as hung. */
  readonly deadline: number
  /** The file that apps are noted in that hung. */
  readonly hungApps: string
  readonly log: Logger
}

/** What the other thread is given. */
export interface Watched {
  readonly deadline: number
  readonly hungApps: string
  readonly isTerminal: boolean
  /** As `Calls` has it. */
  readonly calls: SharedArrayBuffer
  /** A 32-bit integer that is not zero while a debugger may be there, and stop the thread anywhere. */
  readonly debugged: SharedArrayBuffer
}

/** What the other thread is told: who has a number. */
export interface Numbered {
  readonly number: number
  readonly callee: Callee
}

const beatEvery = 250

/** The code of the other thread: to a thread's first file tsx is no loader, so where there are sources, it is begun by hand. */
const begin = (): [string | URL, WorkerOptions] => {
  if (!import.meta.url.endsWith('.ts')) return [new URL('./watching.js', import.meta.url), {}]
  const [tsx, source] = [import.meta.resolve('tsx/esm/api'), new URL('./watching.ts', import.meta.url)]
  return [`import('${tsx}').then(({ register }) => register()).then(() => import('${source}'))`, { eval: true }]
}

/**
 * Has another thread watch whether the code of apps returns: what does not holds up all that the controller does,
 * signals included. It then says which app it is, and where, notes that in a file, and ends the process: switches keep
 * their flows, and the next run leaves the app out.
 */
export const watchApps = ({ deadline, hungApps, log }: WatchdogOptions): void => {
  const debugged = new Int32Array(new SharedArrayBuffer(4))
  const watched: Watched = {
    ...{ deadline, hungApps, isTerminal: process.stdout.isTTY === true },
    ...{ calls: calls.memory, debugged: debugged.buffer as SharedArrayBuffer },
  }
  const [code, options] = begin()
  const worker = new Worker(code, { ...options, workerData: watched })
  worker.on('error', (error) => log.warn({ err: error }, 'apps are not watched: one that does not return is not told'))
  worker.unref()
  calls.follow((number, callee) => worker.postMessage({ number, callee } satisfies Numbered))
  const beat = () => {
    calls.beat()
    debugged[0] = inspectorUrl() === undefined ? 0 : 1
  }
  beat()
  setInterval(beat, beatEvery).unref()
}
