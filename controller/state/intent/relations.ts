import type { Entities, IntentKind } from './kinds.ts'
import { placesOf } from './places.ts'
import { referencesOf } from './references.ts'

type Sets = Map<string, Set<string>>

const none: ReadonlySet<string> = new Set()

const join = (sets: Sets, key: string, id: string): void => {
  const set = sets.get(key)
  if (set) set.add(id)
  else sets.set(key, new Set([id]))
}

const leave = (sets: Sets, key: string, id: string): void => {
  const set = sets.get(key)
  set?.delete(id)
  if (set?.size === 0) sets.delete(key)
}

/** Who names what, and who has which place: answers that cost no look at each. */
export class Relations {
  private readonly namers: Sets = new Map()
  private readonly occupants: Sets = new Map()

  /** Ids of the things of kind `by` that name a thing. */
  users(by: IntentKind, kind: IntentKind, id: string): ReadonlySet<string> {
    return this.namers.get(`${by} ${kind} ${id}`) ?? none
  }

  /** Ids of the things of a kind that have a place. */
  at(kind: IntentKind, place: string): ReadonlySet<string> {
    return this.occupants.get(`${kind} ${place}`) ?? none
  }

  /** An entity came, changed or went. */
  replace<K extends IntentKind>(
    kind: K,
    id: string,
    before: Entities[K] | undefined,
    after: Entities[K] | undefined,
  ): void {
    if (before === after) return
    if (before) this.change(leave, kind, id, before)
    if (after) this.change(join, kind, id, after)
  }

  private change<K extends IntentKind>(step: typeof join, kind: K, id: string, value: Entities[K]): void {
    for (const { kind: named, id: name } of referencesOf(kind, value)) {
      step(this.namers, `${kind} ${named} ${name}`, id)
    }
    for (const place of placesOf(kind, id, value)) step(this.occupants, `${kind} ${place}`, id)
  }
}
