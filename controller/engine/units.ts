import {
  appNumber,
  cookieHigh,
  type Flow,
  GroupEntry,
  MeterEntry,
  MeterFlags,
  ownMeters,
  pipeline,
  type Stages,
  unitNumber,
} from '../flow/index.ts'
import type { App, Collections, Rule, RuleContext, SwitchView, Wanted } from './app.ts'
import type { DesiredTable, Owner } from './desired.ts'
import { type Collection, readAll, readKey, recordingView } from './facts.ts'

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

/** An app's rule failed for one object; nothing of its result is used. */
export class RuleError extends Error {
  override readonly name = 'RuleError'
}

/**
 * The rules of one app, evaluated: keeps what each unit wants in the tables of the switches, and
 * after a change evaluates again only the units that read what changed.
 */
export class Units {
  private readonly app: App
  private readonly facts: Facts
  /** The app's stages, with its punts metered and not. */
  private readonly metered: Stages<readonly string[]>
  private readonly plain: Stages<readonly string[]>
  private readonly punts: MeterEntry | undefined
  private readonly high: number
  private readonly targets = new Map<bigint, Target>()
  private readonly owners = new Map<string, Owner>()
  private readonly units = new Map<string, Unit>()
  private readonly readers = new Map<string, Set<Unit>>()
  private readonly dirty = new Set<Unit>()
  /** Objects that came, changed or went, as collection and key. */
  private readonly changed = new Map<string, Set<string>>()

  constructor(app: App, facts: Facts, firstTable = 0, epoch = defaultEpoch) {
    this.app = app
    this.facts = facts
    this.punts = app.punts && puntMeter(app.name, app.punts.packetsPerSecond)
    this.metered = pipeline(app.pipeline, firstTable, this.punts?.id)
    this.plain = pipeline(app.pipeline, firstTable)
    this.high = cookieHigh({ epoch, app: appNumber(app.name), unit: 0 })
  }

  /** How many units there are. */
  get size(): number {
    return this.units.size
  }

  /** The rule and object that a cookie's unit number stands for; more than one where they share it. */
  ownersOf(unit: number): Owner[] {
    return [...this.owners.values()].filter(({ cookieLow }) => cookieLow === unit)
  }

  /** Notes a change of a collection, to be worked in by `evaluate`. */
  change(collection: string, key: string): void {
    const keys = this.changed.get(collection)
    if (keys) keys.add(key)
    else this.changed.set(collection, new Set([key]))
    for (const read of [readKey(collection, key), readAll(collection)]) {
      for (const unit of this.readers.get(read) ?? []) this.dirty.add(unit)
    }
  }

  /** A switch came: every rule is evaluated for it at the next `evaluate`. */
  addSwitch(target: Target): void {
    this.targets.set(target.view.dpid, target)
    if (this.punts && target.metersPunts) {
      target.desired.meters.add(this.punts.id, { thing: this.punts, owner: this.owner('punts', switchObject) })
    }
    for (const [name, rule] of this.rules()) {
      if (rule.each === undefined) this.unit(name, switchObject, target)
      else for (const [key] of this.collection(rule.each).entries()) this.place(name, rule, key, target)
    }
  }

  /** The switch is no longer ours to fill: its units are forgotten, its table withdrawn. */
  removeSwitch(dpid: bigint): void {
    const target = this.targets.get(dpid)
    if (!target) return
    this.targets.delete(dpid)
    for (const unit of [...this.units.values()]) if (unit.target === target) this.drop(unit)
    if (this.punts) target.desired.meters.remove(this.punts.id, this.owner('punts', switchObject))
  }

  /** Withdraws everything from every switch. */
  clear(): void {
    for (const dpid of [...this.targets.keys()]) this.removeSwitch(dpid)
  }

