import { type Entities, type EntityKind, entityKinds } from './kinds.ts'

/** An entity as it is known. */
export interface Held<V> {
  readonly value: V
  /** The revision that last changed it; undefined while the transaction that does so is under way. */
  readonly revision: number | undefined
}

/** Told of each entity that came, changed or went. */
export type Follower = <K extends EntityKind>(kind: K, id: string, value: Entities[K] | undefined) => void

type Maps = { readonly [K in EntityKind]: Map<string, Held<Entities[K]>> }

const none: ReadonlySet<string> = new Set()

/** All entities in memory, and the questions about them that must not cost a look at each. */
export class Table {
  private readonly maps = Object.fromEntries(Object.keys(entityKinds).map((kind) => [kind, new Map()])) as Maps
  private readonly members = { subnet: new Map<string, Set<string>>(), port: new Map<string, Set<string>>() }
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
    return this.members[kind].get(network) ?? none
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
    if (kind === 'subnet' || kind === 'port') {
      this.move(this.members[kind], id, before as Entities['port' | 'subnet'], after as Entities['port' | 'subnet'])
    } else if (kind === 'lease') {
      this.resting.delete(id)
      if ((after as Entities['lease'] | undefined)?.quarantineUntil !== undefined) this.resting.add(id)
    }
  }

  private move(
    members: Map<string, Set<string>>,
    id: string,
    before: { readonly network: string } | undefined,
    after: { readonly network: string } | undefined,
  ): void {
    if (before?.network === after?.network) return
    if (before) {
      const left = members.get(before.network)
      left?.delete(id)
      if (left?.size === 0) members.delete(before.network)
    }
    if (!after) return
    const joined = members.get(after.network)
    if (joined) joined.add(id)
    else members.set(after.network, new Set([id]))
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
