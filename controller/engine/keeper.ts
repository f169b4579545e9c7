import { decodeCookie, Flow } from '../flow/index.ts'
import { errorText, type Message, type MessageNamed, type Session, SwitchError } from '../switch/index.ts'
import type { InstalledFlow } from './app.ts'
import { Committer, type Refusal } from './commit.ts'
import type { DesiredTable } from './desired.ts'
import { reconcile } from './reconcile.ts'
import { sizeOf, type Transaction, transactionOf } from './transaction.ts'

/** What a keeper tells of its switch. None of these may throw. */
export interface KeeperEvents {
  /** The switch was read for the first time: these flows of ours it held. */
  readonly recover: (own: readonly InstalledFlow[]) => void
  /** The switch holds all that is wanted. `messages` were sent to get there, zero if it did already. */
  readonly synced: (messages: number) => void
  /** The switch refused what a rule wants; it is left out until the rule wants something else. */
  readonly refused: (refusal: Refusal) => void
  /** Somebody else changed the switch: what it was, and whether it is being repaired. */
  readonly drift: (what: string, repaired: boolean) => void
  /** A change may or may not have been applied; the switch is read again. */
  readonly uncertain: (reason: string) => void
}

export type DriftPolicy = 'repair' | 'report'

export interface KeeperOptions {
  readonly epoch: number
  readonly drift: DriftPolicy
  /** Milliseconds between readings of a switch that cannot report changes: 5,000. */
  readonly pollEvery: number
}

/** Number of our flow monitor in a switch. */
const monitorId = 1
/** ADD, DELETE, MODIFY and ACTIONS of ONF extension 187; changes of our own come abbreviated. */
const monitorFlags = 2 | 4 | 8 | 16
const ANY = 0xffff_ffff
const ALL_TABLES = 0xff
const retryDelay = 200

/**
 * Keeps one connected switch holding what is wanted: reads it at first, then sends each change, and
 * reads it again when in doubt. One change is under way at a time; those that come meanwhile are
 * sent together next.
 */
export class Keeper {
  readonly session: Session
  /** Flows of others, as last read or reported. */
  readonly foreign = new Map<string, InstalledFlow>()
  private readonly desired: DesiredTable
  private readonly events: KeeperEvents
  private readonly options: KeeperOptions
  private readonly committer: Committer
  private known = false
  private running = false
  private recovered = false
  private monitored = false
  private poll: NodeJS.Timeout | undefined

  constructor(session: Session, desired: DesiredTable, events: KeeperEvents, options: KeeperOptions) {
    this.session = session
    this.desired = desired
    this.events = events
    this.options = options
    this.committer = new Committer(session, errorText)
  }

  /** True while the switch is known to hold what was wanted at the last change. */
  get inSync(): boolean {
    return this.known && !this.running && !this.desired.isChanged
  }

  /** Begins, or goes on with what has changed. */
  kick(): void {
    if (this.running || this.session.connection.closed) return
    this.running = true
    void this.run()
  }

  /** Reads the switch again, whatever is known of it. */
  doubt(): void {
    this.known = false
    this.kick()
  }

  /** Ends with the connection. */
  stop(): void {
    clearInterval(this.poll)
  }

  /** Takes a message that may be an error to a change, or a report of somebody else's. */
  take(message: Message): boolean {
    if (message.type === 'flowMonitorReply') this.reported(message)
    else return this.committer.takeError(message)
    return true
  }

  private async run(): Promise<void> {
    let sent = 0
    try {
      while (!this.known || this.desired.isChanged) sent += await this.step()
      this.running = false
      this.events.synced(sent)
    } catch (error) {
      this.running = false
      if (!(error instanceof SwitchError)) throw error
      this.uncertain(error)
    }
  }

  /** One change, or one reading with what follows from it; gives how many messages it sent. */
  private async step(): Promise<number> {
    if (this.known) return this.send(transactionOf(this.desired.takeChanges(), this.desired))
    await this.watch()
    const { transaction, foreign } = await reconcile(this.session, this.desired, this.options.epoch, (own) =>
      this.recover(own),
    )
    this.foreign.clear()
    for (const [key, flow] of foreign) this.foreign.set(key, flow)
    this.known = true
    return this.send(transaction)
  }

  /** Only the first reading shows what was there before us. */
  private recover(own: readonly InstalledFlow[]): void {
    if (this.recovered) return
    this.recovered = true
    this.events.recover(own)
  }

  private async send(transaction: Transaction): Promise<number> {
    const messages = sizeOf(transaction)
    if (messages === 0) return 0
    this.known = false
    const { refusals, applied } = await this.committer.commit(transaction)
    for (const refusal of refusals) this.leaveOut(refusal)
    // Where all was applied the switch is known; else it is read again, without what it refused.
    this.known = applied && refusals.length === 0
    if (!applied && refusals.length === 0)
      throw new SwitchError('the switch refused a change and did not say which part')
    return messages
  }

  private leaveOut(refusal: Refusal): void {
    const { flow, owner } = refusal.operation
    if (flow && owner.app !== '') this.desired.flows.remove(flow.key, owner)
    this.events.refused(refusal)
  }

  private uncertain(error: SwitchError): void {
    this.known = false
    if (this.session.connection.closed) return
    this.events.uncertain(error.message)
    setTimeout(() => this.kick(), retryDelay)
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
      this.poll = setInterval(() => this.doubt(), this.options.pollEvery)
      this.poll.unref()
    }
  }

  /** Somebody else's changes; our own come abbreviated and say nothing. */
  private reported({ updates }: MessageNamed<'flowMonitorReply'>): void {
    let broken = false
    for (const update of updates) {
      if (update.type === 'abbreviated' || update.type === 'unknown') continue
      const flow = new Flow(update)
      const ours =
        this.desired.flows.get(flow.key) !== undefined || decodeCookie(update.cookie).epoch === this.options.epoch
      if (update.type === 'deleted') this.foreign.delete(flow.key)
      else if (!ours) this.foreign.set(flow.key, { ...noCounters, flags: 0, ...update })
      if (ours && !this.isExpiry(update)) broken = true
      this.events.drift(
        `${update.type} in table ${update.tableId} by somebody else`,
        ours && this.options.drift === 'repair',
      )
    }
    if (broken && this.options.drift === 'repair') this.doubt()
  }

  /** A flow that went by its own timeout has not drifted. */
  private isExpiry(update: { readonly type: string; readonly reason: number }): boolean {
    return update.type === 'deleted' && update.reason < 2
  }
}

const noCounters = { durationSec: 0, durationNsec: 0, packetCount: 0n, byteCount: 0n } as const
