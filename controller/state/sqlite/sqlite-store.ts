import { CompactedError, FutureRevisionError, InvalidRequestError, StoreClosedError } from '../errors.ts'
import { boundsOf, boundsOfPrefix, checkKey } from '../key.ts'
import { planOf } from '../plan.ts'
import type {
  Entry,
  RangeRequest,
  RangeResult,
  Store,
  Transaction,
  TransactionResult,
  Watch,
  WatchRequest,
} from '../store.ts'
import { apply } from './apply.ts'
import { CommitQueue } from './commit-queue.ts'
import type { Database } from './database.ts'
import { fold } from './schema.ts'
import { entryOf, type Position, type Readers, readers, type Writers, writers } from './statements.ts'
import { Watcher } from './watcher.ts'

/** Revisions that one step of a compaction looks at: short enough to go unnoticed by everyone else. */
const compactionStep = 500

/** A store in a SQLite database that nobody else writes to. */
export class SqliteStore implements Store {
  readonly #database: Database
  readonly #read: Readers
  readonly #write: Writers
  readonly #queue: CommitQueue
  readonly #watchers = new Set<Watcher>()
  readonly #released: () => void
  /** Inside a transaction of the database already where it will stand. */
  #position: Position
  #committed: Position
  #closing: Promise<void> | undefined

  /** `released` is called once the database is closed. */
  constructor(database: Database, released: () => void) {
    this.#database = database
    this.#read = readers(database)
    this.#write = writers(database)
    this.#queue = new CommitQueue(database, (committed) => this.#settled(committed))
    this.#released = released
    this.#committed = this.#read.position()
    this.#position = this.#committed
  }

  async revision(): Promise<number> {
    this.#checkOpen()
    return this.#position.revision
  }

  async get(key: string, revision?: number): Promise<Entry | undefined> {
    this.#checkOpen()
    checkKey(key)
    this.#checkReadable(revision)
    const row = revision === undefined ? this.#read.get(key) : this.#read.getPast(key, revision)
    return row && entryOf(row)
  }

  async range(request: RangeRequest): Promise<RangeResult> {
    this.#checkOpen()
    const bounds = boundsOf(request)
    const { limit, revision } = request
    this.#checkReadable(revision)
    if (limit !== undefined) checkCount('limit', limit)
    const wanted = limit === undefined ? -1 : limit + 1
    const rows =
      revision === undefined ? this.#read.range(bounds, wanted) : this.#read.rangePast(bounds, wanted, revision)
    return {
      entries: rows.slice(0, limit).map(entryOf),
      more: limit !== undefined && rows.length > limit,
      revision: revision ?? this.#position.revision,
    }
  }

  async transact(transaction: Transaction): Promise<TransactionResult> {
    this.#checkOpen()
    const plan = planOf(transaction)
    return this.#queue.add(() => {
      const { result, position } = apply(plan, this.#position, this.#read, this.#write)
      this.#position = position
      return result
    })
  }

  watch({ prefix = '', fromRevision }: WatchRequest = {}): Watch {
    this.#checkOpen()
    if (fromRevision !== undefined) checkCount('fromRevision', fromRevision)
    const watcher = new Watcher(
      this.#read,
      boundsOfPrefix(prefix),
      fromRevision ?? this.#position.revision + 1,
      () => this.#position,
      (ended) => this.#watchers.delete(ended),
    )
    this.#watchers.add(watcher)
    return watcher
  }

  async compact(revision: number): Promise<void> {
    this.#checkOpen()
    checkCount('revision', revision)
    const oldest = await this.#queue.add(() => {
      if (revision > this.#position.revision) throw new FutureRevisionError(revision, this.#position.revision)
      if (revision <= this.#position.compacted) return null
      this.#position = { ...this.#position, compacted: revision }
      this.#write.move(this.#position)
      return this.#write.oldest()
    })
    // What a crash or `close` leaves undone here nobody can see, and the next compaction takes it along.
    for (let from = oldest ?? revision + 1; from <= revision && this.#closing === undefined; from += compactionStep) {
      const to = Math.min(revision, from + compactionStep - 1)
      await this.#queue.add(() => this.#write.forget(from, to, revision))
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    // Work is done in the order of its arrival: behind this there is none.
    await this.#queue.add(() => undefined).catch(() => undefined)
    for (const watcher of [...this.#watchers]) watcher.close()
    fold(this.#database)
    this.#database.close()
    this.#released()
  }

  #settled(committed: boolean): void {
    if (committed) this.#committed = this.#position
    else this.#position = this.#committed
    for (const watcher of this.#watchers) watcher.wake()
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw new StoreClosedError()
  }

  #checkReadable(requested: number | undefined): void {
    if (requested === undefined) return
    checkCount('revision', requested)
    const { revision, compacted } = this.#position
    if (requested < compacted) throw new CompactedError(requested, compacted)
    if (requested > revision) throw new FutureRevisionError(requested, revision)
  }
}

const checkCount = (name: string, value: number): void => {
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new InvalidRequestError(`${name} ${value} is no integer of 1 or more`)
  }
}
