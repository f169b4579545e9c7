import { FlowRemovedReason } from '../../../controller/openflow/messages/flow-mod.ts'
import type { Clock } from '../clock.ts'
import type { Entry } from './entry.ts'

const never = Number.POSITIVE_INFINITY
/** Milliseconds in a second. */
const second = 1000

const idleEnd = ({ idleTimeout, used, modified }: Entry): number =>
  idleTimeout === 0 ? never : Math.max(used, modified) + idleTimeout * second

const hardEnd = ({ hardTimeout, modified }: Entry): number =>
  hardTimeout === 0 ? never : modified + hardTimeout * second

/** Ends flows whose time is up. It waits only while there are flows with timeouts. */
export class Expiry {
  private readonly clock: Clock
  private readonly expire: (entry: Entry, reason: number) => void
  private readonly entries = new Set<Entry>()
  private next = never
  private stop: (() => void) | undefined

  /** @param expire takes a flow out of its table */
  constructor(clock: Clock, expire: (entry: Entry, reason: number) => void) {
    this.clock = clock
    this.expire = expire
  }

  /** Watches a flow, where it has timeouts. */
  watch(entry: Entry): void {
    const end = Math.min(idleEnd(entry), hardEnd(entry))
    if (end === never) return
    this.entries.add(entry)
    this.schedule(end)
  }

  forget(entry: Entry): void {
    this.entries.delete(entry)
    if (this.entries.size === 0) this.close()
  }

  close(): void {
    this.stop?.()
    this.stop = undefined
    this.next = never
  }

  private schedule(end: number): void {
    if (end >= this.next) return
    this.stop?.()
    this.next = end
    this.stop = this.clock.after(Math.max(end - this.clock.now(), 0), () => this.check())
  }

  private check(): void {
    const now = this.clock.now()
    this.next = never
    this.stop = undefined
    let soonest = never
    for (const entry of [...this.entries]) {
      const hard = hardEnd(entry)
      const end = Math.min(idleEnd(entry), hard)
      if (end > now) soonest = Math.min(soonest, end)
      else {
        this.entries.delete(entry)
        this.expire(entry, hard <= now ? FlowRemovedReason.HARD_TIMEOUT : FlowRemovedReason.IDLE_TIMEOUT)
      }
    }
    if (soonest !== never) this.schedule(soonest)
  }
}
