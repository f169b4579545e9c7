import type { Message } from '../openflow/index.ts'
import { ConnectionClosed, errorText, RequestRefused, RequestTimeout } from './errors.ts'

interface Pending {
  readonly what: string
  readonly resolve: (reply: Message) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

/** Transaction ids from here up; 0 is left to messages that a switch sends unasked. */
const firstXid = 1
const lastXid = 0xffff_ffff

/** Requests that wait for their answer, found again by transaction id. */
export class Requests {
  private readonly pending = new Map<number, Pending>()
  private next = firstXid

  /** How many requests wait. */
  get size(): number {
    return this.pending.size
  }

  /** An id that no waiting request has. */
  xid(): number {
    do {
      this.next = this.next >= lastXid ? firstXid : this.next + 1
    } while (this.pending.has(this.next))
    return this.next
  }

  /**
   * Waits for the answer with this id.
   *
   * @param what the request, for error messages
   * @param deadline milliseconds
   */
  wait(xid: number, what: string, deadline: number): Promise<Message> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        if (this.pending.get(xid) !== pending) return
        this.pending.delete(xid)
        reject(new RequestTimeout(`${what} was not answered within ${deadline} ms`))
      }
      // Answers that came while the controller itself stood still are read between the timers and the immediates.
      const timer = setTimeout(() => setImmediate(giveUp), deadline)
      const pending = { what, resolve, reject, timer }
      this.pending.set(xid, pending)
    })
  }

  private take(xid: number): Pending | undefined {
    const found = this.pending.get(xid)
    if (!found) return undefined
    this.pending.delete(xid)
    clearTimeout(found.timer)
    return found
  }

  /** Gives a message to the request that it answers, and says whether there was one. */
  answer(message: Message): boolean {
    const found = this.take(message.xid)
    if (!found) return false
    if (message.type === 'error') found.reject(new RequestRefused(found.what, errorText(message), message))
    else found.resolve(message)
    return true
  }

  /** Ends all that wait, because the connection has ended. */
  close(reason: string): void {
    for (const [xid, { what }] of this.pending) {
      this.take(xid)?.reject(new ConnectionClosed(`${what}: ${reason}`))
    }
  }
}
