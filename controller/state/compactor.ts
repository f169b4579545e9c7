import { lastChange, lastChanges } from './entities/index.ts'
import { CompactedError, StoreClosedError } from './errors.ts'
import type { Store } from './store.ts'

/** How much history is kept: what is among the newest revisions, or not older than so many days. */
export interface Retention {
  readonly revisions: number
  /** Of changes of what users want; 0 to go by the number alone. */
  readonly days: number
}

export const defaultRetention: Retention = { revisions: 10_000, days: 7 }

/** Milliseconds. */
const day = 86_400_000
const firstRun = 60_000
const every = 600_000
/** Revisions that are not worth a compaction. */
const few = 100

const key = `${lastChanges.name}/${lastChange}`

/** Whether the newest change at a revision is older than a time, as are those that nobody can read any more. */
const isOlder = async (store: Store, revision: number, time: number): Promise<boolean> => {
  try {
    const entry = await store.get(key, revision)
    const at = (entry?.value as { readonly at?: unknown } | undefined)?.at
    return typeof at !== 'number' || at < time
  } catch (error) {
    if (error instanceof CompactedError) return true
    throw error
  }
}

/** The newest revision, of those up to `newest`, at which the newest change was older than a time; 0 for none. */
const newestBefore = async (store: Store, newest: number, time: number): Promise<number> => {
  let low = 0
  let high = newest
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (await isOlder(store, middle, time)) low = middle
    else high = middle - 1
  }
  return low
}

/**
 * Forgets the history that need not be kept.
 *
 * @param now milliseconds since 1970
 * @returns the oldest revision that is still there because it has to be, or 0 where all has to
 */
export const compact = async (store: Store, { revisions, days }: Retention, now: number): Promise<number> => {
  const spare = (await store.revision()) - revisions
  if (spare < few) return 0
  const revision = days === 0 ? spare : await newestBefore(store, spare, now - days * day)
  if (revision > 0) await store.compact(revision)
  return revision
}

/** Compacts a store from time to time, a little at a time, so that nobody waits for it. */
export class Compactor {
  private readonly store: Store
  private readonly retention: Retention
  private readonly failed: (error: Error) => void
  private timer: NodeJS.Timeout

  /** @param failed told where the store cannot do it; it is tried again later. Must not throw */
  constructor(store: Store, retention: Retention, failed: (error: Error) => void) {
    this.store = store
    this.retention = retention
    this.failed = failed
    this.timer = this.later(firstRun)
  }

  stop(): void {
    clearTimeout(this.timer)
  }

  private later(milliseconds: number): NodeJS.Timeout {
    return setTimeout(() => void this.run(), milliseconds).unref()
  }

  private async run(): Promise<void> {
    try {
      await compact(this.store, this.retention, Date.now())
    } catch (error) {
      if (error instanceof StoreClosedError) return
      this.failed(error as Error)
    }
    this.timer = this.later(every)
  }
}
