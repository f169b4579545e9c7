import { appNumber } from '../flow/index.ts'
import type { NamedAdmission } from '../state/index.ts'
import type { Endpoint, ListenerOptions } from '../switch/index.ts'
import {
  formatDpid,
  Listener,
  type Message,
  type PacketInView,
  type Port,
  type Session,
  type Session10,
} from '../switch/index.ts'
import type { App, InstalledFlow } from './app.ts'
import { AppInstance } from './app-instance.ts'
import { configOf } from './config.ts'
import { unconfirmed } from './confirmation.ts'
import { Evaluation, evaluateGradually, leaveGradually, slice } from './evaluation.ts'
import type { DriftPolicy } from './keeper.ts'
import { type LiveSwitch, liveSwitch, type Report } from './live-switch.ts'
import { MissingApps } from './missing.ts'
import { Model } from './model/model.ts'
import { planOf, type SwitchPlan } from './plan.ts'
import { Receivers } from './receivers.ts'
import { Switches10 } from './switches10.ts'
import { firstTableFor } from './tables.ts'
import { countMalformed, reporting, tellContests, tellUnfit } from './told.ts'
import { defaultEpoch } from './units.ts'

export interface EngineOptions {
  readonly report?: Report
  /** What to do when somebody else changes our flows: repair unless given. */
  readonly drift?: DriftPolicy
  /** 1 to 65535: marks the flows of this controller. */
  readonly epoch?: number
  readonly listener?: ListenerOptions
  /** What is known of networks and hosts: nothing unless given. */
  readonly model?: Model
  /** Milliseconds for a switch to answer for a change, after which it is read again: 30,000 unless given. */
  readonly commitDeadline?: number
}

const pollEvery = 5_000
/** Milliseconds in which a switch must answer when another one takes its name. */
const aliveDeadline = 2_000
const tickEvery = 1_000

/**
 * The controller: switches connect, apps say what each should hold, and the engine makes it so.
 */
export class Engine {
  /** Connected switches by datapath id. */
  readonly switches = new Map<bigint, LiveSwitch>()
  /** Loaded apps by name. */
  readonly apps = new Map<string, AppInstance>()
  /** New versions of apps, or new apps, whose rules are being evaluated, by name. */
  private readonly loading = new Map<string, AppInstance>()
  /** Connected switches that speak OpenFlow 1.0: they have no desired tables. */
  readonly switches10: Switches10
  private readonly receivers: Receivers
  /** Apps that should run and could not be loaded: what switches hold of theirs stays. */
  readonly missing: MissingApps
  /** What is known of networks and hosts. */
  readonly model: Model
  private readonly upListeners = new Set<(dpid: bigint) => void>()
  private readonly report: Report
  private readonly drift: DriftPolicy
  private readonly epoch: number
  private readonly listenerOptions: ListenerOptions
  private readonly commitDeadline: number
  private readonly listeners: Listener[] = []
  private readonly ticker: NodeJS.Timeout
  /** Evaluates what has changed, then has it sent. */
  private readonly evaluation = new Evaluation(this.apps, () => this.send())
  /** Datapath ids of switches whose desired tables have changed since. */
  private readonly touched = new Set<bigint>()

  constructor(options: EngineOptions = {}) {
    this.report = options.report ?? (() => undefined)
    this.receivers = new Receivers(this.apps)
    this.switches10 = new Switches10(this.apps, this.receivers, this.report)
    this.model = options.model ?? new Model()
    this.model.hosts.follow((_, key, before) => this.rehome(before?.dpid, this.model.hosts.get(key)?.dpid))
    this.drift = options.drift ?? 'repair'
    this.epoch = options.epoch ?? defaultEpoch
    this.missing = new MissingApps(this.epoch)
    this.listenerOptions = options.listener ?? {}
    this.commitDeadline = options.commitDeadline ?? 30_000
    this.ticker = setInterval(() => this.tick(), tickEvery)
    this.ticker.unref()
  }

