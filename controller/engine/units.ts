import { type Flow, type GroupEntry, type MeterEntry, pipeline, type Stages } from '../flow/index.ts'
import type { App, Collections, Rule, RuleContext, SwitchView, Wanted } from './app.ts'
import type { DesiredTable, Owner } from './desired.ts'
import { type Collection, recordingView } from './facts.ts'
import { Owners } from './owners.ts'
import { Placement } from './placement.ts'
import { noReads, Readers } from './readers.ts'
import { type ByKind, byKind, exchange, nothing, puntMeter, RuleError } from './wanted.ts'

/** The 16 bits that mark cookies as this controller's: "he". */
export const defaultEpoch = 0x6865

/** A switch that rules are evaluated for. */
export interface Target {
  readonly view: SwitchView
  readonly desired: DesiredTable
  /** Whether the switch has meters that packet-ins can pass through. */
  readonly metersPunts: boolean
}

/** One rule for one object on one switch: what it wants, and what it read to know. */
interface Unit {
  readonly owner: Owner
  readonly rule: string
  readonly object: string
  readonly target: Target
  reads: ReadonlySet<string>
  flows: ReadonlyMap<string, Flow>
  groups: ReadonlyMap<number, GroupEntry>
  meters: ReadonlyMap<number, MeterEntry>
}

type AnyRule = Rule<readonly string[], Collections> & { readonly each?: string }
type Facts = ReadonlyMap<string, Collection<unknown>>

/** The object of rules that are about a switch itself. */
const switchObject = ''

/**
 * The rules of one app, evaluated: keeps what each unit wants in the tables of the switches, and
 * after a change evaluates again only the units that read what changed.
 */
export class Units {
  private readonly app: App
  private readonly config: unknown
  private readonly facts: Facts
  /** The app's stages, with its punts metered and not. */
  private readonly metered: Stages<readonly string[]>
  private readonly plain: Stages<readonly string[]>
  private readonly punts: MeterEntry | undefined
  private readonly puntOwner: Owner
  private readonly targets = new Map<bigint, Target>()
  private readonly owners: Owners
  private readonly units = new Map<string, Unit>()
  private readonly unitsAt = new Map<bigint, Set<Unit>>()
  /** For rules that name the one switch where an object matters. */
  private readonly placements = new Map<string, Placement>()
  private readonly readers = new Readers<Unit>()
  private readonly dirty = new Set<Unit>()
  /** Objects that came, changed or went, as collection and key. */
  private readonly changed = new Map<string, Set<string>>()
  /** What failed last, by unit, or by rule and object where it could not be told where that matters. */
  private readonly failing = new Map<Unit | string, RuleError>()
  private readonly failures: RuleError[] = []

  /** @throws RangeError where a rule is for a collection that the app does not have */
  constructor(app: App, facts: Facts, firstTable = 0, epoch = defaultEpoch, config: unknown = {}) {
    this.app = app
    this.config = config
    this.facts = facts
    this.punts = app.punts && puntMeter(app.name, app.punts.packetsPerSecond)
    this.metered = pipeline(app.pipeline, firstTable, this.punts?.id)
    this.plain = pipeline(app.pipeline, firstTable)
    this.owners = new Owners(app.name, epoch)
    this.puntOwner = this.owners.take('punts', switchObject)
    for (const [name, rule] of this.rules()) {
      if (rule.each === undefined) continue
      this.collection(rule.each)
      if (rule.on) this.placements.set(name, new Placement())
    }
    for (const [name, collection] of facts) for (const [key] of collection.entries()) this.change(name, key)
  }

  /** How many units there are. */
  get size(): number {
    return this.units.size
  }

  /** Why some unit keeps what it wanted before; undefined where every rule gave what it should. */
  get failure(): RuleError | undefined {
    const [first] = this.failing.values()
    return first
  }

  /** The rule and object that a cookie's unit number stands for; more than one where they share it. */
  ownersOf(unit: number): Owner[] {
    return this.owners.numbered(unit)
  }

  /** Notes a change of a collection, to be worked in by `evaluate`. */
  change(collection: string, key: string): void {
    const keys = this.changed.get(collection)
    if (keys) keys.add(key)
    else this.changed.set(collection, new Set([key]))
    for (const unit of this.readers.of(collection, key)) this.dirty.add(unit)
  }

  /** A switch came: every rule is evaluated for it at the next `evaluate`. */
  addSwitch(target: Target): void {
    const { dpid } = target.view
    this.targets.set(dpid, target)
    this.unitsAt.set(dpid, new Set())
    if (this.punts && target.metersPunts) {
      target.desired.meters.add(this.punts.id, { thing: this.punts, owner: this.puntOwner })
    }
    for (const [name, rule] of this.rules()) {
      if (rule.each === undefined) this.unit(name, switchObject, target)
      else for (const key of this.objectsFor(name, rule.each, dpid)) this.place(name, key, target)
    }
  }

  /** The objects of a rule that matter on a switch. */
  private objectsFor(rule: string, collection: string, dpid: bigint): Iterable<string> {
    return this.placements.get(rule)?.objectsAt(dpid) ?? this.collection(collection).keys()
  }

  /** A switch has gone, and its table with it. */
  removeSwitch(dpid: bigint): void {
    for (const unit of this.unitsAt.get(dpid) ?? []) this.forget(unit)
    this.unitsAt.delete(dpid)
    this.targets.delete(dpid)
  }

