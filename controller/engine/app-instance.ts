import { appNumber, cookieHigh } from '../flow/index.ts'
import type { Admission } from '../state/index.ts'
import type { Message, PacketInView, Port, Unsent } from '../switch/index.ts'
import { calledAdmission } from './admission.ts'
import type { App, AppContext, Collections, InstalledFlow, PacketSource, SwitchView } from './app.ts'
import { calls } from './calls.ts'
import { Collection } from './facts.ts'
import { Intake } from './intake.ts'
import type { LiveSwitch, Report } from './live-switch.ts'
import type { Model } from './model/model.ts'
import type { SharedCollectionOf, SharedFacts } from './model/shared.ts'
import { Units } from './units.ts'

export interface InstanceOptions {
  readonly epoch: number
  readonly firstTable: number
  /** As the app's schema takes it, with defaults. */
  readonly config: unknown
  readonly switches: ReadonlyMap<bigint, LiveSwitch>
  /** What the controller keeps for all apps. */
  readonly model: Model
  readonly changed: () => void
  readonly report: Report
  /** The instance whose place this one takes: it keeps what that one knows. */
  readonly kept: AppInstance | undefined
  /** Only works out what it wants, until it takes over. */
  readonly held?: boolean
  /** Is never to take over. */
  readonly tried?: boolean
}

type AnyShared = SharedCollectionOf<keyof SharedFacts>

/** A shared fact that changed. */
interface SharedChange {
  readonly collection: string
  readonly key: string
  readonly before: unknown
}

/** Failures in a row after which one of an app's handlers is no longer called. */
const restartBudget = 5
/** Milliseconds that an app may use for packets in one turn of the event loop, and for each switch that sends some more. */
const packetBudget = 20
const packetBudgetOfSwitch = 0.5
/** Bytes that may wait for a switch that does not read before apps' messages to it are dropped. */
const mostWaiting = 1024 * 1024

interface Failure {
  readonly text: string
  readonly times: number
}

/**
 * A loaded app: what it knows, its rules evaluated, its handlers called. When it fails, its last
 * good flows stay and the others go on.
 */
export class AppInstance {
  readonly app: App
  readonly firstTable: number
  readonly units: Units
  /** Its part in changes of what users want, where it has one. */
  readonly admission: Admission | undefined
  /** Messages that its handlers sent and that were dropped, because a switch did not read. */
  unsent = 0
  /** The packets for it. */
  readonly intake: Intake
  /** Handlers that failed when they were last called. */
  private readonly failing = new Map<string, Failure>()
  private readonly facts = new Map<string, Collection<unknown>>()
  private readonly seen = new Map<bigint, SwitchView>()
  private held: boolean
  /** Ends the following of what the version before learns meanwhile. */
  private readonly unmirror: (() => void)[] = []
  /** Ends the following of what the controller keeps for all apps. */
  private readonly unfollow: (() => void)[] = []
  /** Shared facts that changed, of which the app is to be told. */
  private sharedChanges: SharedChange[] = []
  private readonly context: AppContext<Collections>
  private readonly options: InstanceOptions
  private readonly high: number
  /** Its number among those whose code is called. */
  private readonly callee: number

  constructor(app: App, options: InstanceOptions) {
    this.app = app
    const tables = { first: options.firstTable, count: app.pipeline.length }
    this.callee = calls.numberOf({ name: app.name, tables, tried: options.tried ?? false })
    this.admission = calledAdmission(app, options.config, this.callee)
    this.firstTable = options.firstTable
    this.options = options
    this.high = cookieHigh({ epoch: options.epoch, app: appNumber(app.name), unit: 0 })
    this.unsent = options.kept?.unsent ?? 0
    this.intake = new Intake({
      handle: (packet, from) => this.handle(packet, from),
      budget: () => packetBudget + packetBudgetOfSwitch * this.seen.size,
      isLive: (from) => this.seen.get(from.dpid) === from,
      counts: options.kept?.intake.counts,
    })
    for (const name of Object.keys(app.collections)) this.facts.set(name, this.collection(name))
    const { firstTable, epoch, config, model } = options
    const { held = false, kept } = options
    this.units = new Units(app, this.facts, {
      ...{ firstTable, epoch, config, held, callee: this.callee },
      sites: { across: model.sites, through: model.reaches, within: model.scopes },
      owners: kept?.units.owners,
    })
    this.held = held
    this.unfollow.push(
      model.sites.follow((_, key) => this.units.changeSite('across', key)),
      model.reaches.follow((_, key) => this.units.changeSite('through', key)),
      model.scopes.follow((_, key) => this.units.changeSite('within', key)),
    )
    this.context = {
      config: options.config,
      collections: Object.fromEntries(this.facts) as AppContext<Collections>['collections'],
      switches: this.seen,
      send: (dpid, message) => this.send(dpid, message),
      madeBy: ({ cookieLow }) => this.units.ownersOf(cookieLow),
      log: (message, about) => options.report('info', `${app.name}: ${message}`, { ...about, app: app.name }),
    }
  }