  /**
   * Waits for switches at an endpoint.
   *
   * @throws SwitchError for a plain-text port open to the network without `insecure: true`
   */
  async listen(endpoint: Endpoint): Promise<Listener> {
    const refused = (address: string, reason: string) =>
      this.report('warn', `a connection was refused: ${reason}`, { address })
    const slowed = (address: string) =>
      this.report('warn', 'connections from an address keep failing: new ones from there wait their turn', { address })
    const up = (session: Session) => this.up(session)
    const up10 = (session: Session10) => this.up10(session)
    const listener = new Listener(endpoint, { up, up10, refused, slowed }, this.listenerOptions)
    await listener.start()
    this.listeners.push(listener)
    return listener
  }

  /** Has someone told of each switch that comes. */
  onUp(listener: (dpid: bigint) => void): void {
    this.upListeners.add(listener)
  }

  /** Ends all connections. Switches keep their flows. */
  async stop(): Promise<void> {
    clearInterval(this.ticker)
    for (const { keeper } of this.switches.values()) keeper.stop()
    await Promise.all(this.listeners.splice(0).map((listener) => listener.stop()))
  }

  /**
   * Loads an app, or puts a new version in the place of the one of that name: only the difference
   * is sent to the switches. A version whose rules fail is not loaded, and the old one stays. All of
   * it is done at once, and switches wait meanwhile: `loadGradually` is for apps of many flows.
   *
   * @param config what the user configured, for the app's schema to judge
   * @throws ConfigError naming what is wrong with the configuration
   * @throws Error what the rules of the app threw
   */
  load(app: App, config?: unknown): AppInstance {
    const instance = this.prepare(app, config)
    instance.evaluate()
    const refusal = instance.refusal
    if (refusal) {
      instance.leave()
      instance.evaluate()
      throw refusal
    }
    this.putInForce(instance)
    instance.evaluate()
    return instance
  }

  /**
   * Loads an app as `load` does, a little at a time: switches are answered meanwhile, and the version
   * before stays in force until all rules of the new one have been evaluated.
   *
   * @throws as `load`, and Error where the app is being loaded already, or is loaded or unloaded meanwhile
   */
  async loadGradually(app: App, config?: unknown): Promise<AppInstance> {
    const { name } = app
    if (this.loading.has(name)) throw new Error(`app ${name} is being loaded already`)
    const old = this.apps.get(name)
    const instance = this.prepare(app, config)
    this.loading.set(name, instance)
    await evaluateGradually(instance)
    this.loading.delete(name)
    const overtaken = `app ${name} was loaded or unloaded by somebody else meanwhile`
    const refusal = this.apps.get(name) === old ? instance.refusal : new Error(overtaken)
    if (refusal) {
      await leaveGradually(instance)
      throw refusal
    }
    this.putInForce(instance)
    await this.settled()
    return instance
  }

  /** A version of an app that claims nothing yet. */
  private prepare(app: App, config: unknown): AppInstance {
    const instance = new AppInstance(app, {
      held: true,
      epoch: this.epoch,
      firstTable: this.firstTableFor(app),
      config: configOf(app, config),
      switches: this.switches,
      model: this.model,
      changed: () => this.evaluation.schedule(),
      report: this.report,
      kept: this.apps.get(app.name),
    })
    for (const one of this.switches.values()) if (instance.isFor(one.view)) instance.addSwitch(one)
    return instance
  }

  private putInForce(instance: AppInstance): void {
    const { app } = instance
    const old = this.apps.get(app.name)
    this.apps.set(app.name, instance)
    this.receivers.refresh()
    instance.takeOver(old)
    if (!old) for (const { view } of this.switches.values()) if (instance.isFor(view)) instance.switchUp(view)
    this.switches10.introduce(instance, !old)
    this.report('info', `app ${app.name} ${old ? 'reloaded' : 'loaded'}`, { app: app.name })
    if (this.missing.delete(app.name)) for (const { keeper } of this.switches.values()) keeper.rejoin(app.name)
    this.evaluation.schedule()
  }

