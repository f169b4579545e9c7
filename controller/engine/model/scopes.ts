import { Collection } from '../facts.ts'
import { Links } from './links.ts'
import { peerScope, policyScope, type ScopeFact, scopeKey } from './policing-facts.ts'

/** Where a port is, and the names by which policies may name it. */
export interface PolicyPlace {
  readonly dpid: bigint
  readonly domain: number
  readonly names: ReadonlySet<string>
}

/** Ports with one name: how many of each domain each integration bridge has. */
type Presence = Map<bigint, Map<number, number>>

/** A scope of a policy on a host, or that of a group that rules ask for on the other side. */
type Spot =
  | { readonly dpid: bigint; readonly policy: string }
  | { readonly dpid: bigint; readonly group: string; readonly domain: number }

const scopeOf = (spot: Spot): string =>
  'policy' in spot ? policyScope(spot.policy) : peerScope(spot.group, spot.domain)

const nowhere: Presence = new Map()
const noNames: ReadonlySet<string> = new Set()

const difference = (all: ReadonlySet<string>, without: ReadonlySet<string>): string[] =>
  [...all].filter((one) => !without.has(one))

/**
 * The hosts on which policies matter: those that have a port that the policy concerns. Only the first
 * such port of a host and the last cost work for the policy.
 */
export class Scopes {
  readonly facts = new Collection<ScopeFact>('scopes')
  /** Policies by the names of the ports that they concern, and by the groups that their rules ask for on the other side. */
  private readonly named = new Links()
  private readonly asking = new Links()
  private readonly places = new Map<string, PolicyPlace>()
  private readonly presences = new Map<string, Presence>()
  /** What is to be looked at again. */
  private readonly touched: Spot[] = []

  /** The names of the ports that a policy concerns. */
  namesOf(policy: string): ReadonlySet<string> {
    return this.named.targetsOf(policy)
  }

  /** Says anew what ports a policy concerns, and which groups its rules ask for on the other side. */
  putPolicy(policy: string, names: readonly string[], peers: readonly string[]): void {
    const [namesBefore, peersBefore] = [this.named.targetsOf(policy), this.asking.targetsOf(policy)]
    this.named.put(policy, names)
    this.asking.put(policy, peers)
    const [namesNow, peersNow] = [this.named.targetsOf(policy), this.asking.targetsOf(policy)]
    const changed = [...difference(namesBefore, namesNow), ...difference(namesNow, namesBefore)]
    const allPeers = new Set([...peersBefore, ...peersNow])
    for (const name of changed) this.touch(name, [policy], allPeers)
    const changedPeers = [...difference(peersBefore, peersNow), ...difference(peersNow, peersBefore)]
    if (changedPeers.length > 0) for (const name of namesNow) this.touch(name, [], changedPeers)
  }

  /** Looks again at policies, and at groups on the other side of rules, wherever ports with a name are. */
  private touch(name: string, policies: readonly string[], peers: Iterable<string>): void {
    for (const [dpid, domains] of this.presences.get(name) ?? nowhere) {
      for (const policy of policies) this.touched.push({ dpid, policy })
      for (const group of peers) for (const domain of domains.keys()) this.touched.push({ dpid, group, domain })
    }
  }

  /** Says anew where a port is; undefined where it is on no host. */
  putPort(id: string, now: PolicyPlace | undefined): void {
    const before = this.places.get(id)
    if (now) this.places.set(id, now)
    else this.places.delete(id)
    const stays = before?.dpid === now?.dpid && before?.domain === now?.domain
    const kept = (stays && before?.names) || noNames
    if (now) for (const name of difference(now.names, kept)) this.enter(name, now)
    const goes = (stays && now?.names) || noNames
    if (before) for (const name of difference(before.names, goes)) this.leave(name, before)
  }

  private enter(name: string, { dpid, domain }: PolicyPlace): void {
    const presence: Presence = this.presences.get(name) ?? new Map()
    this.presences.set(name, presence)
    const domains = presence.get(dpid) ?? new Map<number, number>()
    presence.set(dpid, domains)
    const count = domains.get(domain) ?? 0
    domains.set(domain, count + 1)
    if (count === 0) this.touchAt(name, dpid, domain)
  }

  private leave(name: string, { dpid, domain }: PolicyPlace): void {
    const presence = this.presences.get(name)
    const domains = presence?.get(dpid)
    const count = domains?.get(domain) ?? 0
    if (!presence || !domains) return
    if (count > 1) {
      domains.set(domain, count - 1)
      return
    }
    domains.delete(domain)
    if (domains.size === 0) presence.delete(dpid)
    if (presence.size === 0) this.presences.delete(name)
    this.touchAt(name, dpid, domain)
  }

  /** The first port with a name came to a host, or the last one went, of those of one domain. */
  private touchAt(name: string, dpid: bigint, domain: number): void {
    for (const policy of this.named.sourcesOf(name)) {
      this.touched.push({ dpid, policy })
      for (const group of this.asking.targetsOf(policy)) this.touched.push({ dpid, group, domain })
    }
  }

  /** Tells apps of what has changed. */
  settle(): void {
    for (const spot of this.touched.splice(0)) {
      const { dpid } = spot
      const scope = scopeOf(spot)
      const key = scopeKey(scope, dpid)
      if (!this.isThere(spot)) this.facts.delete(key)
      else if (!this.facts.has(key)) this.facts.set(key, { scope, dpid })
    }
  }

  private isThere(spot: Spot): boolean {
    const { dpid } = spot
    if ('policy' in spot) return this.some(spot.policy, (presence) => presence.has(dpid))
    const { group, domain } = spot
    for (const policy of this.asking.sourcesOf(group)) {
      if (this.some(policy, (presence) => presence.get(dpid)?.has(domain) === true)) return true
    }
    return false
  }

  private some(policy: string, isSo: (presence: Presence) => boolean): boolean {
    for (const name of this.named.targetsOf(policy)) if (isSo(this.presences.get(name) ?? nowhere)) return true
    return false
  }
}
