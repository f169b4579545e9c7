import type { Collections, Rule } from './app.ts'
import type { Collection } from './facts.ts'
import type { Breadth, KnownSites } from './known-sites.ts'
import { Links } from './model/links.ts'
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

/** The sites, which are networks or scopes, where each object of a rule matters, found both ways. */
interface Places {
  of(key: string): readonly string[]
  objectsAt(site: string): ReadonlySet<string>
  /** An object came, changed, or went where it is undefined. */
  put(key: string, object: unknown): void
}

type SiteOf = (object: unknown, key: string) => string | undefined
type SitesOf = (object: unknown, key: string) => readonly string[]

const noSites: readonly string[] = []

/** Each object matters at one site, or at none. */
const atOne = (where: SiteOf): Places => {
  const placement = new Placement<string>()
  return {
    of: (key) => {
      const site = placement.placeOf(key)
      return site === undefined ? noSites : [site]
    },
    objectsAt: (site) => placement.objectsAt(site),
    put: (key, object) => placement.put(key, object === undefined ? undefined : where(object, key)),
  }
}

/** Each object may matter at several sites. */
const atSeveral = (where: SitesOf): Places => {
  const links = new Links()
  return {
    of: (key) => [...links.targetsOf(key)],
    objectsAt: (site) => links.sourcesOf(site),
    put: (key, object) => links.put(key, object === undefined ? noSites : where(object, key)),
  }
}

/** Each object matters on the switches of some sites. */
export interface BroadReach extends Reach {
  readonly breadth: Breadth
  objectsOf(site: string): Iterable<string>
  /** Whether an object matters on a switch, as the sites now stand. */
  isAt(key: string, dpid: bigint): boolean
}

const onSites = (places: Places, breadth: Breadth, sites: KnownSites): BroadReach => {
  const switchesOf = ([first = '', ...more]: readonly string[]): Iterable<bigint> =>
    more.length === 0
      ? [...sites.switchesOf(first)]
      : new Set([first, ...more].flatMap((site) => [...sites.switchesOf(site)]))
  return {
    isShared: true,
    breadth,
    objectsOf: (site) => places.objectsAt(site),
    isAt: (key, dpid) => places.of(key).some((site) => sites.has(site, dpid)),
    *objectsAt(dpid) {
      for (const site of sites.sitesAt(dpid)) yield* places.objectsAt(site)
    },
    replace: (key, object) => {
      const before = places.of(key)
      places.put(key, object)
      const after = new Set(places.of(key))
      const now = switchesOf([...after])
      const gone = before.filter((site) => !after.has(site))
      if (gone.length === 0) return { left: nowhere, now }
      const here = new Set(now)
      return { left: [...switchesOf(gone)].filter((dpid) => !here.has(dpid)), now }
    },
  }
}

type ObjectRule = Rule<readonly string[], Collections> & { readonly each?: string }

interface Where {
  readonly on?: Parameters<typeof onOne>[0]
  readonly across?: SiteOf
  readonly through?: SiteOf
  readonly within?: SitesOf
}

/** Where the objects of a rule matter, as the rule says. */
export const reachOf = (
  rule: ObjectRule,
  objects: Collection<unknown>,
  sites: Readonly<Record<Breadth, KnownSites>>,
  switches: () => Iterable<bigint>,
): Reach | BroadReach => {
  const { on, across, through, within } = rule as Where
  if (on) return onOne(on)
  if (across) return onSites(atOne(across), 'across', sites.across)
  if (through) return onSites(atOne(through), 'through', sites.through)
  return within ? onSites(atSeveral(within), 'within', sites.within) : everywhere(objects, switches)
}
