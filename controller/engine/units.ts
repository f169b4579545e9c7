import { appNumber, encodeCookie, learnedUnit, type MeterEntry, pipeline, type StageOptions } from '../flow/index.ts'
import type { App, Collections, Rule } from './app.ts'
import { calls } from './calls.ts'
import type { Owner } from './desired.ts'
import { type Collection, recordingView } from './facts.ts'
import { claimPunts, dropPunts, dropRest, handOver, type Version } from './handover.ts'
import { type Breadth, KnownSites, type Sites } from './known-sites.ts'
import { Owners } from './owners.ts'
import { type BroadReach, type Reach, reachOf } from './reach.ts'
import { type Fact, Readers } from './readers.ts'
import type { Thing } from './transaction.ts'
import { type Ability, abilityOf, type Context, nothing, type Place, type Target, type Unit } from './unit.ts'
import { exchange, puntMeter, RuleError, thingsOf } from './wanted.ts'

/** The 16 bits that mark cookies as this controller's: "he". */
export const defaultEpoch = 0x6865

type AnyRule = Rule<readonly string[], Collections> & { readonly each?: string }
type Facts = ReadonlyMap<string, Collection<unknown>>

export interface UnitsOptions {
  readonly firstTable?: number
  readonly epoch?: number
  readonly config?: unknown
  /** Where networks are, from where they are reached, and where policies matter, for rules that say so. */
  readonly sites?: Readonly<Record<Breadth, Sites>>
  /** Claims nothing in the tables of switches before `takeOver`. */
  readonly held?: boolean
  /** The app's number among those whose code is called. */
  readonly callee?: number
  /** Of the version before. */
  readonly owners?: Owners | undefined
}

/** The object of rules that are about a switch itself. */
const switchObject = ''

/**
 * The rules of one app, evaluated: keeps what each unit wants in the tables of the switches, and
 * after a change evaluates again only the units that read what changed.
 */
export class Units implements Version {
  private readonly app: App
  private readonly facts: Facts
  /** The context of rules, but for the switch, by what the switch can do. */
  private readonly contexts: Readonly<Record<Ability, Omit<Context, 'switch'>>>
  readonly punts: MeterEntry | undefined
  readonly puntOwner: Owner
  readonly places = new Map<bigint, Place>()
  readonly owners: Owners
  /** Switches that came, and of which not all units are made yet. */
  private readonly arrivals = new Map<Place, Iterator<void>>()
  private held: boolean
  private readonly callee: number
  /** While it takes over from another version. */
  private handover: Generator<void> | undefined
  /** Where objects matter, by rule. */
  private readonly reaches = new Map<string, Reach | BroadReach>()
  private readonly sites: Readonly<Record<Breadth, KnownSites>>
  private readonly readers = new Readers<Unit>()
  /** What the unit that is being evaluated has read so far. */
  private readonly reading = new Set<Fact<Unit>>()
  private readonly dirty = new Set<Unit>()
  /** Objects that came, changed or went, as collection and key. */
  private readonly changed = new Map<string, Set<string>>()
  /** What failed last, by unit, or by rule and object where it could not be told where that matters. */
  private readonly failing = new Map<Unit | string, RuleError>()
  private readonly failures: RuleError[] = []

  /** @throws RangeError where a rule is for a collection that the app does not have */
  constructor(app: App, facts: Facts, options: UnitsOptions = {}) {
    const { firstTable = 0, epoch = defaultEpoch, config = {} } = options
    this.held = options.held ?? false
    this.callee = options.callee ?? 0
    this.app = app
    this.facts = facts
    this.punts = app.punts && puntMeter(app.name, app.punts.packetsPerSecond)
    const view = this.recordingViews()
    const learnCookie = encodeCookie({ epoch, app: appNumber(app.name), unit: learnedUnit })
    const on = (options: StageOptions) => ({ config, view, stages: pipeline(app.pipeline, firstTable, options) })
    this.contexts = {
      metered: on({ puntMeter: this.punts?.id, learnCookie }),
      learning: on({ learnCookie }),
      metering: on({ flowMeter: this.punts?.id }),
      plain: on({}),
    }
    this.owners = options.owners ?? new Owners(app.name, epoch)
    this.puntOwner = this.owners.take('punts', switchObject)
    const known = (breadth: Breadth) =>
      new KnownSites(this.rules().some(([, rule]) => breadth in rule) ? options.sites?.[breadth] : undefined)
    this.sites = { across: known('across'), through: known('through'), within: known('within') }
    for (const [name, rule] of this.rules()) {
      if (rule.each === undefined) continue
      const objects = this.collection(rule.each)
      this.reaches.set(
        name,
        reachOf(rule, objects, this.sites, () => this.places.keys()),
      )
    }
    for (const [name, collection] of facts) for (const [key] of collection.entries()) this.change(name, key)
  }