  /**
   * What `load` would change in each connected switch, worked out a little at a time; nothing is sent.
   *
   * @throws as `load`
   */
  async plan(app: App, config?: unknown): Promise<SwitchPlan[]> {
    await this.settled()
    const { epoch, model } = this
    const options = { epoch, model, firstTable: this.firstTableFor(app), config: configOf(app, config) }
    return planOf(app, this.switches.values(), { ...options, kept: this.apps.get(app.name) })
  }

  /**
   * Withdraws an app with all its flows, also one that is missing, and says whether there was one of
   * that name. Much is withdrawn a little at a time: `settled` waits for it.
   */
  unload(name: string): boolean {
    const instance = this.apps.get(name)
    if (!instance) {
      const wasMissing = this.missing.delete(name)
      if (wasMissing) for (const { keeper } of this.switches.values()) keeper.doubt()
      return wasMissing
    }
    this.apps.delete(name)
    this.receivers.refresh()
    this.evaluation.release(instance)
    this.report('info', `app ${name} unloaded`, { app: name })
    return true
  }

  /** Resolves once all that has changed is worked in, and on its way to the switches. */
  async settled(): Promise<void> {
    await this.evaluation.settling
  }

  /** @throws Error for an app whose cookies could not be told from those of another */
  private firstTableFor(app: App): number {
    const number = appNumber(app.name)
    const twin = [...this.apps.keys(), ...this.missing.names].find(
      (name) => name !== app.name && appNumber(name) === number,
    )
    if (twin !== undefined) throw new Error(`app ${app.name} has the same number in cookies as ${twin}: rename it`)
    if (app.bridge === 'integration') return 0
    const { missing } = this
    const reserved = missing.reservedBeside(app.name)
    return firstTableFor(app, this.apps.values(), reserved, missing.tablesOf(app.name)?.first)
  }

  /**
   * Waits until switches have confirmed all that is wanted of them now.
   *
   * @param milliseconds how long to wait
   * @param dpids all connected switches unless given
   * @returns those that have not, in the end
   */
  async confirmed(milliseconds: number, dpids?: Iterable<bigint>): Promise<bigint[]> {
    const deadline = performance.now() + milliseconds
    await this.evaluation.settling
    return unconfirmed([...(dpids ?? this.switches.keys())], (dpid) => this.switches.get(dpid)?.keeper, deadline)
  }

  /** A bridge came to be a host's integration bridge, or ceased to be one: other apps act on it now. */
  private rehome(...dpids: readonly (bigint | undefined)[]): void {
    for (const dpid of dpids) {
      const live = dpid === undefined ? undefined : this.switches.get(dpid)
      if (!live) continue
      tellUnfit(live, this.model, this.report)
      for (const app of [...this.apps.values(), ...this.loading.values()]) {
        const isFor = app.isFor(live.view)
        if (isFor === app.actsOn(live.view.dpid)) continue
        if (isFor) this.introduce(live, app)
        else app.leaveSwitch(live.view.dpid)
      }
      this.evaluation.schedule()
    }
  }

  /** Has an app know a switch. One that is being loaded hears of it when it comes into force. */
  private introduce(live: LiveSwitch, app: AppInstance): void {
    app.addSwitch(live)
    if (this.loading.get(app.app.name) !== app) app.switchUp(live.view)
  }

  /** What the loaded apps have to say in changes of what users want. */
  admissions(): NamedAdmission[] {
    return [...this.apps.values()].flatMap(({ app, admission }) => (admission ? [{ app: app.name, admission }] : []))
  }

  private tick(): void {
    for (const app of this.apps.values()) app.tick()
  }

  /** Has the switches told whose tables have changed; where there are many, some in each turn of the event loop. */
  private send(): void {
    const until = performance.now() + slice
    for (const dpid of this.touched) {
      this.touched.delete(dpid)
      const live = this.switches.get(dpid)
      if (!live) continue
      tellContests(live, this.report)
      if (live.desired.isChanged) live.keeper.kick()
      if (performance.now() < until) continue
      setImmediate(() => this.send())
      return
    }
  }

