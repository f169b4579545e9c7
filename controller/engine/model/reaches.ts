import { isDeepStrictEqual as isSame } from 'node:util'
import { Collection } from '../facts.ts'
import type { Domains, Presence } from './domains.ts'
import { type NetworkFact, type SiteFact, siteKey } from './facts.ts'

/** A host that has a part in a network. */
export interface Place {
  readonly network: string
  readonly host: string
  readonly dpid: bigint
}

const raised = (known: Presence | undefined, host: string): Presence => ({ host, count: (known?.count ?? 0) + 1 })

/** Counts reasons for a host to have a part; says whether this was the first. */
const enter = (hosts: Map<bigint, Presence>, dpid: bigint, host: string): boolean => {
  const known = hosts.get(dpid)
  hosts.set(dpid, raised(known, host))
  return known?.host !== host
}

/** Says whether this was the last. */
const leave = (hosts: Map<bigint, Presence>, dpid: bigint): boolean => {
  const known = hosts.get(dpid)
  if (known && known.count > 1) {
    hosts.set(dpid, { ...known, count: known.count - 1 })
    return false
  }
  return hosts.delete(dpid)
}

/**
 * From which hosts each network is reached: those that have ports of it, or of a network that routers
 * join it with, and those where such a router meets the outside.
 */
export class Reaches {
  readonly facts = new Collection<SiteFact>('reaches')
  private readonly domains: Domains
  private readonly networks: Collection<NetworkFact>
  /** Reasons to be there, by network and integration bridge. */
  private readonly places = new Map<string, Map<bigint, Presence>>()
  /** Integration bridges that a network is told to be reached from. */
  private readonly told = new Map<string, Set<bigint>>()

  constructor(domains: Domains, networks: Collection<NetworkFact>) {
    this.domains = domains
    this.networks = networks
  }

  /** There is one reason more for a host to have a part in a network. */
  enter({ network, host, dpid }: Place): void {
    const places = this.places.get(network) ?? new Map<bigint, Presence>()
    this.places.set(network, places)
    enter(places, dpid, host)
    const domain = this.domains.of(network)
    if (enter(domain.hosts, dpid, host)) for (const id of domain.networks) this.tell(id, dpid)
  }

  /** There is one reason less. */
  leave({ network, dpid }: Place): void {
    const places = this.places.get(network)
    if (!places?.has(dpid)) return
    leave(places, dpid)
    if (places.size === 0) this.places.delete(network)
    const domain = this.domains.of(network)
    if (leave(domain.hosts, dpid)) for (const id of domain.networks) this.tell(id, dpid)
  }

  /** The domains of networks are new: who was there in the old ones is in these. */
  regroup(networks: Iterable<string>): void {
    for (const network of networks) {
      const { hosts } = this.domains.of(network)
      for (const [dpid, { host, count }] of this.places.get(network) ?? []) {
        hosts.set(dpid, { host, count: (hosts.get(dpid)?.count ?? 0) + count })
      }
    }
  }

  /** Tells from where a network is reached, after its domain has changed. */
  tellAll(network: string): void {
    const now = this.domains.of(network).hosts.keys()
    for (const dpid of new Set([...(this.told.get(network) ?? []), ...now])) this.tell(network, dpid)
  }

  private tell(id: string, dpid: bigint): void {
    const host = this.domains.of(id).hosts.get(dpid)?.host
    const network = this.networks.get(id)
    const key = siteKey(id, dpid)
    const told = this.told.get(id) ?? new Set<bigint>()
    if (network && host !== undefined) {
      const fact = { network: id, vni: network.vni, host, dpid }
      if (!isSame(this.facts.get(key), fact)) this.facts.set(key, fact)
      this.told.set(id, told.add(dpid))
    } else {
      this.facts.delete(key)
      told.delete(dpid)
      if (told.size === 0) this.told.delete(id)
    }
  }
}
