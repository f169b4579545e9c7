import type { Bundle } from '../flow/index.ts'
import { ConnectionClosed, type Message, type MessageNamed, RequestRefused, type Session } from '../switch/index.ts'
import type { Operation, Transaction } from './transaction.ts'

/** ONF bundle controls and flags (extension 230). */
const Control = { OPEN: 0, COMMIT: 4, DISCARD: 6 } as const
const atomicOrdered = 3
/** Bytes written between waits for the socket. */
const burst = 0x1_0000

/** An operation that the switch refused, with its error's name. */
export interface Refusal {
  readonly operation: Operation
  readonly errorName: string
}

/** What became of a transaction: all of it was applied where nothing was refused. */
export interface Outcome {
  readonly refusals: readonly Refusal[]
  /** True where the switch applied all that it did not refuse, as one without bundles does. */
  readonly applied: boolean
}

type SwitchErrorMessage = MessageNamed<'error'>

/** Of a promise that is looked at later: it may fail before. */
const quietly = <T>(promise: Promise<T>): Promise<T> => {
  promise.catch(() => undefined)
  return promise
}

/** Sends changes to one switch and finds out what became of them. */
export class Committer {
  private readonly session: Session
  private readonly nameOf: (error: SwitchErrorMessage) => string
  private readonly waiting = new Map<number, Operation>()
  private refusals: Refusal[] = []
  private nextBundle = 1
  private readonly deadline: number

  /** @param deadline milliseconds for the switch to answer for a change */
  constructor(session: Session, nameOf: (error: SwitchErrorMessage) => string, deadline: number) {
    this.session = session
    this.nameOf = nameOf
    this.deadline = deadline
  }

  /** Takes an error to one of the messages sent, and says whether it was one. */
  takeError(message: Message): boolean {
    if (message.type !== 'error') return false
    const operation = this.waiting.get(message.xid)
    if (operation) this.refusals.push({ operation, errorName: this.nameOf(message) })
    return operation !== undefined
  }

  /**
   * Sends a transaction, and resolves once the switch has answered for all of it.
   *
   * @param together all or nothing, where the switch can; else what it refuses does not keep the rest out
   * @throws RequestTimeout, ConnectionClosed: what the switch did is then unknown
   */
  async commit(transaction: Transaction, together: boolean): Promise<Outcome> {
    this.refusals = []
    try {
      await this.plainly(transaction.metersFirst)
      const applied = await this.changeFlows(transaction.bundled, together)
      if (applied) await this.plainly(transaction.metersLast)
      return { refusals: this.refusals, applied }
    } finally {
      this.waiting.clear()
    }
  }

  private async changeFlows(operations: readonly Operation[], together: boolean): Promise<boolean> {
    if (together && operations.length > 1 && this.session.info.capabilities.bundles) return this.bundled(operations)
    await this.plainly(operations)
    return true
  }

  /** One message after the other, and a barrier behind them. */
  private async plainly(operations: readonly Operation[]): Promise<void> {
    if (operations.length === 0) return
    await this.write(operations)
    await this.session.connection.request({ type: 'barrierRequest' }, 'barrierReply', this.deadline)
  }

  private async write(operations: readonly Operation[], bundle?: Bundle): Promise<void> {
    const { connection } = this.session
    const { channel } = connection
    for (const operation of operations) {
      if (connection.closed) throw new ConnectionClosed('the connection was closed during a change')
      const xid = connection.xid()
      this.waiting.set(xid, operation)
      operation.write(channel.slab, xid, bundle)
      if (channel.slab.pending < burst) continue
      channel.flush()
      await channel.drained()
    }
    channel.schedule()
  }

  /** All or nothing. */
  private async bundled(operations: readonly Operation[]): Promise<boolean> {
    const bundle = { id: this.nextBundle++, flags: atomicOrdered }
    const control = (type: number) =>
      this.session.connection.request(
        { type: 'bundleControl', bundleId: bundle.id, control: type, flags: bundle.flags },
        'bundleControl',
        this.deadline,
      )
    // All goes out at once: nothing waits for an answer but the last. A bundle that is not opened changes nothing.
    const opened = quietly(control(Control.OPEN))
    await this.write(operations, bundle)
    const committed = quietly(control(Control.COMMIT))
    await opened
    try {
      await committed
      return true
    } catch (error) {
      if (!(error instanceof RequestRefused)) throw error
      return false
    }
  }
}