  private send(dpid: bigint, message: Unsent): void {
    const connection = this.options.switches.get(dpid)?.session.connection
    if (!connection || connection.closed) return
    if (connection.channel.congested && connection.channel.queued > mostWaiting) this.unsent++
    else connection.send(message)
  }

  get config(): unknown {
    return this.options.config
  }

  /** Why it fails, with the stack; undefined while all is well. */
  get failure(): string | undefined {
    const [first] = this.failing.values()
    if (first) return first.text
    const failure = this.units.failure
    return failure && failureText('a rule', failure)
  }

  /** Why it cannot come into force, once its rules have been evaluated; undefined where it can. */
  get refusal(): Error | undefined {
    const { app, failure } = this
    return failure === undefined ? undefined : new Error(`app ${app.name} was not loaded: ${failure}`)
  }

  get status(): 'running' | 'failed' {
    return this.failure === undefined ? 'running' : 'failed'
  }

  /** What it knows under a name and key, for those who show it to people. */
  known(name: string, key: string): unknown {
    return this.facts.get(name)?.get(key)
  }

  /** A collection: that of all apps, or its own with what the instance before knew under that name. */
  private collection(name: string): Collection<unknown> {
    const declared = this.app.collections[name]
    if (declared && 'shared' in declared) return this.sharedCollection(name, declared as AnyShared)
    const made = new Collection<unknown>(name, (collection, key) => {
      this.units.change(collection, key)
      this.options.changed()
    })
    const before = this.options.kept?.facts.get(name)
    if (before) {
      made.adopt(before)
      const mirror = (_: string, key: string) =>
        before.has(key) ? made.set(key, before.get(key)) : void made.delete(key)
      if (this.options.held) this.unmirror.push(before.follow(mirror))
    }
    return made
  }

  private sharedCollection(name: string, { shared }: AnyShared): Collection<unknown> {
    const collection = this.options.model.shared(shared)
    const follow = (_: string, key: string, before: unknown): void => {
      this.units.change(name, key)
      if (this.app.changed) this.sharedChanges.push({ collection: name, key, before })
      this.options.changed()
    }
    this.unfollow.push(collection.follow(follow))
    return collection
  }

  /** Whether it acts on this switch. On an integration bridge without registers no app can. */
  isFor({ dpid, nicira }: SwitchView): boolean {
    const isIntegration = this.options.model.isIntegration(dpid)
    return this.app.bridge === 'integration' ? isIntegration && nicira : !isIntegration
  }

  /** Whether it has been given this switch. */
  actsOn(dpid: bigint): boolean {
    return this.seen.has(dpid)
  }

  addSwitch(live: LiveSwitch): void {
    this.seen.set(live.view.dpid, live.view)
    this.units.addSwitch(live)
  }

  removeSwitch(dpid: bigint): void {
    this.seen.delete(dpid)
    this.units.removeSwitch(dpid)
  }

  /** Withdraws its flows from a switch that it acts on no more. */
  leaveSwitch(dpid: bigint): void {
    this.seen.delete(dpid)
    this.units.withdraw(dpid)
  }

  /** Withdraws all its flows, for good, at the next calls of `evaluate`. */
  leave(): void {
    this.retire()
    this.units.leave()
  }

  /** False while there is something to evaluate. */
  get settled(): boolean {
    return this.units.settled
  }

  /**
   * Works in what has changed of what it knows.
   *
   * @param until when to stop, by `performance.now()`; all of it unless given
   */
  evaluate(until?: number): void {
    if (!this.held) this.tellChanges()
    try {
      this.units.evaluate(until)
    } catch (error) {
      this.tell('a rule', error as Error, '')
    }
  }