  private owner(rule: string, object: string): Owner {
    const id = `${rule}\n${object}`
    const known = this.owners.get(id)
    if (known) return known
    const owner = { app: this.app.name, rule, object, cookieHigh: this.high, cookieLow: unitNumber(rule, object) }
    this.owners.set(id, owner)
    return owner
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
        if (rule.each === collection) for (const key of keys) this.replace(name, rule, key)
      }
    }
    let failure: unknown
    for (const unit of this.dirty) {
      this.dirty.delete(unit)
      try {
        this.evaluateUnit(unit)
      } catch (error) {
        failure ??= error
      }
    }
    if (failure !== undefined) throw failure
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
    for (const target of this.targets.values()) this.place(name, rule, key, target)
  }

  /** Makes, dirties or drops the unit of an object on a switch, as the object now stands. */
  private place(name: string, rule: AnyRule, key: string, target: Target): void {
    const collection = this.collection(rule.each as string)
    const object = collection.get(key)
    const on = rule.each === undefined ? undefined : rule.on
    const here = collection.has(key) && (on === undefined || on(object as never, key) === target.view.dpid)
    const id = unitId(name, key, target)
    const unit = this.units.get(id)
    if (!here) {
      if (unit) this.drop(unit)
    } else if (unit) this.dirty.add(unit)
    else this.unit(name, key, target)
  }

  private unit(rule: string, object: string, target: Target): void {
    const unit: Unit = { owner: this.owner(rule, object), rule, object, target, ...nothing }
    this.units.set(unitId(rule, object, target), unit)
    this.dirty.add(unit)
  }

  private drop(unit: Unit): void {
    this.units.delete(unitId(unit.rule, unit.object, unit.target))
    this.dirty.delete(unit)
    this.remember(unit, noReads)
    this.claim(unit, nothing)
  }

  private evaluateUnit(unit: Unit): void {
    const reads = new Set<string>()
    const wanted = sort(this.run(unit, reads), `${this.app.name}/${unit.rule}`)
    this.remember(unit, reads)
    this.claim(unit, wanted)
  }

  private run(unit: Unit, reads: Set<string>): readonly Wanted[] {
    const rule = this.app.rules[unit.rule] as AnyRule
    const view = Object.fromEntries([...this.facts].map(([name, facts]) => [name, recordingView(facts, reads)]))
    const stages = unit.target.metersPunts ? this.metered : this.plain
    const context = { stages, switch: unit.target.view, view } as RuleContext<readonly string[], Collections>
    try {
      if (rule.each === undefined) return rule.flows(context)
      return rule.flows(this.collection(rule.each).get(unit.object) as never, context, unit.object)
    } catch (error) {
      const about = unit.object === switchObject ? '' : ` for ${rule.each} ${unit.object}`
      throw new RuleError(`rule ${unit.rule}${about}: ${(error as Error).message}`, { cause: error })
    }
  }

  private remember(unit: Unit, reads: ReadonlySet<string>): void {
    for (const read of unit.reads) if (!reads.has(read)) this.forgetRead(unit, read)
    for (const read of reads) {
      const readers = this.readers.get(read)
      if (readers) readers.add(unit)
      else this.readers.set(read, new Set([unit]))
    }
    unit.reads = reads
  }

  private forgetRead(unit: Unit, read: string): void {
    const readers = this.readers.get(read)
    readers?.delete(unit)
    if (readers?.size === 0) this.readers.delete(read)
  }

  private claim(unit: Unit, next: Sorted): void {
    const { flows, groups, meters } = unit.target.desired
    exchange(flows, unit.owner, unit.flows, next.flows)
    exchange(groups, unit.owner, unit.groups, next.groups)
    exchange(meters, unit.owner, unit.meters, next.meters)
    Object.assign(unit, next)
  }
}

/** Bytes per second do not matter to a controller; packets do. */
const puntFlags = MeterFlags.PKTPS | MeterFlags.BURST

const puntMeter = (app: string, rate: number): MeterEntry =>
  new MeterEntry({
    meterId: ownMeters.first + appNumber(app),
    flags: puntFlags,
    bands: [{ type: 'drop', rate, burstSize: rate }],
  })

const unitId = (rule: string, object: string, target: Target): string => `${rule}\n${object}\n${target.view.dpid}`

interface Sorted {
  readonly flows: ReadonlyMap<string, Flow>
  readonly groups: ReadonlyMap<number, GroupEntry>
  readonly meters: ReadonlyMap<number, MeterEntry>
}

const noReads: ReadonlySet<string> = new Set()
const nothing = { reads: noReads, flows: new Map(), groups: new Map(), meters: new Map() } as const

/** What a rule gave, by kind and key. */
const sort = (wanted: readonly Wanted[], rule: string): Sorted => {
  const flows = new Map<string, Flow>()
  const groups = new Map<number, GroupEntry>()
  const meters = new Map<number, MeterEntry>()
  for (const one of wanted) {
    if (one instanceof GroupEntry) groups.set(one.id, one)
    else if (one instanceof MeterEntry) meters.set(one.id, one)
    else {
      const flow = one.build()
      if (flows.has(flow.key)) throw new RuleError(`${rule} gives two flows with the same match, table and priority`)
      flows.set(flow.key, flow)
    }
  }
  return { flows, groups, meters }
}

interface Table<K, T> {
  add(key: K, claim: { thing: T; owner: Owner }): void
  remove(key: K, owner: Owner): void
}

/** Claims what is new or different, lets go of what is no longer wanted, leaves the rest alone. */
const exchange = <K, T extends { readonly effect: string }>(
  table: Table<K, T>,
  owner: Owner,
  old: ReadonlyMap<K, T>,
  next: ReadonlyMap<K, T>,
): void => {
  for (const key of old.keys()) if (!next.has(key)) table.remove(key, owner)
  for (const [key, thing] of next) if (old.get(key)?.effect !== thing.effect) table.add(key, { thing, owner })
}
