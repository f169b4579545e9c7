import type { Encapsulation } from '../../state/index.ts'
import { encapsulationBetween } from './encapsulation.ts'
import type { HostFact, NetworkFact, SiteFact, SpreadFact } from './facts.ts'
import type { RouterFact } from './routing-facts.ts'

/** A way that packets take between two hosts, the lower id first. */
export interface Tunnel {
  readonly from: HostFact
  readonly to: HostFact
  /** Undefined where the two have none in common: the packets get nowhere. */
  readonly encapsulation: Encapsulation | undefined
}

interface Known<V> {
  get(key: string): V | undefined
}

interface Listed<V> {
  entries(): Iterable<[string, V]>
}

/** What tunnels come from. */
export interface TunnelFacts {
  readonly networks: Known<NetworkFact>
  /** Tunnels of hosts that are not among these are left out. */
  readonly hosts: Known<HostFact>
  readonly spreads: Listed<SpreadFact>
  readonly reaches: Listed<SiteFact>
  readonly routers: Listed<RouterFact>
}

/** The networks of a domain that ask for the same encapsulation: who sends in them, and to whom. */
interface Group {
  readonly encapsulation: Encapsulation | undefined
  /** Hosts from which they are reached. */
  readonly senders: ReadonlySet<string>
  /** Hosts that have ports of them, or where routers leave by them. */
  readonly receivers: Set<string>
}

/** Hosts from which the networks of each domain are reached, by the number of the domain: from one as from another. */
const sendersOf = ({ networks, reaches }: TunnelFacts): ReadonlyMap<number, ReadonlySet<string>> => {
  const domains = new Map<number, { readonly first: string; readonly hosts: Set<string> }>()
  for (const [, { network, host }] of reaches.entries()) {
    const domain = networks.get(network)?.domain
    if (domain === undefined) continue
    const known = domains.get(domain) ?? { first: network, hosts: new Set() }
    domains.set(domain, known)
    if (known.first === network) known.hosts.add(host)
  }
  return new Map([...domains].map(([domain, { hosts }]) => [domain, hosts]))
}

const groupsOf = (facts: TunnelFacts): Group[] => {
  const { networks, spreads, routers } = facts
  const senders = sendersOf(facts)
  const groups = new Map<string, Group>()
  /** Packets from where one network is reached travel as another says. */
  const receive = (inside: string | undefined, network: string, hosts: readonly string[]): void => {
    const domain = inside === undefined ? undefined : networks.get(inside)?.domain
    const { encapsulation } = networks.get(network) ?? {}
    const from = domain === undefined ? undefined : senders.get(domain)
    if (!from) return
    const key = `${domain} ${encapsulation}`
    const group = groups.get(key) ?? { encapsulation, senders: from, receivers: new Set() }
    groups.set(key, group)
    for (const host of hosts) group.receivers.add(host)
  }
  for (const [id, { hosts }] of spreads.entries()) receive(id, id, hosts)
  for (const [, { network, external }] of routers.entries()) {
    if (external?.host !== undefined) receive(network, external.network, [external.host])
  }
  return [...groups.values()]
}

/** Those with a higher id that packets travel to from a host or the other way, by the encapsulation asked for. */
const partnersOf = (id: string, groups: readonly Group[], highers: number) => {
  const partners = new Map<Encapsulation | undefined, Set<string>>()
  for (const { encapsulation, senders, receivers } of groups) {
    const known = partners.get(encapsulation) ?? new Set()
    partners.set(encapsulation, known)
    // Most groups bring nothing new where networks are on all hosts.
    if (known.size >= highers) continue
    for (const other of receivers.has(id) ? senders : receivers) if (other > id) known.add(other)
  }
  return partners
}

/**
 * All ways that packets take between hosts: in networks that both have ports of, between networks that
 * routers join, and to where routers leave. Each comes once, of however many networks it carries.
 *
 * What networks are where is looked at when the first is asked for, at a cost in proportion to the
 * networks of each host; what pairs there are, host by host as they are asked for.
 */
export function* tunnelsOf(facts: TunnelFacts): Generator<Tunnel> {
  const byHost = new Map<string, Group[]>()
  for (const group of groupsOf(facts)) {
    for (const host of group.senders) {
      const list = byHost.get(host) ?? []
      byHost.set(host, list)
      list.push(group)
    }
  }
  const ids = [...byHost.keys()].sort()
  for (const [at, id] of ids.entries()) {
    const from = facts.hosts.get(id)
    const given = new Set<string>()
    for (const [asked, others] of from ? partnersOf(id, byHost.get(id) ?? [], ids.length - at - 1) : []) {
      for (const other of others) {
        const to = facts.hosts.get(other)
        if (!from || !to) continue
        const encapsulation = encapsulationBetween({ encapsulation: asked }, from, to)
        const key = `${other} ${encapsulation}`
        if (!given.has(key)) yield { from, to, encapsulation }
        given.add(key)
      }
    }
  }
}
