import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

export interface Memory {
  /** Resident set of the process, in bytes. */
  readonly resident: number
  /** Live objects and buffers, in bytes. */
  readonly heap: number
}

/** What the process takes once garbage is gone. */
export const memory = async (): Promise<Memory> => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (let round = 0; round < 3; round++) {
    collect()
    await sleep(50)
  }
  const { rss, heapUsed, external } = process.memoryUsage()
  return { resident: rss, heap: heapUsed + external }
}
