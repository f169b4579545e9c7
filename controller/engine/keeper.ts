import { errorText, type Message, type Session, SwitchError } from '../switch/index.ts'
import type { InstalledFlow } from './app.ts'
import { Committer, type Refusal } from './commit.ts'
import type { Claims, DesiredTable } from './desired.ts'
import { type DriftReport, readDrift } from './drift.ts'
import type { Evaluation } from './evaluation.ts'
import { Futile } from './futile.ts'
import type { MissingApps } from './missing.ts'
import { type Kept, reconcile } from './reconcile.ts'
import { Shortage } from './shortage.ts'
import {
  FlowCommand,
  keyOf,
  type Operation,
  sizeOf,
  type Thing,
  type Transaction,
  transactionSteps,
} from './transaction.ts'

/** What a keeper tells of its switch. None of these may throw. */
export interface KeeperEvents {
  /** The switch was read for the first time since these apps were loaded: these flows of ours it held. */
  readonly recover: (own: readonly InstalledFlow[], apps: 'all' | ReadonlySet<string>) => void
  /** What it keeps for apps that are missing has changed. */
  readonly kept: (kept: Kept) => void
  /** The switch holds all that is wanted. `messages` were sent to get there, zero if it did already. */
  readonly synced: (messages: number) => void
  /** The switch refused what a rule wants; it is left out until the rule wants something else. */
  readonly refused: (refusal: Refusal) => void
  /** The switch goes on to differ in this, though it took all that it was sent: it is left as it is. */
  readonly givenUp: (operation: Operation) => void
  /** Somebody else changed the switch: what it was, and whether it is being repaired. */
  readonly drift: (what: string, repaired: boolean) => void
  /** A change may or may not have been applied, or the switch could not be read; it is read again. */
  readonly uncertain: (error: Error) => void
}

export interface KeeperCounts {
  /** Times that the switch was read and compared with what it should hold. */
  readings: number
  flowMods: number
  /** Flows, groups and meters that the switch refused. */
  refusals: number
  /** Times that somebody else's changes were repaired. */
  repairs: number
}

export type DriftPolicy = 'repair' | 'report'

export interface KeeperOptions {
  readonly epoch: number
  readonly drift: DriftPolicy
  /** Milliseconds between readings of a switch that cannot report changes: 5,000. */
  readonly pollEvery: number
  /** Milliseconds for the switch to answer for a change: 30,000. */
  readonly commitDeadline: number
  /** Whether the desired table is whole, or still being worked out. */
  readonly evaluation: Pick<Evaluation, 'settled' | 'settling' | 'inTurn'>
  readonly missing: MissingApps
}

/** Number of our flow monitor in a switch. */
const monitorId = 1
/** ADD, DELETE, MODIFY and ACTIONS of ONF extension 187; changes of our own come abbreviated. */
const monitorFlags = 2 | 4 | 8 | 16
const ANY = 0xffff_ffff
const ALL_TABLES = 0xff
/** Milliseconds; doubled at each failure in a row. */
const firstRetry = 200
const lastRetry = 10_000
/** Bundles in a row that the switch may refuse before it is sent message by message. */
const mostRefusedBundles = 3

/**
 * Keeps one connected switch holding what is wanted: reads it at first, then sends each change, and
 * reads it again when in doubt. One change is under way at a time; those that come meanwhile are
 * sent together next.
 */
export class Keeper {
  readonly session: Session
  /** Flows of others, as last read or reported. */
  readonly foreign = new Map<string, InstalledFlow>()
  /** Flows of apps that are missing, as last read. */
  readonly kept = new Map<string, InstalledFlow>()
  /** Since it connected. */
  readonly counts: KeeperCounts = { readings: 0, flowMods: 0, refusals: 0, repairs: 0 }
  private readonly desired: DesiredTable
  private readonly events: KeeperEvents
  private readonly options: KeeperOptions
  private readonly committer: Committer
  private readonly futile = new Futile()
  private readonly shortage: Shortage
  /** One for each kind and app: there may be very many refusals. */
  private readonly lastErrors = new Map<string, string>()
  private known = false
  /** Counts the reasons to read the switch again: one that comes during a reading must not be lost. */
  private doubts = 0
  private running = false
  private stopped = false
  /** Apps that have not yet been shown what they had in the switch. */
  private unshown: 'all' | Set<string> = 'all'
  private keptText = ''
  private announced = false
  private monitored = false
  private polled = false
  private poll: NodeJS.Timeout | undefined
  private retry: NodeJS.Timeout | undefined
  private failures = 0
  /** Who waits for the switch to hold all that is wanted. */
  private readonly waiting: ((done: boolean) => void)[] = []
  private refusedBundles = 0

