import { isDeepStrictEqual as isSame } from 'node:util'
import type { Policy } from '../../state/index.ts'
import { Collection } from '../facts.ts'
import { Conjunctions } from './conjunctions.ts'
import type { PortFact } from './facts.ts'
import { Links } from './links.ts'
import { Members, type Membership } from './members.ts'
import type { Model } from './model.ts'
import { type PolicedFact, type PolicyRuleFact, policedKey, ruleKey } from './policing-facts.ts'
import { type Resolver, rulesOf } from './policy-rules.ts'
import { type PolicyPlace, Scopes } from './scopes.ts'

/** What policies name ports by; all ports have the last. */
const groupName = (id: string): string => `group ${id}`
const networkName = (id: string): string => `network ${id}`
const everyPort = 'all'

/** The names by which a policy names ports. */
const namesOf = ({ groups = [], networks = [] }: Policy): string[] =>
  groups.length + networks.length === 0 ? [everyPort] : [...groups.map(groupName), ...networks.map(networkName)]

/** Groups on the other side of the rules of a policy. */
const peersOf = ({ rules }: Policy): string[] => rules.flatMap(({ peer }) => peer?.groups ?? [])

/** Groups and networks on which the rules of a policy depend. */
const dependenciesOf = (policy: Policy): string[] => [
  ...[...(policy.groups ?? []), ...peersOf(policy)].map(groupName),
  ...(policy.networks ?? []).map(networkName),
]

/** A port where policies could concern it. */
interface PlaceOfPort extends PolicyPlace {
  readonly ofport: number
}

/** Policies that name the same ports, by whether they are in force. */
interface Concern {
  readonly enforced: Set<string>
  readonly audited: Set<string>
}

const noFacts: ReadonlyMap<string, never> = new Map<string, never>()

/** Brings the part of a collection that one thing makes up to date. */
const replace = <V>(collection: Collection<V>, before: Iterable<string>, now: ReadonlyMap<string, V>): void => {
  for (const [key, fact] of now) if (!isSame(collection.get(key), fact)) collection.set(key, fact)
  for (const key of before) if (!now.has(key)) collection.delete(key)
}

/**
 * What is known of the firewall: its rules, the ports that it concerns, and the addresses in
 * groups. A port that joins a group costs work for that port, a rule for its policy.
 */
export class Policing {
  readonly policyRules = new Collection<PolicyRuleFact>('policyRules')
  readonly policed = new Collection<PolicedFact>('policed')
  private readonly memberships = new Members()
  readonly members = this.memberships.facts
  private readonly conjunctions = new Conjunctions()
  readonly policyClauses = this.conjunctions.clauses
  readonly policyParts = this.conjunctions.parts
  private readonly reach = new Scopes()
  readonly scopes = this.reach.facts
  private readonly model: Model
  private readonly resolver: Resolver
  private readonly concerns = new Map<string, Concern>()
  /** Policies by what their rules depend on; ports by their names. */
  private readonly depending = new Links()
  private readonly ports = new Links()
  private readonly rulesOfPolicy = new Map<string, readonly string[]>()
  /** Keys of policed ports, and the ports that have them. */
  private readonly placeOfPort = new Map<string, string>()
  private readonly portsAt = new Map<string, Map<string, PolicedFact>>()
  /** What is to be looked at again. */
  private readonly touchedPolicies = new Set<string>()
  private readonly touchedPorts = new Set<string>()

  constructor(model: Model) {
    this.model = model
    this.resolver = {
      group: (id) => model.document('groupNumber', id),
      vni: (network) => model.vniOf(network),
    }
    model.followDocuments('policy', ({ id }) => this.touchedPolicies.add(id))
    model.followDocuments('groupNumber', ({ id }) => this.touch(groupName(id), true))
    model.networks.follow((_, id, before) => {
      const now = model.networks.get(id)
      if (before?.vni !== now?.vni || before?.domain !== now?.domain) this.touch(networkName(id), true)
    })
    model.ports.follow((_, id) => {
      const port = model.ports.get(id)
      const names = port && [everyPort, networkName(port.network), ...port.groups.map(groupName)]
      this.ports.put(id, names ?? [])
      this.touchedPorts.add(id)
    })
  }

  /** Ports with this name are looked at again, and policies whose rules depend on what it stands for. */
  private touch(name: string, withPolicies: boolean): void {
    for (const port of this.ports.sourcesOf(name)) this.touchedPorts.add(port)
    if (withPolicies) for (const policy of this.depending.sourcesOf(name)) this.touchedPolicies.add(policy)
  }

  /** Works in what has changed. */
  settle(): void {
    for (const id of this.touchedPolicies) this.updatePolicy(id)
    this.touchedPolicies.clear()
    this.conjunctions.settle()
    for (const id of this.touchedPorts) this.updatePort(id)
    this.touchedPorts.clear()
    this.reach.settle()
  }

