import { setImmediate } from 'node:timers/promises'
import { CompactedError } from '../errors.ts'
import type { Bounds } from '../key.ts'
import type { Batch, Watch } from '../store.ts'
import type { Position, Readers } from './statements.ts'

/** Milliseconds for which batches are delivered in a row before the rest of the process gets its turn. */
const maxRun = 10

/**
 * A place in the history. Old changes and new ones are read from the same table by the same
 * statement, so between them there can be neither a gap nor a duplicate.
 */
export class Watcher implements Watch {
  readonly #read: Readers
  readonly #bounds: Bounds
  readonly #position: () => Position
  readonly #ended: (watcher: Watcher) => void
  #next: number
  #closed = false
  #wake: (() => void) | undefined

  constructor(
    read: Readers,
    bounds: Bounds,
    from: number,
    position: () => Position,
    ended: (watcher: Watcher) => void,
  ) {
    this.#read = read
    this.#bounds = bounds
    this.#next = from
    this.#position = position
    this.#ended = ended
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch, void, undefined> {
    try {
      for (let since = performance.now(); !this.#closed; ) {
        const batch = this.#take()
        if (batch) {
          yield batch
          if (performance.now() < since + maxRun) continue
          await setImmediate()
        } else await this.#change()
        since = performance.now()
      }
    } finally {
      this.close()
    }
  }

  /** Something was committed. */
  wake(): void {
    this.#wake?.()
    this.#wake = undefined
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#ended(this)
    this.wake()
  }

  #take(): Batch | undefined {
    const { revision, compacted } = this.#position()
    if (this.#next > revision) return undefined
    if (this.#next <= compacted) throw new CompactedError(this.#next, compacted)
    const batch = this.#read.next(this.#bounds, this.#next)
    this.#next = (batch?.revision ?? revision) + 1
    return batch
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }
}
