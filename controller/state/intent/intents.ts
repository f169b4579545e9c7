import type { Store, TransactionResult } from '../store.ts'
import type { NamedAdmission } from './admission.ts'
import { Admissions } from './admissions.ts'
import type { IntentChange, IntentResult } from './change.ts'
import type { Former } from './draft.ts'
import { Mirror } from './mirror.ts'
import type { Table } from './table.ts'
import { type Work, type WorkOrder, workOut } from './work.ts'

export interface IntentsOptions {
  /** Apps that have a part in changes, as they are loaded now. */
  readonly admissions?: () => Iterable<NamedAdmission>
  /** Milliseconds since 1970. */
  readonly now?: () => number
}

export interface ChangeOptions {
  /** What makes the change, for the history: 128 characters at most. */
  readonly by: string
  /** Say what would come of it, and change nothing. */
  readonly dryRun?: boolean
  /** Called at a dry run while `table` is as it would be; must not throw. */
  readonly preview?: () => void
  /** What things were given in the state that a rollback goes back to. */
  readonly former?: Former
}

/** What to change, or how to find out from the state as it is when the change's turn comes. */
export type Changes = readonly IntentChange[] | ((table: Table) => readonly IntentChange[])

interface Job {
  readonly changes: Changes
  readonly options: ChangeOptions
  readonly done: (result: IntentResult) => void
  readonly failed: (error: Error) => void
  attempts: number
}

interface Done {
  readonly job: Job
  readonly work: Work
}

/** So many changes go to the store together at most, each as its own transaction. */
const maxTogether = 64
/** Attempts at a change that others of the same store forestall again and again. */
const maxAttempts = 20

/** What users want, changed by whole changes: each is judged, completed by apps, and done in one transaction. */
export class Intents {
  /** The state in memory. Only for reading. */
  readonly table: Table
  readonly store: Store
  private readonly mirror: Mirror
  private readonly admissions: Admissions
  private readonly now: () => number
  private waiting: Job[] = []
  private busy = false

  private constructor(store: Store, mirror: Mirror, options: IntentsOptions) {
    this.store = store
    this.mirror = mirror
    this.table = mirror.table
    this.admissions = new Admissions(mirror.table, options.admissions ?? (() => []))
    this.now = options.now ?? Date.now
  }

  static async open(store: Store, options: IntentsOptions = {}): Promise<Intents> {
    return new Intents(store, await Mirror.open(store), options)
  }

  /** The revision whose state `table` holds. */
  get revision(): number {
    return this.mirror.revision
  }

  /** Resolves when `table` holds the state of a revision, or of a later one. */
  reached(revision: number): Promise<void> {
    return this.mirror.reached(revision)
  }

  /**
   * Does all of a change or nothing. Changes are done in the order of their arrival.
   *
   * @throws IntentError naming each field that is wrong and what mends it, PreconditionError, AdmissionError,
   * StoreError where the store failed
   */
  change(changes: Changes, options: ChangeOptions): Promise<IntentResult> {
    return new Promise((done, failed) => {
      this.waiting.push({ changes, options, done, failed, attempts: 0 })
      if (!this.busy) void this.run()
    })
  }

  /** Ends the following of the store. */
  close(): void {
    this.mirror.close()
  }

  private async run(): Promise<void> {
    this.busy = true
    while (this.waiting.length > 0) {
      const jobs = this.waiting.splice(0, maxTogether)
      const { done, later } = this.workOutAll(jobs)
      const again = await this.commit(done)
      this.waiting.unshift(...again, ...later)
    }
    this.busy = false
  }

  /** Works changes out one upon the other, and takes all back again: what others read is what is in the store. */
  private workOutAll(jobs: readonly Job[]): { done: Done[]; later: Job[] } {
    const done: Done[] = []
    for (const [at, job] of jobs.entries()) {
      const work = this.tryOne(job)
      if (!work) continue
      if (job.options.dryRun === true) {
        job.options.preview?.()
        work.draft.undo()
        job.done({ revision: this.revision, outcomes: work.outcomes })
        continue
      }
      done.push({ job, work })
      // A long one by itself: what it makes the others wait for is its flush.
      if ((work.transaction?.success?.length ?? 0) > 1000) {
        for (const one of [...done].reverse()) one.work.draft.undo()
        return { done, later: jobs.slice(at + 1) }
      }
    }
    for (const { work } of [...done].reverse()) work.draft.undo()
    return { done, later: [] }
  }

  private tryOne(job: Job): Work | undefined {
    try {
      const admissions = this.admissions.current()
      const changes = typeof job.changes === 'function' ? job.changes(this.table) : job.changes
      const order: WorkOrder = { changes, by: job.options.by, former: job.options.former }
      return workOut(this.table, this.now(), order, admissions)
    } catch (error) {
      job.failed(error as Error)
      return undefined
    }
  }

  /** Gives the jobs that somebody else's change has forestalled. */
  private async commit(done: readonly Done[]): Promise<Job[]> {
    const results = await Promise.allSettled(
      done.map(({ work: { transaction } }) => transaction && this.store.transact(transaction)),
    )
    await this.catchUp(results)
    const again: Job[] = []
    let revision = this.revision
    // What found nothing to change may have found what did not come to be.
    let broken = false
    for (const [at, { job, work }] of done.entries()) {
      const result = results[at]
      const value = result?.status === 'fulfilled' ? result.value : undefined
      if (result?.status === 'rejected') {
        broken = true
        job.failed(result.reason as Error)
      } else if (value ? !value.succeeded : broken) {
        broken = true
        again.push(job)
      } else {
        revision = value?.revision ?? revision
        job.done({ revision, outcomes: work.outcomes })
      }
    }
    return again.filter((job) => this.mayTry(job))
  }

  /** Has the table show what was done, and what others did, before anybody is answered. */
  private async catchUp(results: readonly PromiseSettledResult<TransactionResult | undefined>[]): Promise<void> {
    const revisions = results.map((result) => (result.status === 'fulfilled' ? (result.value?.revision ?? 0) : 0))
    // Where following ended, the store has, and each is answered by what became of it.
    await this.mirror.reached(Math.max(0, ...revisions)).catch(() => undefined)
  }

  private mayTry(job: Job): boolean {
    job.attempts++
    if (job.attempts < maxAttempts) return true
    job.failed(new Error(`others changed what users want ${maxAttempts} times meanwhile: try it again`))
    return false
  }
}
