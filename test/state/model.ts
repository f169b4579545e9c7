import { isDeepStrictEqual } from 'node:util'
import {
  type Batch,
  CompactedError,
  type Compare,
  type Entry,
  type Event,
  FutureRevisionError,
  InvalidRequestError,
  type Operation,
  type RangeRequest,
  type Span,
  type Store,
  StoreClosedError,
  type Transaction,
  type Watch,
} from '../../controller/state/index.ts'

type Snapshot = ReadonlyMap<string, Entry>

/** Written by other rules than the real one, on purpose: an upper bound is not computed, a prefix is a prefix. */
const inSpan = (key: string, { prefix, from, to }: Span): boolean =>
  prefix !== undefined ? key.startsWith(prefix) : key >= (from ?? '') && (to === undefined || key < to)

const compareHolds = (compare: Compare, entry: Entry | undefined): boolean => {
  if (compare.target === 'value') {
    return entry !== undefined && isDeepStrictEqual(entry.value, compare.value) === (compare.is === 'equal')
  }
  const actual = entry ? entry[compare.target] : 0
  const difference = Math.sign(actual - compare.value)
  return { equal: difference === 0, notEqual: difference !== 0, less: difference < 0, greater: difference > 0 }[
    compare.is
  ]
}

const checkRevision = (revision: number): void => {
  if (!Number.isInteger(revision) || revision < 1) throw new InvalidRequestError('revision')
}

/** The store as slow and simple as can be: every revision is a whole map. What the real ones are compared with. */
export class ModelStore implements Store {
  /** The snapshot of revision n is at n. */
  readonly #snapshots: Snapshot[] = [new Map(), new Map()]
  readonly #batches: Batch[] = []
  readonly #sleepers = new Set<() => void>()
  #compacted = 0
  #closed = false

  async revision(): Promise<number> {
    this.#checkOpen()
    return this.#snapshots.length - 1
  }

  async get(key: string, revision?: number): Promise<Entry | undefined> {
    return this.#at(revision).get(key)
  }

  async range({ limit, revision, ...span }: RangeRequest) {
    const snapshot = this.#at(revision)
    if (limit !== undefined) checkRevision(limit)
    const found = [...snapshot.values()].filter(({ key }) => inSpan(key, span as Span))
    found.sort((a, b) => (a.key < b.key ? -1 : 1))
    const entries = found.slice(0, limit)
    return { entries, more: entries.length < found.length, revision: revision ?? this.#snapshots.length - 1 }
  }

  async transact({ compare = [], success = [], failure = [] }: Transaction) {
    const now = this.#at()
    const succeeded = compare.every((one) => compareHolds(one, now.get(one.key)))
    const revision = this.#snapshots.length
    const next = new Map(now)
    const events = (succeeded ? success : failure).flatMap((operation) => perform(next, operation, revision))
    const deleted = events.filter(({ type }) => type === 'delete').length
    if (events.length === 0) return { succeeded, deleted, revision: revision - 1 }
    this.#snapshots.push(next)
    this.#batches.push({ revision, events })
    this.#wake()
    return { succeeded, deleted, revision }
  }

  watch({ prefix = '', fromRevision = this.#snapshots.length } = {}): Watch {
    this.#checkOpen()
    let closed = false
    const iterate = async function* (this: ModelStore): AsyncGenerator<Batch> {
      for (let at = fromRevision; !closed && !this.#closed; ) {
        if (at <= this.#compacted) throw new CompactedError(at, this.#compacted)
        const batch = this.#batches.find(({ revision }) => revision >= at)
        if (!batch) await new Promise<void>((resolve) => this.#sleepers.add(resolve))
        else {
          at = batch.revision + 1
          const events = batch.events.filter((event) => eventKey(event).startsWith(prefix))
          if (events.length > 0) yield { revision: batch.revision, events }
        }
      }
    }
    return {
      [Symbol.asyncIterator]: () => iterate.call(this),
      close: () => {
        closed = true
        this.#wake()
      },
    }
  }

  async compact(revision: number): Promise<void> {
    this.#checkOpen()
    checkRevision(revision)
    if (revision >= this.#snapshots.length) throw new FutureRevisionError(revision, this.#snapshots.length - 1)
    this.#compacted = Math.max(this.#compacted, revision)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#wake()
  }

  #at(revision = this.#snapshots.length - 1): Snapshot {
    this.#checkOpen()
    checkRevision(revision)
    if (revision < this.#compacted) throw new CompactedError(revision, this.#compacted)
    const snapshot = this.#snapshots[revision]
    if (!snapshot) throw new FutureRevisionError(revision, this.#snapshots.length - 1)
    return snapshot
  }

  #wake(): void {
    for (const resolve of this.#sleepers) resolve()
    this.#sleepers.clear()
  }

  #checkOpen(): void {
    if (this.#closed) throw new StoreClosedError()
  }
}

export const eventKey = (event: Event): string => (event.type === 'put' ? event.entry.key : event.key)

const perform = (entries: Map<string, Entry>, operation: Operation, modRevision: number): Event[] => {
  if (operation.type === 'put') {
    const { key, value } = operation
    const prior = entries.get(key)
    const createRevision = prior?.createRevision ?? modRevision
    const entry = { key, value, createRevision, modRevision, version: (prior?.version ?? 0) + 1 }
    entries.set(key, entry)
    return [{ type: 'put', entry }]
  }
  const gone = [...entries.keys()].filter((key) =>
    operation.type === 'delete' ? key === operation.key : inSpan(key, operation.span),
  )
  return gone.sort().flatMap((key): Event[] => (entries.delete(key) ? [{ type: 'delete', key }] : []))
}