  private recordingViews(): Context['view'] {
    const read = (collection: string, key: string | undefined) => {
      this.reading.add(this.readers.fact(collection, key))
    }
    return Object.fromEntries([...this.facts].map(([name, facts]) => [name, recordingView(name, facts, read)]))
  }

  /** How many units there are. */
  get size(): number {
    let size = 0
    for (const { units } of this.places.values()) size += units.size
    return size
  }

  /** False while there are changes to be worked in. */
  get settled(): boolean {
    return (
      !this.handover &&
      this.arrivals.size === 0 &&
      this.dirty.size + this.changed.size === 0 &&
      !Object.values(this.sites).some(({ isChanged }) => isChanged)
    )
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
    this.readers.collect(collection, key, this.dirty)
  }

  /** Notes that a network or scope came to a switch or went from it, by its key among the sites, reaches or scopes. */
  changeSite(breadth: Breadth, key: string): void {
    this.sites[breadth].note(key)
  }

  /** A switch came: every rule is evaluated for it at the next `evaluate`. */
  addSwitch(target: Target): void {
    const { view } = target
    const place = {
      target,
      context: { ...this.contexts[abilityOf(target)], switch: view },
      units: new Map<Owner, Unit>(),
    }
    this.places.set(view.dpid, place)
    if (!this.held) claimPunts(place, this)
    this.arrivals.set(place, this.arrive(place))
  }

  /** Makes the units of a switch that came, one at a step. */
  private *arrive(place: Place): Generator<void> {
    for (const [name, rule] of this.rules()) {
      if (rule.each === undefined) this.put(name, switchObject, place)
      else {
        for (const key of this.reach(name).objectsAt(place.target.view.dpid)) {
          this.put(name, key, place)
          yield
        }
      }
    }
  }

  /** Goes on with making units of switches that came; says whether that is done. */
  private makeMore(until: number): boolean {
    for (const [place, steps] of this.arrivals) {
      while (this.places.get(place.target.view.dpid) === place && !steps.next().done) {
        if (performance.now() > until) return false
      }
      this.arrivals.delete(place)
    }
    return true
  }

  private reach(rule: string): Reach | BroadReach {
    const found = this.reaches.get(rule)
    if (!found) throw new RangeError(`app ${this.app.name} has no rule ${rule} for objects`)
    return found
  }

  /** Withdraws everything from one switch, which stays connected. */
  withdraw(dpid: bigint): void {
    this.takeMore(Number.POSITIVE_INFINITY)
    const place = this.places.get(dpid)
    if (!place) return
    for (const unit of place.units.values()) this.claim(unit, nothing)
    if (!this.held) dropPunts(place, this)
    this.removeSwitch(dpid)
  }

  /** A switch has gone, and its table with it. */
  removeSwitch(dpid: bigint): void {
    for (const unit of this.places.get(dpid)?.units.values() ?? []) this.forget(unit)
    this.places.delete(dpid)
  }

  /** Withdraws everything from every switch, for good, at the next calls of `evaluate`. */
  leave(): void {
    for (const pending of [this.arrivals, this.changed, this.dirty]) pending.clear()
    for (const sites of Object.values(this.sites)) sites.forget()
    this.handover = this.letGo(this.handover)
  }

  /** @param before what is to be ended first */
  private *letGo(before: Generator<void> | undefined): Generator<void> {
    const isHeld = this.held && !before
    if (before) yield* before
    yield* dropRest(this, undefined, isHeld)
    this.places.clear()
  }

  /**
   * Works in all changes since the last call. A unit whose rule fails keeps what it wanted before;
   * it is tried again when something that it read changes.
   *
   * @param until when to stop and leave the rest to another call, by `performance.now()`
   * @throws RuleError of the first unit that failed, after all others were evaluated
   */
  evaluate(until = Number.POSITIVE_INFINITY): void {
    if (!this.takeMore(until) || !this.makeMore(until)) return
    this.replaceSites()
    for (const [collection, keys] of this.changed) {
      this.replaceAll(collection, keys, until)
      if (keys.size === 0) this.changed.delete(collection)
    }
    for (const unit of this.dirty) {
      if (performance.now() > until) break
      this.dirty.delete(unit)
      this.attempt(unit, unit.owner, () => this.evaluateUnit(unit))
    }
    const [first] = this.failures.splice(0)
    if (first) throw first
  }