  /**
   * Comes into force, in the place of another version: handlers are called from now on, and what it
   * wants is claimed at the next calls of `evaluate`.
   */
  takeOver(old: AppInstance | undefined): void {
    old?.tellChanges()
    for (const end of this.unmirror.splice(0)) end()
    // The version before was told, and this one knows what came of it.
    if (old) this.sharedChanges = []
    this.held = false
    this.units.takeOver(old?.units)
    old?.retire()
  }

  /** Ends; what it has claimed is another's to take over. */
  private retire(): void {
    for (const end of [...this.unfollow.splice(0), ...this.unmirror.splice(0)]) end()
    this.sharedChanges = []
    this.intake.close()
  }

  private tellChanges(): void {
    for (const { collection, key, before } of this.sharedChanges.splice(0)) {
      this.guard('changed', () => this.app.changed?.(collection as never, key, before, this.context))
    }
  }

  /** Whether a packet was punted by one of its flows. */
  owns(packet: PacketInView): boolean {
    return packet.cookieHigh === this.high
  }

  /** Whether a flow was made by this app. */
  made({ cookie }: Pick<InstalledFlow, 'cookie'>): boolean {
    return Number(cookie >> 32n) === this.high
  }

  recover(flow: InstalledFlow, from: SwitchView): void {
    this.guard('recover', () => this.app.recover?.(flow, from, this.context))
  }

  /** A packet that is the app's, of a switch of either version. */
  packetIn(packet: PacketInView, from: PacketSource): void {
    this.intake.take(packet, from)
  }

  /** Gives the app a packet, for every one that comes: without a closure. False where it takes none. */
  private handle(packet: PacketInView, from: PacketSource): boolean {
    const { app, failing } = this
    if (!app.packetIn || (failing.size > 0 && this.isGivenUp(handlerFor(from)))) return false
    const before = calls.enter(this.callee)
    try {
      app.packetIn(packet, from, this.context)
      if (failing.size > 0) failing.delete(handlerFor(from))
    } catch (error) {
      this.fail(handlerFor(from), error as Error)
    }
    calls.leave(before)
    return true
  }

  /** Knows a switch of OpenFlow 1.0, for which no rules are evaluated. */
  see(view: SwitchView): void {
    this.seen.set(view.dpid, view)
  }

  switchUp10(from: SwitchView): void {
    this.see(from)
    this.switchUp(from)
  }

  switchDown10(from: SwitchView): void {
    this.seen.delete(from.dpid)
    this.switchDown(from)
  }

  switchUp(from: SwitchView): void {
    this.guard('switchUp', () => this.app.switchUp?.(from, this.context))
  }

  switchDown(from: SwitchView): void {
    this.guard('switchDown', () => this.app.switchDown?.(from, this.context))
  }

  portStatus(port: Port, _reason: number, from: SwitchView): void {
    this.guard('portStatus', () => this.app.portStatus?.(port, from, this.context))
  }

  message(message: Message, from: SwitchView): void {
    this.guard('message', () => this.app.message?.(message, from, this.context))
  }

  tick(): void {
    this.guard('tick', () => this.app.tick?.(this.context))
  }

  /** Calls into the app; what it throws is its own failure and nobody else's. */
  private guard(what: string, work: () => void): void {
    if (this.isGivenUp(what)) return
    try {
      calls.within(this.callee, work)
      this.failing.delete(what)
    } catch (error) {
      this.fail(what, error as Error)
    }
  }

  private isGivenUp(what: string): boolean {
    return (this.failing.get(what)?.times ?? 0) >= restartBudget
  }

  private fail(what: string, error: Error): void {
    const times = (this.failing.get(what)?.times ?? 0) + 1
    this.failing.set(what, { text: failureText(what, error), times })
    this.tell(what, error, times >= restartBudget ? '; it is not called any more' : '')
  }

  private tell(what: string, error: Error, more: string): void {
    const { name } = this.app
    this.options.report('error', `app ${name} failed in ${what}: ${error.message}${more}`, {
      app: name,
      stack: stackOf(error),
    })
  }
}

/** That an app cannot answer a switch of OpenFlow 1.0 says nothing of its answers to others. */
const handlerFor = ({ openflow }: PacketSource): string =>
  openflow === '1.0' ? 'packetIn of OpenFlow 1.0' : 'packetIn'

/** Of a rule's failure, the stack of what the rule threw. */
const stackOf = (error: Error): string =>
  (error.cause instanceof Error ? error.cause.stack : undefined) ?? error.stack ?? String(error)

const failureText = (what: string, error: Error): string => `${what}: ${error.message}\n${stackOf(error)}`