  /** Withdraws everything from every switch. */
  clear(): void {
    for (const { view, desired } of [...this.targets.values()]) {
      for (const unit of this.unitsAt.get(view.dpid) ?? []) this.claim(unit, nothing)
      if (this.punts) desired.meters.remove(this.punts.id, this.puntOwner)
      this.removeSwitch(view.dpid)
    }
  }

  /**
   * Works in all changes since the last call. A unit whose rule fails keeps what it wanted before;
   * it is tried again when something that it read changes.
   *
   * @throws RuleError of the first unit that failed, after all others were evaluated
   */
  evaluate(): void {
    for (const [collection, keys] of this.changed) {
      this.changed.delete(collection)
      for (const [name, rule] of this.rules()) {
        if (rule.each !== collection) continue
        for (const key of keys) this.attempt(`${name}\n${key}`, name, key, () => this.replace(name, rule, key))
      }
    }
    for (const unit of this.dirty) {
      this.dirty.delete(unit)
      this.attempt(unit, unit.rule, unit.object, () => this.evaluateUnit(unit))
    }
    const [first] = this.failures.splice(0)
    if (first) throw first
  }

  /** Notes what an app's rule throws, and goes on. */
  private attempt(id: Unit | string, rule: string, object: string, work: () => void): void {
    try {
      work()
      this.failing.delete(id)
    } catch (error) {
      const each = this.app.rules[rule]?.each
      const about = object === switchObject ? '' : ` for ${String(each)} ${object}`
      const failure = new RuleError(`rule ${rule}${about}: ${(error as Error).message}`, { cause: error })
      this.failing.set(id, failure)
      this.failures.push(failure)
    }
  }

  private rules(): [string, AnyRule][] {
    return Object.entries(this.app.rules) as [string, AnyRule][]
  }

  private collection(name: string): Collection<unknown> {
    const found = this.facts.get(name)
    if (!found) throw new RangeError(`app ${this.app.name} has no collection ${name}`)
    return found
  }

  /** An object of a collection came, changed or went. */
  private replace(name: string, rule: AnyRule, key: string): void {
    const placement = this.placements.get(name)
    if (!placement || rule.each === undefined || !rule.on) {
      for (const target of this.targets.values()) this.place(name, key, target)
      return
    }
    const collection = this.collection(rule.each)
    const before = placement.switchOf(key)
    placement.put(key, collection.has(key) ? rule.on(collection.get(key) as never, key) : undefined)
    for (const dpid of new Set([before, placement.switchOf(key)])) {
      const target = dpid === undefined ? undefined : this.targets.get(dpid)
      if (target) this.place(name, key, target)
    }
  }

  /** Makes, dirties or drops the unit of an object on a switch, as the object now stands. */
  private place(name: string, key: string, target: Target): void {
    const rule = this.app.rules[name] as AnyRule
    const placement = this.placements.get(name)
    const here = placement
      ? placement.switchOf(key) === target.view.dpid
      : rule.each !== undefined && this.collection(rule.each).has(key)
    const unit = this.units.get(unitId(name, key, target))
    if (here && unit) this.dirty.add(unit)
    else if (here) this.unit(name, key, target)
    else if (unit) this.drop(unit)
  }

  private unit(rule: string, object: string, target: Target): void {
    const unit: Unit = { owner: this.owners.take(rule, object), rule, object, target, reads: noReads, ...nothing }
    this.units.set(unitId(rule, object, target), unit)
    this.unitsAt.get(target.view.dpid)?.add(unit)
    this.dirty.add(unit)
  }

  private drop(unit: Unit): void {
    this.claim(unit, nothing)
    this.forget(unit)
  }

  private forget(unit: Unit): void {
    this.owners.release(unit.owner)
    this.units.delete(unitId(unit.rule, unit.object, unit.target))
    this.unitsAt.get(unit.target.view.dpid)?.delete(unit)
    this.dirty.delete(unit)
    this.failing.delete(unit)
    this.readers.note(unit, unit.reads, noReads)
  }

  private evaluateUnit(unit: Unit): void {
    const reads = new Set<string>()
    try {
      this.claim(unit, byKind(this.run(unit, reads)))
    } finally {
      // Also where the rule fails: a change of what it read may be what mends it.
      const now = reads.size === 0 ? noReads : reads
      this.readers.note(unit, unit.reads, now)
      unit.reads = now
    }
  }

  private run(unit: Unit, reads: Set<string>): readonly Wanted[] {
    const rule = this.app.rules[unit.rule] as AnyRule
    const view = Object.fromEntries([...this.facts].map(([name, facts]) => [name, recordingView(facts, reads)]))
    const stages = unit.target.metersPunts ? this.metered : this.plain
    const context = { stages, switch: unit.target.view, config: this.config, view } as RuleContext<
      readonly string[],
      Collections
    >
    if (rule.each === undefined) return rule.flows(context)
    return rule.flows(this.collection(rule.each).get(unit.object) as never, context, unit.object)
  }

  private claim(unit: Unit, next: ByKind): void {
    const { flows, groups, meters } = unit.target.desired
    exchange(flows, unit.owner, unit.flows, next.flows)
    exchange(groups, unit.owner, unit.groups, next.groups)
    exchange(meters, unit.owner, unit.meters, next.meters)
    Object.assign(unit, next)
  }
}

const unitId = (rule: string, object: string, target: Target): string => `${rule}\n${object}\n${target.view.dpid}`