  /** Whether no other switch has this one's datapath id. Where one has, the newer connection is closed. */
  private isFirst({ info: { dpid }, name, connection }: Session | Session10): boolean {
    const first = this.switches.get(dpid) ?? this.switches10.live.get(dpid)
    if (!first) return !connection.closed
    this.report('warn', `a second switch calls itself ${name}; the first stays`, { dpid: name })
    connection.close('another switch with this datapath id is connected')
    // Unless it is dead, as where a host lost its power and has come back: then the next attempt succeeds.
    void first.session.connection.isAlive(aliveDeadline)
    return false
  }

  private up10(session: Session10): void {
    if (this.isFirst(session)) this.switches10.add(session)
  }

  private up(session: Session): void {
    if (!this.isFirst(session)) return
    const { dpid } = session.info
    const live = this.liveSwitch(session)
    this.switches.set(dpid, live)
    session.attach({
      packetIn: (packet) => this.packetIn(live, packet),
      portStatus: (port, reason) => this.portStatus(live, port, reason),
      message: (message) => this.message(live, message),
      malformed: countMalformed(session.name, this.report),
      close: (reason) => this.down(live, reason),
    })
    const { software, manufacturer } = session.info
    this.report('info', `switch ${session.name} is up`, { dpid: session.name, software, manufacturer })
    tellUnfit(live, this.model, this.report)
    for (const app of [...this.apps.values(), ...this.loading.values()]) {
      if (app.isFor(live.view)) this.introduce(live, app)
    }
    this.evaluation.schedule()
    live.keeper.kick()
    for (const listener of this.upListeners) listener(dpid)
  }

  private liveSwitch(session: Session): LiveSwitch {
    const { epoch, drift, commitDeadline, evaluation, missing, report } = this
    const { dpid } = session.info
    const told = {
      ...reporting(session.name, report),
      recover: (own: readonly InstalledFlow[], apps: 'all' | ReadonlySet<string>) => this.recover(dpid, own, apps),
      touched: () => this.touched.add(dpid),
    }
    return liveSwitch(session, told, { epoch, drift, pollEvery, commitDeadline, evaluation, missing })
  }

  /** Shows apps the flows that they had in a switch before. */
  private recover(dpid: bigint, own: readonly InstalledFlow[], which: 'all' | ReadonlySet<string>): void {
    const live = this.switches.get(dpid)
    if (!live) return
    for (const [name, app] of this.apps) {
      if (which !== 'all' && !which.has(name)) continue
      for (const flow of own) if (app.made(flow)) app.recover(flow, live.view)
    }
  }

  private down(live: LiveSwitch, reason: string): void {
    const { dpid } = live.view
    if (this.switches.get(dpid) !== live) return
    this.switches.delete(dpid)
    live.keeper.stop()
    for (const app of this.loading.values()) app.removeSwitch(dpid)
    for (const app of this.apps.values()) {
      if (!app.actsOn(dpid)) continue
      app.removeSwitch(dpid)
      app.switchDown(live.view)
    }
    this.report('info', `switch ${formatDpid(dpid)} is down: ${reason}`, { dpid: formatDpid(dpid) })
    this.evaluation.schedule()
  }

  private packetIn(live: LiveSwitch, packet: PacketInView): void {
    this.receivers.packetIn(packet, live.view)
  }

  private portStatus(live: LiveSwitch, port: Port, reason: number): void {
    for (const app of this.apps.values()) {
      if (app.actsOn(live.view.dpid)) app.portStatus(port, reason, live.view)
    }
  }

  private message(live: LiveSwitch, message: Message): void {
    if (live.keeper.take(message)) return
    for (const app of this.apps.values()) {
      if (!app.actsOn(live.view.dpid)) continue
      // Of a flow that has gone, only the app hears that made it.
      if (message.type !== 'flowRemoved' || app.made(message)) app.message(message, live.view)
    }
  }
}
