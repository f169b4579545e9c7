import { StoreError, StoreFailedError } from '../errors.ts'
import type { Database } from './database.ts'

interface Waiting {
  /** Does the work; may refuse it with a StoreError as long as it has written nothing. */
  readonly run: () => void
  readonly done: () => void
  readonly failed: (error: unknown) => void
}

/** So much work shares a commit at most, in which nothing else runs. */
const maxBatch = 256
/** Milliseconds after which work waits for the next commit: a change may be one port, or thousands. */
const maxTime = 10

/**
 * Group commit: work that arrives in one turn of the event loop shares one transaction of the
 * database and one flush to the disk, which is nearly all that a commit costs. Each piece of work
 * keeps its own revision, and none is answered before the flush.
 */
export class CommitQueue {
  readonly #database: Database
  /** Told after each commit, and after each roll back. */
  readonly #settled: (committed: boolean) => void
  #waiting: Waiting[] = []
  #scheduled = false

  constructor(database: Database, settled: (committed: boolean) => void) {
    this.#database = database
    this.#settled = settled
  }

  add<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let result: { readonly value: T } | undefined
      this.#waiting.push({
        run: () => {
          result = { value: work() }
        },
        done: () => {
          if (result) resolve(result.value)
        },
        failed: reject,
      })
      this.#schedule()
    })
  }

  #schedule(): void {
    if (this.#scheduled || this.#waiting.length === 0) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#commit()
      this.#schedule()
    })
  }

  /** Takes work from those who wait, one by one. */
  *#batch(): Generator<Waiting> {
    const until = performance.now() + maxTime
    for (let count = 0; count < maxBatch; count++) {
      const next = this.#waiting.shift()
      if (next) yield next
      if (!next || performance.now() > until) return
    }
  }

  #commit(): void {
    const batch: Waiting[] = []
    const finished: Waiting[] = []
    try {
      this.#database.exec('begin immediate')
      for (const one of this.#batch()) {
        batch.push(one)
        if (runs(one)) finished.push(one)
      }
      this.#database.exec('commit')
      this.#settled(true)
      for (const { done } of finished) done()
    } catch (error) {
      this.#rollBack()
      this.#settled(false)
      const reason = error instanceof Error ? error.message : String(error)
      const failure = new StoreFailedError(`nothing was committed: ${reason}`, { cause: error })
      // Where no transaction could begin, none of those who wait has a better chance.
      for (const { failed } of batch.length > 0 ? batch : this.#waiting.splice(0, maxBatch)) failed(failure)
    }
  }

  /** SQLite has rolled back already after some errors, such as a full disk. */
  #rollBack(): void {
    try {
      this.#database.exec('rollback')
    } catch {
      // Nothing is under way, which is what was wanted.
    }
  }
}

/** False where the work was refused; that one is answered, the others go on. */
const runs = ({ run, failed }: Waiting): boolean => {
  try {
    run()
    return true
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    failed(error)
    return false
  }
}