  constructor(session: Session, desired: DesiredTable, events: KeeperEvents, options: KeeperOptions) {
    this.session = session
    this.desired = desired
    this.events = events
    this.options = options
    this.committer = new Committer(session, errorText, options.commitDeadline)
    this.shortage = new Shortage({
      retry: (lacking) => {
        if (this.running || !this.known) return false
        for (const { what, key } of lacking) this.claimsOf(what).retry(key)
        this.kick()
        return true
      },
    })
  }

  /** True while the switch is known to hold what was wanted at the last change. */
  get inSync(): boolean {
    return this.isDone && this.options.evaluation.settled
  }

  /**
   * Waits until the switch holds what was wanted when this was called.
   *
   * @param milliseconds how long to wait
   * @returns false where it did not come to that
   */
  async confirmed(milliseconds: number): Promise<boolean> {
    if (this.isDone) return true
    const done = new Promise<boolean>((resolve) => this.waiting.push(resolve))
    this.kick()
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(resolve, milliseconds, false)
    })
    const outcome = await Promise.race([done, late])
    clearTimeout(timer)
    return outcome
  }

  private get isDone(): boolean {
    return this.known && !this.running && !this.desired.isChanged
  }

  /** Begins, or goes on with what has changed. */
  kick(): void {
    if (this.running || this.retry || this.stopped || this.session.connection.closed) return
    this.running = true
    void this.run()
  }

  /** Reads the switch again, whatever is known of it. */
  doubt(): void {
    this.doubts++
    this.known = false
    this.kick()
  }

  /** An app that was missing is there: it is shown what it had in the switch, and the rest is sent. */
  rejoin(app: string): void {
    if (this.unshown !== 'all') this.unshown.add(app)
    this.doubt()
  }

  /** Ends with the connection. */
  stop(): void {
    this.stopped = true
    clearInterval(this.poll)
    clearTimeout(this.retry)
    this.shortage.stop()
    for (const resolve of this.waiting.splice(0)) resolve(false)
  }

  /** Takes a message that may be an error to a change, or a report of somebody else's. */
  take(message: Message): boolean {
    if (message.type === 'flowMonitorReply') {
      this.drifted(readDrift(message, this.desired, this.options.epoch, this.options.missing))
      return true
    }
    // Reports were left out while too many waited.
    if (message.type === 'flowMonitorResumed' || message.type === 'flowMonitorPaused') {
      if (this.options.drift === 'repair') this.doubt()
      return true
    }
    return this.committer.takeError(message)
  }

  private async run(): Promise<void> {
    let sent = 0
    try {
      while (!this.stopped && (!this.known || this.desired.isChanged)) {
        const settling = this.known ? this.options.evaluation.settling : undefined
        if (settling) await settling
        else sent += await this.step()
      }
      this.running = false
      this.failures = 0
      if (!this.stopped) {
        this.shortage.settle()
        this.announce(sent)
      }
      if (this.isDone) for (const resolve of this.waiting.splice(0)) resolve(true)
    } catch (error) {
      this.running = false
      this.uncertain(error as Error)
    }
  }

  private announce(sent: number): void {
    if (sent === 0 && this.announced) return
    this.announced = true
    this.events.synced(sent)
  }

  /** One change, or one reading with what follows from it; gives how many messages it sent. */
  private async step(): Promise<number> {
    const { doubts } = this
    if (this.known) {
      this.known = false
      const changes = this.desired.takeChanges()
      this.futile.sending(changes)
      const transaction = await this.options.evaluation.inTurn(transactionSteps(changes, this.desired))
      this.known = (await this.send(transaction)) && doubts === this.doubts
      return sizeOf(transaction)
    }
    await this.watch()
    const { session, desired, futile } = this
    const { epoch, evaluation, missing } = this.options
    const recover = (own: readonly InstalledFlow[]) => this.recover(own)
    const reading = await reconcile(session, desired, epoch, futile, recover, evaluation, missing)
    this.counts.readings++
    this.foreign.clear()
    for (const [key, flow] of reading.foreign) this.foreign.set(key, flow)
    this.noteKept(reading.kept)
    for (const operation of reading.givenUp) this.events.givenUp(operation)
    this.tellPolled(sizeOf(reading.transaction))
    const clear = await this.send(reading.transaction)
    if (clear) futile.confirm()
    this.known = clear && !reading.doubtful && doubts === this.doubts
    return sizeOf(reading.transaction)
  }

  /** Only the first reading shows what was there before us. */
  private recover(own: readonly InstalledFlow[]): void {
    const { unshown } = this
    this.unshown = new Set()
    if (unshown === 'all' || unshown.size > 0) this.events.recover(own, unshown)
  }

  private noteKept(kept: Kept): void {
    this.kept.clear()
    for (const [key, flow] of kept.flows) this.kept.set(key, flow)
    const text = `${kept.apps.join()} ${kept.flows.size} ${kept.groups} ${kept.meters}`
    if (text !== this.keptText && kept.flows.size + kept.groups + kept.meters > 0) this.events.kept(kept)
    this.keptText = text
  }

  private tellPolled(differences: number): void {
    if (this.polled && differences > 0) {
      this.counts.repairs++
      this.events.drift(`${differences} differences were found in it`, true)
    }
    this.polled = false
  }

  /** Sends a change; gives whether the switch then holds it, but for what it refused. */
  private async send(transaction: Transaction): Promise<boolean> {
    if (sizeOf(transaction) === 0) return true
    for (const { what } of transaction.bundled) if (what === 'flow') this.counts.flowMods++
    const together = this.refusedBundles < mostRefusedBundles
    const { refusals, applied } = await this.committer.commit(transaction, together)
    this.refusedBundles = applied ? 0 : this.refusedBundles + 1
    this.counts.refusals += refusals.length
    for (const refusal of refusals) this.leaveOut(refusal)
    if (applied && [...transaction.metersFirst, ...transaction.bundled].some(brings)) this.desired.flows.retry()
    if (applied && [...transaction.bundled, ...transaction.metersLast].some(takesAway)) this.shortage.roomMade()
    if (!applied && refusals.length === 0) {
      throw new SwitchError('the switch refused a change and did not say which part')
    }
    return applied && refusals.length === 0
  }

  private leaveOut(refusal: Refusal): void {
    const { what, thing } = refusal.operation
    const claims = this.claimsOf(what)
    const key = keyOf(thing)
    const claim = claims.get(key)
    if (claim?.thing === thing) claims.refuse(key, claim)
    else this.futile.refuse(refusal.operation)
    if (!this.shortage.refused(refusal)) return
    this.lastErrors.set(`${what} of ${refusal.operation.owner.app}`, refusal.errorName)
    this.events.refused(refusal)
  }

  /** The error by which the switch last refused such a thing of this app. */
  lastError(what: Operation['what'], app: string): string | undefined {
    return this.lastErrors.get(`${what} of ${app}`)
  }

  private claimsOf(what: Operation['what']): Claims<string | number, Thing> {
    return this.desired[`${what}s`] as Claims<string | number, Thing>
  }

  private uncertain(error: Error): void {
    this.known = false
    if (this.session.connection.closed || this.stopped) return
    this.events.uncertain(error)
    const delay = Math.min(firstRetry * 2 ** this.failures++, lastRetry)
    this.retry = setTimeout(() => {
      this.retry = undefined
      this.kick()
    }, delay)
  }

  /** Asks the switch to report changes, once; polls where it cannot. */
  private async watch(): Promise<void> {
    if (this.monitored || this.poll) return
    const monitor = { id: monitorId, flags: monitorFlags, outPort: ANY, tableId: ALL_TABLES, match: [] }
    try {
      await this.session.connection.request(
        { type: 'flowMonitorRequest', flags: 0, monitors: [monitor] },
        'flowMonitorReply',
      )
      this.monitored = true
    } catch (error) {
      if (this.session.connection.closed) throw error
      if (this.options.drift === 'repair') this.pollFromNowOn()
      else this.monitored = true
    }
  }

  private pollFromNowOn(): void {
    this.poll = setInterval(() => {
      this.polled = !this.running && this.known
      this.doubt()
    }, this.options.pollEvery)
    this.poll.unref()
  }

  /** Somebody else's changes; our own come abbreviated and say nothing. */
  private drifted({ changed, gone, foreign, told, broken }: DriftReport): void {
    for (const key of changed) this.futile.changed(key)
    for (const key of gone) {
      this.foreign.delete(key)
      this.kept.delete(key)
    }
    for (const [key, flow] of foreign) this.foreign.set(key, flow)
    const repaired = broken && this.options.drift === 'repair'
    if (told !== '') this.events.drift(told, repaired)
    if (!repaired) return
    this.counts.repairs++
    this.doubt()
  }
}

/** Whether an operation makes a group or meter that flows may have waited for. */
const brings = ({ what, command }: Operation): boolean => what !== 'flow' && command === 0

/** Whether an operation makes room in the switch. */
const takesAway = ({ what, command }: Operation): boolean =>
  command === (what === 'flow' ? FlowCommand.DELETE_STRICT : 2)
