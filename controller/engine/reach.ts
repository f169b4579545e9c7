import type { Collections, Rule } from './app.ts'
import type { Collection } from './facts.ts'
import type { SiteFact } from './model/facts.ts'
import { Placement } from './placement.ts'

/** Switches where an object has come to matter no more, and where it does. */
export interface Move {
  readonly left: Iterable<bigint>
  readonly now: Iterable<bigint>
}

/** Where the objects of one rule matter. */
export interface Reach {
  /** Whether what the rule wants for an object is the same on several switches. */
  readonly isShared: boolean
  /** The objects that matter on a switch. */
  objectsAt(dpid: bigint): Iterable<string>
  /** An object came, changed, or went where it is undefined. */
  replace(key: string, object: unknown): Move
}

const nowhere: readonly bigint[] = []

/** Every object matters on every switch. */
const everywhere = (objects: Collection<unknown>, switches: () => Iterable<bigint>): Reach => ({
  isShared: true,
  objectsAt: () => objects.keys(),
  replace: (_key, object) =>
    object === undefined ? { left: switches(), now: nowhere } : { left: nowhere, now: switches() },
})

const moved = (before: bigint | undefined, now: bigint | undefined): Move => ({
  left: before === undefined || before === now ? nowhere : [before],
  now: now === undefined ? nowhere : [now],
})

/** Each object matters on one switch. */
const onOne = (where: (object: unknown, key: string) => bigint | undefined): Reach => {
  const placement = new Placement<bigint>()
  return {
    isShared: false,
    objectsAt: (dpid) => placement.objectsAt(dpid),
    replace: (key, object) => {
      const before = placement.placeOf(key)
      const now = object === undefined ? undefined : where(object, key)
      placement.put(key, now)
      return moved(before, now)
    },
  }
}

interface SiteChange {
  readonly site: SiteFact
  /** Whether the network is there now. */
  readonly here: boolean
}

/** How a rule says on which switches of a network its objects matter. */
export type Breadth = 'across' | 'through'

/** Networks by the switches that have them, as the units were last told. */
export class KnownSites {
  private readonly sites: Collection<SiteFact>
  /** Networks that came to a switch or went from it since, by their keys among the sites. */
  private readonly changed = new Set<string>()
  private readonly known = new Map<string, SiteFact>()
  private readonly switches = new Map<string, Set<bigint>>()
  private readonly networks = new Map<bigint, Set<string>>()

  constructor(sites: Collection<SiteFact>) {
    this.sites = sites
    for (const [key] of sites.entries()) this.look(key)
  }

  /** Whether there is something to look at again. */
  get isChanged(): boolean {
    return this.changed.size > 0
  }

  /** Notes that a site came or went, or something of it changed. */
  note(key: string): void {
    this.changed.add(key)
  }

  /** Leaves out what was noted. */
  forget(): void {
    this.changed.clear()
  }

  /** Looks again at what was noted; gives the sites that came or went, and which of the two. */
  *changes(): Generator<SiteChange> {
    for (const key of this.changed) {
      this.changed.delete(key)
      const change = this.look(key)
      if (change) yield change
    }
  }

  switchesOf(network: string): Iterable<bigint> {
    return this.switches.get(network) ?? nowhere
  }

  networksAt(dpid: bigint): Iterable<string> {
    return this.networks.get(dpid) ?? []
  }

  private look(key: string): SiteChange | undefined {
    const [before, now] = [this.known.get(key), this.sites.get(key)]
    if (now) this.known.set(key, now)
    else this.known.delete(key)
    if (!before === !now) return undefined
    const site = (now ?? before) as SiteFact
    if (now) {
      add(this.switches, site.network, site.dpid)
      add(this.networks, site.dpid, site.network)
    } else {
      this.switches.get(site.network)?.delete(site.dpid)
      this.networks.get(site.dpid)?.delete(site.network)
    }
    return { site, here: now !== undefined }
  }
}

const add = <K, V>(sets: Map<K, Set<V>>, key: K, value: V): void => {
  const set = sets.get(key)
  if (set) set.add(value)
  else sets.set(key, new Set([value]))
}

/** Each object matters on the switches of one network. */
export interface NetworkReach extends Reach {
  readonly breadth: Breadth
  objectsOf(network: string): Iterable<string>
}

type NetworkOf = (object: unknown, key: string) => string | undefined

const onNetwork = (where: NetworkOf, breadth: Breadth, sites: KnownSites): NetworkReach => {
  const placement = new Placement<string>()
  return {
    isShared: true,
    breadth,
    objectsOf: (network) => placement.objectsAt(network),
    *objectsAt(dpid) {
      for (const network of sites.networksAt(dpid)) yield* placement.objectsAt(network)
    },
    replace: (key, object) => {
      const before = placement.placeOf(key)
      const now = object === undefined ? undefined : where(object, key)
      placement.put(key, now)
      const switches = now === undefined ? nowhere : [...sites.switchesOf(now)]
      if (before === undefined || before === now) return { left: nowhere, now: switches }
      return { left: [...sites.switchesOf(before)].filter((dpid) => !switches.includes(dpid)), now: switches }
    },
  }
}

type ObjectRule = Rule<readonly string[], Collections> & { readonly each?: string }

/** Where the objects of a rule matter, as the rule says. */
export const reachOf = (
  rule: ObjectRule,
  objects: Collection<unknown>,
  sites: Readonly<Record<Breadth, KnownSites>>,
  switches: () => Iterable<bigint>,
): Reach | NetworkReach => {
  const { on, across, through } = rule as { on?: Parameters<typeof onOne>[0]; across?: NetworkOf; through?: NetworkOf }
  if (on) return onOne(on)
  if (across) return onNetwork(across, 'across', sites.across)
  return through ? onNetwork(through, 'through', sites.through) : everywhere(objects, switches)
}
