import type { Json } from './document.ts'

/** One key with its document, as it stood at the revision that was read. */
export interface Entry {
  readonly key: string
  readonly value: Json
  /** The revision that made the key; a key deleted and put again is a new one. */
  readonly createRevision: number
  /** The revision that last put the key. */
  readonly modRevision: number
  /** How often the key was put since it was made: 1 or more. */
  readonly version: number
}

/**
 * Keys that start with `prefix`, or keys from `from` (inclusive) to `to` (exclusive). `{}` is every key.
 * The keys behind one of them begin at that key and a space.
 */
export type Span =
  | { readonly prefix: string; readonly from?: never; readonly to?: never }
  | { readonly prefix?: never; readonly from?: string; readonly to?: string }

export type RangeRequest = Span & {
  /** At most so many entries; without it, all. */
  readonly limit?: number
  /** The state as of this revision; without it, the present one. */
  readonly revision?: number
}

export interface RangeResult {
  /** In the order of their keys. */
  readonly entries: readonly Entry[]
  /** True where `limit` left entries out. */
  readonly more: boolean
  /** The revision that was read. A watch from the next one misses nothing. */
  readonly revision: number
}

/** An absent key has version 0 and revisions 0; a comparison with its value never holds. */
export type Compare =
  | { readonly key: string; readonly target: 'value'; readonly is: 'equal' | 'notEqual'; readonly value: Json }
  | {
      readonly key: string
      readonly target: 'version' | 'modRevision' | 'createRevision'
      readonly is: 'equal' | 'notEqual' | 'less' | 'greater'
      readonly value: number
    }

export const exists = (key: string): Compare => ({ key, target: 'version', is: 'greater', value: 0 })
export const absent = (key: string): Compare => ({ key, target: 'version', is: 'equal', value: 0 })

/** Holds while nobody has put or deleted the key since `modRevision`; 0 means absent. */
export const unchanged = (key: string, modRevision: number): Compare => ({
  key,
  target: 'modRevision',
  is: 'equal',
  value: modRevision,
})

export type Operation =
  | { readonly type: 'put'; readonly key: string; readonly value: Json }
  | { readonly type: 'delete'; readonly key: string }
  | { readonly type: 'deleteRange'; readonly span: Span }

/**
 * If all of `compare` hold, `success` is done, otherwise `failure`; all of it at one revision, or
 * nothing. A branch may put a key once, and may not both put and delete it.
 */
export interface Transaction {
  readonly compare?: readonly Compare[]
  readonly success?: readonly Operation[]
  readonly failure?: readonly Operation[]
}

export interface TransactionResult {
  /** Whether all of `compare` held. */
  readonly succeeded: boolean
  /** The store's revision after the transaction. One that changes nothing makes no revision. */
  readonly revision: number
  /** Keys that were deleted. */
  readonly deleted: number
}

export type Event = { readonly type: 'put'; readonly entry: Entry } | { readonly type: 'delete'; readonly key: string }

/** What one transaction changed, in the order of its operations. Never split, never empty. */
export interface Batch {
  readonly revision: number
  readonly events: readonly Event[]
}

export interface WatchRequest {
  /** Keys that start with it; without it, every key. */
  readonly prefix?: string
  /** The first revision to deliver; without it, the one after the present. */
  readonly fromRevision?: number
}

/**
 * History first, then what comes, each revision once and in order. The consumer sets the pace: what
 * it has not asked for waits in the history, not in memory. Ends when it or the store is closed.
 * Iterating throws CompactedError if compaction has overtaken the consumer. To be iterated once.
 */
export interface Watch extends AsyncIterable<Batch> {
  close(): void
}

/**
 * A key-value store with revisions, in etcd's model. Keys are paths such as `host/00000000000000a1`;
 * values are JSON documents. Every method rejects with StoreClosedError after `close`, with
 * InvalidRequestError for what no store can take, with StoreFailedError where the database failed.
 */
export interface Store {
  /** The revision of the newest change; 1 in a new store. */
  revision(): Promise<number>
  /** @throws CompactedError, FutureRevisionError where `revision` cannot be read */
  get(key: string, revision?: number): Promise<Entry | undefined>
  /** @throws CompactedError, FutureRevisionError where `revision` cannot be read */
  range(request: RangeRequest): Promise<RangeResult>
  /**
   * Resolves once the change is on disk.
   *
   * @throws InvalidDocumentError for a value that is no JSON document
   */
  transact(transaction: Transaction): Promise<TransactionResult>
  watch(request?: WatchRequest): Watch
  /**
   * Forgets history before `revision`: it is the oldest state that can be read then, and the one
   * after it the first that can be watched. Below an earlier compaction it does nothing.
   *
   * @throws FutureRevisionError
   */
  compact(revision: number): Promise<void>
  /** Finishes the transactions under way, ends the watches, and frees the files. */
  close(): Promise<void>
}
