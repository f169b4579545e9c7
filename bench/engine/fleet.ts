import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Tally } from '../support/fake-switch.ts'

export type Order =
  | { readonly type: 'start'; readonly port: number; readonly count: number }
  | { readonly type: 'tally' }

/** Fake switches in a process of their own. */
export interface Fleet {
  /** Lets so many switches connect to a port of this machine, all at once. */
  readonly start: (port: number, count: number) => Promise<Tally>
  /** What they have taken in so far. */
  readonly tally: () => Promise<Tally>
  readonly stop: () => void
}

export const startFleet = async (): Promise<Fleet> => {
  const file = fileURLToPath(new URL('./fleet-process.ts', import.meta.url))
  const child = fork(file, { execArgv: ['--import', 'tsx'] })
  child.once('exit', (code) => {
    if (code !== 0) throw new Error(`the fake switches ended with code ${code}`)
  })
  const ask = async (order: Order): Promise<Tally> => {
    const [answer] = (await Promise.all([once(child, 'message'), child.send(order)]))[0] as [Tally]
    return answer
  }
  await ask({ type: 'tally' })
  return {
    start: (port, count) => ask({ type: 'start', port, count }),
    tally: () => ask({ type: 'tally' }),
    stop: () => child.disconnect(),
  }
}
