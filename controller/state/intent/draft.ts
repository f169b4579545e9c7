import { isDeepStrictEqual } from 'node:util'
import { absent, type Compare, type Operation, unchanged } from '../store.ts'
import type { AdmissionDraft } from './admission.ts'
import type { IntentProblem } from './change.ts'
import type { Entities, EntityKind, IntentKind } from './kinds.ts'
import type { Held, Table } from './table.ts'

interface Touched {
  readonly kind: EntityKind
  readonly id: string
  readonly before: Held<unknown> | undefined
}

/** Kinds whose keys are the right to something: a transaction compares that nobody else has taken one. */
const claims: ReadonlySet<EntityKind> = new Set(['lease', 'mac', 'vni', 'zone', 'groupBit', 'tenant'])

/** What the state was that a rollback goes back to. */
export type Former = AdmissionDraft['former']

/**
 * A change while it is worked out: it is done in the table at once, and undone there before anything
 * else happens. What came of it is a transaction for the store.
 */
export class Draft {
  readonly now: number
  readonly former: Former
  readonly problems: IntentProblem[] = []
  private readonly table: Table
  private readonly touched = new Map<string, Touched>()

  constructor(table: Table, now: number, former: Former = () => undefined) {
    this.table = table
    this.now = now
    this.former = former
  }

  get<K extends EntityKind>(kind: K, id: string): Entities[K] | undefined {
    return this.table.get(kind, id)?.value
  }

  of(kind: 'subnet' | 'port', network: string): ReadonlySet<string> {
    return this.table.of(kind, network)
  }

  /** Ids of the things of kind `by` that name a thing. */
  users(by: IntentKind, kind: IntentKind, id: string): ReadonlySet<string> {
    return this.table.users(by, kind, id)
  }

  /** Ids of the things of a kind that have a place, as `placesOf` gives them. */
  at(kind: IntentKind, place: string): ReadonlySet<string> {
    return this.table.at(kind, place)
  }

  /** How it was before the draft. */
  before<K extends EntityKind>(kind: K, id: string): Entities[K] | undefined {
    const touched = this.touched.get(`${kind}/${id}`)
    return touched ? (touched.before?.value as Entities[K] | undefined) : this.get(kind, id)
  }

  put<K extends EntityKind>(kind: K, id: string, value: Entities[K]): void {
    if (isDeepStrictEqual(this.get(kind, id), value)) return
    this.touch(kind, id)
    this.table.set(kind, id, { value, revision: undefined })
  }

  delete(kind: EntityKind, id: string): void {
    if (this.get(kind, id) === undefined) return
    this.touch(kind, id)
    this.table.set(kind, id, undefined)
  }

  private touch(kind: EntityKind, id: string): void {
    const key = `${kind}/${id}`
    if (!this.touched.has(key)) this.touched.set(key, { kind, id, before: this.table.get(kind, id) })
  }

  refuse(kind: EntityKind, id: string, path: string, message: string): void {
    this.problems.push({ kind, id, path, message })
  }

  isFree(network: string, address: string): boolean {
    const lease = this.get('lease', `${network}@${address}`)
    return lease === undefined || (lease.quarantineUntil !== undefined && lease.quarantineUntil <= this.now)
  }

  *expired(): IterableIterator<string> {
    for (const id of this.table.released) {
      const until = this.get('lease', id)?.quarantineUntil
      // They are in the order of their release, or nearly so.
      if (until === undefined || until > this.now) return
      yield id
    }
  }

  /** What differs from before: the transaction's operations, and what it compares. */
  transaction(): { readonly compare: Compare[]; readonly success: Operation[] } {
    const compare: Compare[] = []
    const success: Operation[] = []
    for (const [key, { kind, id, before }] of this.touched) {
      const after = this.table.get(kind, id)
      if (isDeepStrictEqual(after?.value, before?.value)) continue
      if (claims.has(kind)) {
        if (!before) compare.push(absent(key))
        else if (before.revision !== undefined) compare.push(unchanged(key, before.revision))
      }
      success.push(after ? { type: 'put', key, value: after.value as never } : { type: 'delete', key })
    }
    return { compare, success }
  }

  undo(): void {
    for (const { kind, id, before } of [...this.touched.values()].reverse()) {
      this.table.set(kind, id, before as Held<Entities[EntityKind]> | undefined)
    }
  }
}
