import { isDeepStrictEqual as isSame } from 'node:util'
import { Collection } from '../facts.ts'
import type { ClauseFact, ConjunctionPart, PolicyRuleFact } from './policing-facts.ts'

/** What a rule asks for, one list for each side of it that asks for anything; each entry is a rule for one thing. */
const sidesOf = (rule: PolicyRuleFact): PolicyRuleFact[][] => {
  const { own, peers, service } = rule
  // Rules that ask for the same differ in nothing else.
  const about = { ...rule, policy: '', rule: '', log: false, own: [], peers: [], service: undefined }
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

interface Clause {
  readonly asked: PolicyRuleFact
  /** By the keys of the rules that have it. */
  readonly parts: Map<string, ConjunctionPart>
}

const keyOf = ({ direction, tier, priority, action, audit, own, peers, service }: PolicyRuleFact): string =>
  JSON.stringify([direction, tier, priority ?? 'rest', action, audit, own, peers, service])

/**
 * Rules that name many on more than one side: packets are looked up for each side by itself
 * (conjunctive matches). Rules that ask for the same thing share its flow.
 */
export class Conjunctions {
  readonly clauses = new Collection<ClauseFact>('policyClauses')
  /** Numbers of conjunctions by rules, and the other way round. */
  private readonly numbers = new Map<string, number>()
  private readonly taken = new Set<number>()
  private readonly clausesOfRule = new Map<string, readonly string[]>()
  private readonly known = new Map<string, Clause>()
  private readonly touched = new Set<string>()

  /** A rule came, changed, or went where it is undefined; gives its number where it is one of these. */
  put(key: string, rule: PolicyRuleFact | undefined): number | undefined {
    this.leave(key)
    const sides = rule ? sidesOf(rule) : []
    if (!isLarge(sides)) {
      this.free(key)
      return undefined
    }
    const id = this.number(key)
    for (const [clause, side] of sides.entries()) {
      for (const asked of side) this.join(key, asked, { id, clause, nClauses: sides.length })
    }
    return id
  }

  private join(rule: string, asked: PolicyRuleFact, part: ConjunctionPart): void {
    const key = keyOf(asked)
    const clause = this.known.get(key) ?? { asked, parts: new Map() }
    this.known.set(key, clause)
    clause.parts.set(rule, part)
    this.clausesOfRule.set(rule, [...(this.clausesOfRule.get(rule) ?? []), key])
    this.touched.add(key)
  }

  private leave(rule: string): void {
    for (const key of this.clausesOfRule.get(rule) ?? []) {
      const parts = this.known.get(key)?.parts
      parts?.delete(rule)
      if (parts?.size === 0) this.known.delete(key)
      this.touched.add(key)
    }
    this.clausesOfRule.delete(rule)
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
    for (const key of this.touched) {
      const clause = this.known.get(key)
      if (!clause) {
        this.clauses.delete(key)
        continue
      }
      const fact = { asked: clause.asked, parts: [...clause.parts.values()].sort((a, b) => a.id - b.id) }
      if (!isSame(this.clauses.get(key), fact)) this.clauses.set(key, fact)
    }
    this.touched.clear()
  }
}
