import { type Operation, type OvsdbSession, openVSwitch } from '../ovsdb/index.ts'

/** A kind of work on a host's database. */
export interface Work {
  /** What is to be done now; none where all is as it should be. */
  readonly operations: () => readonly Operation[]
  readonly done: () => void
  readonly failed: (error: Error) => void
  /** Whether there should seldom be anything to do, so that doing it over and over means that somebody undoes it. */
  readonly isRepair: boolean
}

/** Transactions that may come one upon another. */
const quick = 3
/** Milliseconds: the first pause after those, and the longest. */
const firstPause = 100
const longestPause = 10_000
/** Milliseconds without need of a transaction, after which the next pause is the first again. */
const calm = 30_000

/**
 * Does a kind of work whenever there is something to do, in one transaction at a time. What the
 * server refuses, or somebody undoes over and over, is done ever more rarely.
 */
export class Writer {
  private readonly work: Work
  private session: OvsdbSession | undefined
  private running = false
  private timer: NodeJS.Timeout | undefined
  private attempts = 0
  private last = 0

  constructor(work: Work) {
    this.work = work
  }

  /** Works over this session from now on; rests without one. */
  use(session: OvsdbSession | undefined): void {
    this.session = session
    clearTimeout(this.timer)
    this.timer = undefined
    this.attempts = 0
    if (session) this.kick()
  }

  /** Something may have to be done. */
  kick(): void {
    if (!this.session || this.running || this.timer) return
    const operations = this.work.operations()
    if (operations.length === 0) return
    const pause = this.pause()
    if (pause === 0) void this.send(this.session, operations)
    else {
      this.timer = setTimeout(() => {
        this.timer = undefined
        const late = this.work.operations()
        if (this.session && late.length > 0) void this.send(this.session, late)
      }, pause)
      this.timer.unref()
    }
  }

  /** Milliseconds until the next transaction may be sent. */
  private pause(): number {
    if (performance.now() - this.last > calm) this.attempts = 0
    return this.attempts < quick ? 0 : Math.min(firstPause * 2 ** (this.attempts - quick), longestPause)
  }

  private async send(session: OvsdbSession, operations: readonly Operation[]): Promise<void> {
    this.running = true
    this.attempts++
    this.last = performance.now()
    try {
      // The mirror has what the transaction changed before the answer comes.
      await session.transact(openVSwitch, operations)
      this.work.done()
      if (!this.work.isRepair) this.attempts = 0
    } catch (error) {
      if (this.session === session) this.work.failed(error as Error)
    } finally {
      this.running = false
    }
    this.kick()
  }
}
