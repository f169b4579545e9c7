import { CompactedError, StoreClosedError } from '../errors.ts'
import type { Entry, Store, Watch } from '../store.ts'
import { type Entities, type EntityKind, isEntityKind } from './kinds.ts'
import { Table } from './table.ts'

interface Waiting {
  readonly revision: number
  readonly done: () => void
  readonly failed: (error: Error) => void
}

const split = (key: string): { readonly kind: EntityKind; readonly id: string } | undefined => {
  const slash = key.indexOf('/')
  const kind = key.slice(0, slash)
  return isEntityKind(kind) ? { kind, id: key.slice(slash + 1) } : undefined
}

/** The store's entities in memory, as of a revision, kept up with the store. */
export class Mirror {
  readonly table = new Table()
  private readonly store: Store
  private at = 0
  private watch: Watch | undefined
  private waiting: Waiting[] = []
  private ended: Error | undefined

  private constructor(store: Store) {
    this.store = store
  }

  static async open(store: Store): Promise<Mirror> {
    const mirror = new Mirror(store)
    await mirror.load()
    void mirror.run()
    return mirror
  }

  /** The revision whose state it holds. */
  get revision(): number {
    return this.at
  }

  /** Resolves when it holds the state of a revision, or of a later one. */
  reached(revision: number): Promise<void> {
    if (this.ended) return Promise.reject(this.ended)
    if (revision <= this.at) return Promise.resolve()
    return new Promise((done, failed) => this.waiting.push({ revision, done, failed }))
  }

  close(): void {
    this.end(new StoreClosedError())
    this.watch?.close()
  }

  private async load(): Promise<void> {
    const { entries, revision } = await this.store.range({})
    const there = new Set(entries.map(({ key }) => key))
    for (const kind of this.table.kinds) {
      for (const [id] of [...this.table.entries(kind)]) {
        if (!there.has(`${kind}/${id}`)) this.table.set(kind, id, undefined)
      }
    }
    for (const entry of entries) this.put(entry)
    this.arrive(revision)
  }

  private put({ key, value, modRevision }: Entry): void {
    const place = split(key)
    // Documents were judged by their schemas when they were put.
    const held = { value: value as unknown as Entities[EntityKind], revision: modRevision }
    if (place && this.table.get(place.kind, place.id)?.revision !== modRevision) {
      this.table.set(place.kind, place.id, held)
    }
  }

  private remove(key: string): void {
    const place = split(key)
    if (place) this.table.set(place.kind, place.id, undefined)
  }

  private async run(): Promise<void> {
    while (!this.ended) {
      try {
        await this.follow()
      } catch (error) {
        if (error instanceof CompactedError) await this.load().catch((failure: Error) => this.end(failure))
        else this.end(error as Error)
      }
    }
  }

  private async follow(): Promise<void> {
    this.watch = this.store.watch({ fromRevision: this.at + 1 })
    for await (const { revision, events } of this.watch) {
      for (const event of events) {
        if (event.type === 'put') this.put(event.entry)
        else this.remove(event.key)
      }
      this.arrive(revision)
    }
    this.end(new StoreClosedError())
  }

  private arrive(revision: number): void {
    this.at = revision
    const due = this.waiting.filter((one) => one.revision <= revision)
    if (due.length === 0) return
    this.waiting = this.waiting.filter((one) => one.revision > revision)
    for (const { done } of due) done()
  }

  private end(error: Error): void {
    this.ended ??= error
    for (const { failed } of this.waiting.splice(0)) failed(this.ended)
  }
}
