/** One thing that rules read: a key of a collection, or all of it where the key is undefined. */
export interface Fact<T> {
  readonly collection: string
  readonly key: string | undefined
  readonly readers: Set<T>
}

type Facts<T> = Map<string | undefined, Fact<T>>

/** Who has read what: found again when it changes. */
export class Readers<T> {
  private readonly collections = new Map<string, Facts<T>>()

  /** What a reader is to be noted with that has read this key, or all of the collection. */
  fact(collection: string, key: string | undefined): Fact<T> {
    const facts = this.factsOf(collection)
    const known = facts.get(key)
    if (known) return known
    const fact = { collection, key, readers: new Set<T>() }
    facts.set(key, fact)
    return fact
  }

  private factsOf(collection: string): Facts<T> {
    const known = this.collections.get(collection)
    if (known) return known
    const facts: Facts<T> = new Map()
    this.collections.set(collection, facts)
    return facts
  }

  /** Adds those to `readers` that read this key of a collection, or all of it. */
  collect(collection: string, key: string, readers: Set<T>): void {
    const facts = this.collections.get(collection)
    for (const reader of facts?.get(key)?.readers ?? []) readers.add(reader)
    for (const reader of facts?.get(undefined)?.readers ?? []) readers.add(reader)
  }

  /** Notes what a reader now reads in place of what it read before. */
  note(reader: T, before: readonly Fact<T>[], now: ReadonlySet<Fact<T>>): void {
    for (const { readers } of now) readers.add(reader)
    for (const fact of before) if (!now.has(fact)) this.forget(reader, fact)
  }

  private forget(reader: T, { collection, key, readers }: Fact<T>): void {
    readers.delete(reader)
    if (readers.size === 0) this.collections.get(collection)?.delete(key)
  }
}
