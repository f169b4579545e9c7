import { type Entities, type EntityKind, entityKinds, type IntentKind, isIntentKind } from './kinds.ts'
import { Relations } from './relations.ts'

/** An entity as it is known. */
export interface Held<V> {
  readonly value: V
  /** The revision that last changed it; undefined while the transaction that does so is under way. */
  readonly revision: number | undefined
}

/** Told of each entity that came, changed or went. */
export type Follower = <K extends EntityKind>(kind: K, id: string, value: Entities[K] | undefined) => void

type Maps = { readonly [K in EntityKind]: Map<string, Held<Entities[K]>> }

/** All entities in memory, and the questions about them that must not cost a look at each. */
export class Table {
  private readonly maps = Object.fromEntries(Object.keys(entityKinds).map((kind) => [kind, new Map()])) as Maps
  private readonly relations = new Relations()
  private readonly resting = new Set<string>()
  private readonly followers = new Set<Follower>()

  get<K extends EntityKind>(kind: K, id: string): Held<Entities[K]> | undefined {
    return (this.maps[kind] as Map<string, Held<Entities[K]>>).get(id)
  }

  entries<K extends EntityKind>(kind: K): IterableIterator<[string, Held<Entities[K]>]> {
    return (this.maps[kind] as Map<string, Held<Entities[K]>>).entries()
  }

  get kinds(): EntityKind[] {
    return Object.keys(this.maps) as EntityKind[]
  }

  size(kind: EntityKind): number {
    return this.maps[kind].size
  }

  /** Ids of the subnets or ports of a network. */
  of(kind: 'subnet' | 'port', network: string): ReadonlySet<string> {
    return this.relations.users(kind, 'network', network)
  }

  /** Ids of the things of kind `by` that name a thing. */
  users(by: IntentKind, kind: IntentKind, id: string): ReadonlySet<string> {
    return this.relations.users(by, kind, id)
  }

  /** Ids of the things of a kind that have a place, as `placesOf` gives them. */
  at(kind: IntentKind, place: string): ReadonlySet<string> {
    return this.relations.at(kind, place)
  }

  /** Ids of leases that were given up, the oldest first. */
  get released(): ReadonlySet<string> {
    return this.resting
  }

  set<K extends EntityKind>(kind: K, id: string, held: Held<Entities[K]> | undefined): void {
    const map = this.maps[kind] as Map<string, Held<Entities[K]>>
    const before = map.get(id)?.value
    if (held) map.set(id, held)
    else map.delete(id)
    this.index(kind, id, before, held?.value)
    if (before !== held?.value) for (const follower of this.followers) follower(kind, id, held?.value)
  }

  private index(kind: EntityKind, id: string, before: unknown, after: unknown): void {
    if (isIntentKind(kind)) {
      this.relations.replace(kind, id, before as Entities[typeof kind], after as Entities[typeof kind])
    } else if (kind === 'lease') {
      this.resting.delete(id)
      if ((after as Entities['lease'] | undefined)?.quarantineUntil !== undefined) this.resting.add(id)
    }
  }

  /** Tells a follower of all that there is, and from then on of what changes. */
  follow(follower: Follower): void {
    for (const kind of this.kinds) {
      for (const [id, { value }] of this.entries(kind)) follower(kind, id, value)
    }
    this.followers.add(follower)
  }

  unfollow(follower: Follower): void {
    this.followers.delete(follower)
  }
}