  /** Claims what was worked out so far in the place of what another version has, at the next calls of `evaluate`. */
  takeOver(old: Units | undefined): void {
    this.handover = handOver(this, old)
  }

  /** Goes on with taking over; says whether that is done. */
  private takeMore(until: number): boolean {
    while (this.handover) {
      if (performance.now() > until) return false
      if (!this.handover.next().done) continue
      this.handover = undefined
      this.held = false
    }
    return true
  }

  /** Where a network or scope came or went, its objects do. */
  private replaceSites(): void {
    for (const [breadth, sites] of Object.entries(this.sites)) {
      const reaches = [...this.reaches].filter(([, reach]) => 'breadth' in reach && reach.breadth === breadth)
      for (const { site, dpid, here } of sites.changes()) {
        const place = this.places.get(dpid)
        if (!place) continue
        for (const [rule, reach] of reaches) {
          if (!('objectsOf' in reach)) continue
          for (const object of reach.objectsOf(site)) {
            if (here || !reach.isAt(object, dpid)) this.place(rule, object, place, here)
          }
        }
      }
    }
  }

  private replaceAll(collection: string, keys: Set<string>, until: number): void {
    const rules = this.rules().filter(([, rule]) => rule.each === collection)
    for (const object of keys) {
      if (performance.now() > until) return
      keys.delete(object)
      for (const [name, rule] of rules) {
        this.attempt(`${name}\n${object}`, { rule: name, object }, () => this.replace(name, rule, object))
      }
    }
  }

  /** Notes what an app's rule throws, and goes on. */
  private attempt(id: Unit | string, { rule, object }: Pick<Owner, 'rule' | 'object'>, work: () => void): void {
    try {
      calls.within(this.callee, work)
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
    if (rule.each === undefined) return
    const facts = this.collection(rule.each)
    const { left, now } = this.reach(name).replace(key, facts.get(key))
    for (const dpid of left) this.placeAt(name, key, dpid, false)
    for (const dpid of now) this.placeAt(name, key, dpid, true)
  }

  private placeAt(name: string, key: string, dpid: bigint, here: boolean): void {
    const place = this.places.get(dpid)
    if (place) this.place(name, key, place, here)
  }

  /** Makes, dirties or drops the unit of an object on a switch, as the object now stands. */
  private place(name: string, key: string, place: Place, here: boolean): void {
    if (here) this.put(name, key, place)
    else {
      const owner = this.owners.find(name, key)
      const unit = owner && place.units.get(owner)
      if (unit) this.drop(unit)
    }
  }

  /** Makes or dirties the unit of an object on a switch. */
  private put(rule: string, object: string, place: Place): void {
    const known = this.owners.find(rule, object)
    const unit = (known && place.units.get(known)) ?? this.make(this.owners.take(rule, object), place)
    this.dirty.add(unit)
  }

  private make(owner: Owner, place: Place): Unit {
    const unit: Unit = { owner, place, reads: nothing, wanted: nothing }
    place.units.set(owner, unit)
    return unit
  }

  private drop(unit: Unit): void {
    this.claim(unit, nothing)
    this.forget(unit)
  }

  private forget(unit: Unit): void {
    this.owners.release(unit.owner)
    unit.place.units.delete(unit.owner)
    this.dirty.delete(unit)
    this.failing.delete(unit)
    this.readers.note(unit, unit.reads, noFacts)
  }

  private evaluateUnit(unit: Unit): void {
    const { reading } = this
    try {
      const wanted = thingsOf(this.run(unit))
      const isShared = this.reaches.get(unit.owner.rule)?.isShared ?? true
      this.claim(unit, isShared ? this.owners.share(unit.owner, wanted) : wanted)
    } finally {
      // Also where the rule fails: a change of what it read may be what mends it.
      this.readers.note(unit, unit.reads, reading)
      unit.reads = reading.size === 0 ? nothing : [...reading]
      reading.clear()
    }
  }

  private run({ owner: { rule: name, object }, place }: Unit): ReturnType<AnyRule['flows']> {
    const rule = this.app.rules[name] as AnyRule
    if (rule.each === undefined) return rule.flows(place.context)
    return rule.flows(this.collection(rule.each).get(object) as never, place.context, object)
  }

  private claim(unit: Unit, next: readonly Thing[]): void {
    if (!this.held) exchange(unit.place.target.desired, unit.owner, unit.wanted, next)
    unit.wanted = next
  }
}

const noFacts: ReadonlySet<never> = new Set()