  private updatePolicy(id: string): void {
    const policy = this.model.document('policy', id)
    const facts = policy ? rulesOf(id, policy, this.resolver) : []
    const rules = new Map(facts.map((fact) => [ruleKey(fact), this.withConjunction(fact)]))
    const known = this.rulesOfPolicy.get(id) ?? []
    for (const key of known) if (!rules.has(key)) this.conjunctions.put(key, undefined)
    replace(this.policyRules, known, rules)
    if (rules.size > 0) this.rulesOfPolicy.set(id, [...rules.keys()])
    else this.rulesOfPolicy.delete(id)
    this.depending.put(id, policy ? dependenciesOf(policy) : [])
    const before = this.reach.namesOf(id)
    if (policy && rules.size > 0) this.reach.putPolicy(id, namesOf(policy), peersOf(policy))
    else this.reach.putPolicy(id, [], [])
    const now = this.reach.namesOf(id)
    for (const name of new Set([...before, ...now])) this.updateConcern(name, id, now.has(name), policy?.audit ?? false)
  }

  private withConjunction(fact: PolicyRuleFact): PolicyRuleFact {
    const key = ruleKey(fact)
    const known = this.policyRules.get(key)
    if (known && isSame({ ...known, conjunction: undefined }, fact)) return known
    return { ...fact, conjunction: this.conjunctions.put(key, fact) }
  }

  private updateConcern(name: string, policy: string, isNamed: boolean, audit: boolean): void {
    const concern = this.concerns.get(name) ?? { enforced: new Set(), audited: new Set() }
    const before = [concern.enforced.size > 0, concern.audited.size > 0]
    concern.enforced.delete(policy)
    concern.audited.delete(policy)
    if (isNamed) (audit ? concern.audited : concern.enforced).add(policy)
    const now = [concern.enforced.size > 0, concern.audited.size > 0]
    if (now.some(Boolean)) this.concerns.set(name, concern)
    else this.concerns.delete(name)
    if (!isSame(before, now)) this.touch(name, false)
  }

  private updatePort(id: string): void {
    const port = this.model.ports.get(id)
    const place = port && this.placeOf(port)
    this.reach.putPort(id, place)
    this.updatePoliced(id, port && place && this.policedFact(port, place))
    const domain = port && this.model.networks.get(port.network)?.domain
    this.memberships.put(id, port, domain, port && this.groupsOf(port))
  }

  /** A number may stand for two ports for a moment, as in a move: then the first by name has it. */
  private updatePoliced(id: string, fact: PolicedFact | undefined): void {
    const before = this.placeOfPort.get(id)
    const now = fact && policedKey(fact.dpid, fact.ofport)
    if (before !== undefined && before !== now) this.put(before, id, undefined)
    if (fact === undefined || now === undefined) this.placeOfPort.delete(id)
    else {
      this.placeOfPort.set(id, now)
      this.put(now, id, fact)
    }
  }

  private put(place: string, id: string, fact: PolicedFact | undefined): void {
    const there = this.portsAt.get(place) ?? new Map<string, PolicedFact>()
    if (fact) there.set(id, fact)
    else there.delete(id)
    if (there.size > 0) this.portsAt.set(place, there)
    else this.portsAt.delete(place)
    const [first] = [...there].sort(([a], [b]) => (a < b ? -1 : 1))
    replace(this.policed, [place], first ? new Map([[place, first[1]]]) : noFacts)
  }

  /** The groups of a port as bits, and the tenant whose they are. */
  private groupsOf({ groups: ids }: PortFact): Membership {
    const found = ids.flatMap((id) => {
      const group = this.resolver.group(id)
      return group ? [{ id, ...group }] : []
    })
    const tenant = found[0]?.tenant ?? 0
    // All are of one tenant, as users are held to; bits of others would mean other groups.
    const own = found.filter((group) => group.tenant === tenant)
    return { tenant, groups: own.reduce((all, { bit }) => all | (1n << BigInt(bit)), 0n), ids: own.map(({ id }) => id) }
  }

  /** Where policies could concern a port. */
  private placeOf({ id, network, dpid, ofport }: PortFact): PlaceOfPort | undefined {
    const domain = this.model.networks.get(network)?.domain
    if (dpid === undefined || ofport === undefined || domain === undefined) return undefined
    return { dpid, ofport, domain, names: this.ports.targetsOf(id) }
  }

  private policedFact(port: PortFact, { dpid, ofport, domain, names }: PlaceOfPort): PolicedFact | undefined {
    const concerns = [...names].flatMap((name) => this.concerns.get(name) ?? [])
    if (concerns.length === 0) return undefined
    const { tenant, groups } = this.groupsOf(port)
    return {
      ...{ port: port.id, dpid, ofport, domain, tenant, groups },
      enforced: concerns.some(({ enforced }) => enforced.size > 0),
      audited: concerns.some(({ audited }) => audited.size > 0),
    }
  }
}
