import { readAll, readKey } from './facts.ts'

export const noReads: ReadonlySet<string> = new Set()

/** Who has read what: found again when it changes. */
export class Readers<T> {
  private readonly byRead = new Map<string, Set<T>>()

  /** Those that read this key of a collection, or all of it. */
  of(collection: string, key: string): T[] {
    return [readKey(collection, key), readAll(collection)].flatMap((read) => [...(this.byRead.get(read) ?? [])])
  }

  /** Notes what a reader now reads in place of what it read before. */
  note(reader: T, before: ReadonlySet<string>, now: ReadonlySet<string>): void {
    for (const read of before) if (!now.has(read)) this.forget(reader, read)
    for (const read of now) {
      const readers = this.byRead.get(read)
      if (readers) readers.add(reader)
      else this.byRead.set(read, new Set([reader]))
    }
  }

  private forget(reader: T, read: string): void {
    const readers = this.byRead.get(read)
    readers?.delete(reader)
    if (readers?.size === 0) this.byRead.delete(read)
  }
}
