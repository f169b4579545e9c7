/** Told of every change: the collection and the key that changed, and what was there before. */
export type OnChange<V = unknown> = (collection: string, key: string, before: V | undefined) => void

/**
 * What an app knows, by key. Rules read it through a view that records what they read; a change
 * has just those rules evaluated again.
 */
export class Collection<V> {
  readonly name: string
  private readonly values = new Map<string, V>()
  private readonly followers = new Set<OnChange<V>>()

  constructor(name: string, changed?: OnChange<V>) {
    this.name = name
    if (changed) this.followers.add(changed)
  }

  /** Has someone told of every change from now on, until the function that it gives is called. */
  follow(changed: OnChange<V>): () => void {
    this.followers.add(changed)
    return () => this.followers.delete(changed)
  }

  private changed(key: string, before: V | undefined): void {
    for (const follower of this.followers) follower(this.name, key, before)
  }

  get size(): number {
    return this.values.size
  }

  /** Takes over the values of another, as at a reload; nobody is told. */
  adopt(other: Collection<V>): void {
    for (const [key, value] of other.values) this.values.set(key, value)
  }

  get(key: string): V | undefined {
    return this.values.get(key)
  }

  has(key: string): boolean {
    return this.values.has(key)
  }

  keys(): IterableIterator<string> {
    return this.values.keys()
  }

  entries(): IterableIterator<[string, V]> {
    return this.values.entries()
  }

  /** Sets a value; setting the very same value again changes nothing. */
  set(key: string, value: V): void {
    const before = this.values.get(key)
    if (before === value && this.values.has(key)) return
    this.values.set(key, value)
    this.changed(key, before)
  }

  /** Says whether there was one. */
  delete(key: string): boolean {
    const before = this.values.get(key)
    const had = this.values.delete(key)
    if (had) this.changed(key, before)
    return had
  }
}

/** A collection as rules see it: reads are recorded. */
export interface View<V> {
  get(key: string): V | undefined
  has(key: string): boolean
  /** All of it: the rule is evaluated again whenever anything in it changes. */
  entries(): IterableIterator<[string, V]>
}

/** Told of every read: one key of a collection, or all of it where the key is undefined. */
type OnRead = (collection: string, key: string | undefined) => void

/** A view of `collection`, which the app calls `name`, that tells of every read. */
export const recordingView = <V>(name: string, collection: Collection<V>, read: OnRead): View<V> => ({
  get: (key) => {
    read(name, key)
    return collection.get(key)
  },
  has: (key) => {
    read(name, key)
    return collection.has(key)
  },
  entries: () => {
    read(name, undefined)
    return collection.entries()
  },
})
