import type { Refusal } from './commit.ts'
import { type Kind, keyOf } from './transaction.ts'

/** Errors by which a switch says that it has no room: what it refuses so may fit later. */
const errors: ReadonlySet<string> = new Set([
  'OFPFMFC_TABLE_FULL',
  'OFPGMFC_OUT_OF_GROUPS',
  'OFPGMFC_OUT_OF_BUCKETS',
  'OFPMMFC_OUT_OF_METERS',
  'OFPMMFC_OUT_OF_BANDS',
])

/** Whether a switch says by this error that it has no room. */
export const isShortage = (errorName: string): boolean => errors.has(errorName)

/** Milliseconds before something is tried again; doubled each time that it is refused again. */
const firstDelay = 1_000
const lastDelay = 300_000

/** Names one flow, group or meter. */
interface Lacking {
  readonly what: Kind
  readonly key: string | number
}

const nameOf = ({ what, key }: Lacking): string => `${what} ${key}`

export interface ShortageOptions {
  /** Wants these again; false where it is not the time for it. */
  readonly retry: (lacking: readonly Lacking[]) => boolean
}

/**
 * What a switch had no room for. One of it is tried again after some time, ever more rarely while
 * there is none; as soon as one fits, more and more of the rest at a time.
 */
export class Shortage {
  private readonly options: ShortageOptions
  private readonly lacking = new Map<string, Lacking>()
  /** What is being tried again, and whether it was refused again. */
  private readonly trying = new Map<string, boolean>()
  private delay = firstDelay
  private batch = 1
  private timer: NodeJS.Timeout | undefined

  constructor(options: ShortageOptions) {
    this.options = options
  }

  /** Takes a refusal; says whether it is news. */
  refused({ operation: { what, thing }, errorName }: Refusal): boolean {
    if (!isShortage(errorName)) return true
    const lacking = { what, key: keyOf(thing) }
    const name = nameOf(lacking)
    this.lacking.set(name, lacking)
    if (!this.trying.has(name)) return true
    this.trying.set(name, true)
    return false
  }

  /** The switch has answered for all that it was sent. */
  settle(): void {
    for (const [name, again] of this.trying) if (!again) this.lacking.delete(name)
    if (this.trying.size > 0) {
      const none = [...this.trying.values()].some((again) => again)
      this.batch = none ? 1 : this.batch * 2
      this.delay = none ? Math.min(this.delay * 2, lastDelay) : firstDelay
      this.trying.clear()
    }
    if (this.lacking.size > 0) this.arm()
  }

  /** Something was taken out of the switch: there may be room soon. */
  roomMade(): void {
    this.delay = firstDelay
    clearTimeout(this.timer)
    this.timer = undefined
  }

  stop(): void {
    clearTimeout(this.timer)
    this.lacking.clear()
  }

  private arm(): void {
    if (this.timer) return
    this.timer = setTimeout(() => {
      this.timer = undefined
      this.tryAgain()
    }, this.delay)
    this.timer.unref()
  }

  private tryAgain(): void {
    const next = [...this.lacking.values()].slice(0, this.batch)
    for (const one of next) this.trying.set(nameOf(one), false)
    if (this.options.retry(next)) return
    this.trying.clear()
    this.arm()
  }
}
