import type { Collection } from './facts.ts'
import type { SiteFact } from './model/facts.ts'
import type { ScopeFact } from './model/policing-facts.ts'

/** How a rule says on which switches its objects matter: those of networks, or of scopes of policies. */
export type Breadth = 'across' | 'through' | 'within'

/** A network, or a scope, on a switch. */
type Fact = SiteFact | ScopeFact
export type Sites = Pick<Collection<Fact>, 'get' | 'entries'>

interface SiteChange {
  readonly site: string
  readonly dpid: bigint
  /** Whether it is there now. */
  readonly here: boolean
}

const nowhere: ReadonlySet<never> = new Set<never>()

/** Sites, which are networks or scopes, by the switches that have them, as the units were last told. */
export class KnownSites {
  private readonly facts: Sites | undefined
  /** Sites that came to a switch or went from it since, by their keys among the facts. */
  private readonly changed = new Set<string>()
  private readonly known = new Map<string, Fact>()
  private readonly switches = new Map<string, Set<bigint>>()
  private readonly sites = new Map<bigint, Set<string>>()

  /** @param facts undefined where no rule asks for any */
  constructor(facts: Sites | undefined) {
    this.facts = facts
    for (const [key] of facts?.entries() ?? []) this.look(key)
  }

  /** Whether there is something to look at again. */
  get isChanged(): boolean {
    return this.changed.size > 0
  }

  /** Notes that a site came or went, or something of it changed. */
  note(key: string): void {
    if (this.facts) this.changed.add(key)
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

  has(site: string, dpid: bigint): boolean {
    return this.switches.get(site)?.has(dpid) === true
  }

  switchesOf(site: string): ReadonlySet<bigint> {
    return this.switches.get(site) ?? nowhere
  }

  sitesAt(dpid: bigint): ReadonlySet<string> {
    return this.sites.get(dpid) ?? nowhere
  }

  private look(key: string): SiteChange | undefined {
    const [before, now] = [this.known.get(key), this.facts?.get(key)]
    if (now) this.known.set(key, now)
    else this.known.delete(key)
    const fact = now ?? before
    if (!before === !now || !fact) return undefined
    const { dpid } = fact
    const site = 'scope' in fact ? fact.scope : fact.network
    const change = now ? add : remove
    change(this.switches, site, dpid)
    change(this.sites, dpid, site)
    return { site, dpid, here: now !== undefined }
  }
}

const add = <K, V>(sets: Map<K, Set<V>>, key: K, value: V): void => {
  const set = sets.get(key)
  if (set) set.add(value)
  else sets.set(key, new Set([value]))
}

const remove = <K, V>(sets: Map<K, Set<V>>, key: K, value: V): void => {
  const set = sets.get(key)
  set?.delete(value)
  if (set?.size === 0) sets.delete(key)
}
