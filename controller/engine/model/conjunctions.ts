import { isDeepStrictEqual as isSame } from 'node:util'
import { Collection } from '../facts.ts'
import { type ClauseFact, type ConjunctionPart, type PolicyRuleFact, partsKey } from './policing-facts.ts'

/**
 * What all ports of a rule have in common. Where it asks for more than that, it shares what it asks for only with rules for
 * the same: a tenant's rules change nothing for others.
 */
const commonOf = ([first, ...more]: PolicyRuleFact['own']): PolicyRuleFact['own'] => {
  if (first?.type === 'group' && more.every((one) => one.type === 'group' && one.tenant === first.tenant)) {
    return [{ type: 'tenant', tenant: first.tenant }]
  }
  return first && more.length === 0 ? [first] : []
}

/** What a rule asks for, one list for each side of it that asks for anything; each entry is a rule for one thing. */
const sidesOf = (rule: PolicyRuleFact): PolicyRuleFact[][] => {
  const { own, peers, service } = rule
  // Rules that ask for the same differ in nothing else.
  const about = { ...rule, policy: '', rule: '', log: false, own: commonOf(own), peers: [], service: undefined }
  const services = service
    ? service.ports.length === 0
      ? [service]
      : service.ports.map((prefix) => ({ ...service, ports: [prefix] }))
    : []
  const sides = [
    own.map((one) => ({ ...about, own: [one] })),
    peers.map((one) => ({ ...about, peers: [one] })),
    services.map((one) => ({ ...about, service: one })),
  ]
  return sides.filter((side) => side.length > 0)
}

/** Whether its sides are fewer flows one by one than all with all. */
const isLarge = (sides: readonly (readonly unknown[])[]): boolean => {
  const all = sides.reduce((product, { length }) => product * length, 1)
  const each = sides.reduce((sum, { length }) => sum + length, 0)
  return sides.length > 1 && all > 2 * each
}

/** FNV-1a, 32 bits. */
const hash = (text: string): number => {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  return value >>> 0
}

/** What something is to the rules that have it, by their keys. */
type Parts = Map<string, ConjunctionPart>

interface Clause {
  readonly asked: PolicyRuleFact
  /** By the policies of the rules. */
  readonly parts: Map<string, Parts>
}

/** A rule of these. */
interface Conjoined {
  readonly policy: string
  /** Keys of what it asks for. */
  readonly clauses: readonly string[]
}

const keyOf = ({ direction, tier, priority, action, audit, own, peers, service }: PolicyRuleFact): string =>
  JSON.stringify([direction, tier, priority ?? 'rest', action, audit, own, peers, service])

/**
 * Rules that name many on more than one side: packets are looked up for each side by itself
 * (conjunctive matches). Rules that ask for the same thing share its flow, on hosts that have them.
 */
export class Conjunctions {
  readonly clauses = new Collection<ClauseFact>('policyClauses')
  readonly parts = new Collection<readonly ConjunctionPart[]>('policyParts')
  /** Numbers of conjunctions by rules, and the other way round. */
  private readonly numbers = new Map<string, number>()
  private readonly taken = new Set<number>()
  private readonly rules = new Map<string, Conjoined>()
  private readonly known = new Map<string, Clause>()
  /** Clauses to be looked at again, and for which policies. */
  private readonly touched = new Map<string, Set<string>>()

  /** A rule came, changed, or went where it is undefined; gives its number where it is one of these. */
  put(key: string, rule: PolicyRuleFact | undefined): number | undefined {
    this.leave(key)
    const sides = rule ? sidesOf(rule) : []
    if (!rule || !isLarge(sides)) {
      this.free(key)
      return undefined
    }
    const id = this.number(key)
    const { policy } = rule
    const clauses = sides.flatMap((side, clause) =>
      side.map((asked) => this.join(key, policy, asked, { id, clause, nClauses: sides.length })),
    )
    this.rules.set(key, { policy, clauses })
    return id
  }

  /** Gives the key of the clause. */
  private join(rule: string, policy: string, asked: PolicyRuleFact, part: ConjunctionPart): string {
    const key = keyOf(asked)
    const clause = this.known.get(key) ?? { asked, parts: new Map<string, Parts>() }
    this.known.set(key, clause)
    const parts = clause.parts.get(policy) ?? new Map()
    clause.parts.set(policy, parts.set(rule, part))
    this.touch(key, policy)
    return key
  }

  private leave(rule: string): void {
    const { policy, clauses } = this.rules.get(rule) ?? nothing
    for (const key of clauses) {
      const clause = this.known.get(key)
      const parts = clause?.parts.get(policy)
      parts?.delete(rule)
      if (parts?.size === 0) clause?.parts.delete(policy)
      if (clause?.parts.size === 0) this.known.delete(key)
      this.touch(key, policy)
    }
    this.rules.delete(rule)
  }

  private touch(clause: string, policy: string): void {
    const policies = this.touched.get(clause)
    if (policies) policies.add(policy)
    else this.touched.set(clause, new Set([policy]))
  }

  /** The same after every start of the controller, unless two rules want the same. */
  private number(rule: string): number {
    const known = this.numbers.get(rule)
    if (known !== undefined) return known
    let id = hash(rule)
    while (id === 0 || this.taken.has(id)) id = (id + 1) >>> 0
    this.numbers.set(rule, id)
    this.taken.add(id)
    return id
  }

  private free(rule: string): void {
    const id = this.numbers.get(rule)
    if (id !== undefined) this.taken.delete(id)
    this.numbers.delete(rule)
  }

  /** Tells apps of what has changed. */
  settle(): void {
    for (const [key, policies] of this.touched) {
      const clause = this.known.get(key)
      for (const policy of policies) this.tellParts(partsKey(key, policy), clause?.parts.get(policy))
      if (!clause) this.clauses.delete(key)
      else {
        const fact = { asked: clause.asked, policies: [...clause.parts.keys()].sort() }
        if (!isSame(this.clauses.get(key), fact)) this.clauses.set(key, fact)
      }
    }
    this.touched.clear()
  }

  private tellParts(key: string, parts: Parts | undefined): void {
    if (!parts) {
      this.parts.delete(key)
      return
    }
    const fact = [...parts.values()].sort((a, b) => a.id - b.id)
    if (!isSame(this.parts.get(key), fact)) this.parts.set(key, fact)
  }
}

const nothing: Conjoined = { policy: '', clauses: [] }
