/** Told of every change: the collection and the key that changed. */
export type OnChange = (collection: string, key: string) => void

/**
 * What an app knows, by key. Rules read it through a view that records what they read; a change
 * has just those rules evaluated again.
 */
export class Collection<V> {
  readonly name: string
  private readonly values = new Map<string, V>()
  private readonly changed: OnChange

  constructor(name: string, changed: OnChange) {
    this.name = name
    this.changed = changed
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
    if (this.values.get(key) === value && this.values.has(key)) return
    this.values.set(key, value)
    this.changed(this.name, key)
  }

  /** Says whether there was one. */
  delete(key: string): boolean {
    const had = this.values.delete(key)
    if (had) this.changed(this.name, key)
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

/** A view of `collection` that tells of every read. */
export const recordingView = <V>(collection: Collection<V>, read: OnRead): View<V> => ({
  get: (key) => {
    read(collection.name, key)
    return collection.get(key)
  },
  has: (key) => {
    read(collection.name, key)
    return collection.has(key)
  },
  entries: () => {
    read(collection.name, undefined)
    return collection.entries()
  },
})
