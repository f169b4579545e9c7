import type { Readable } from 'node:stream'

/**
 * Switches that are read on in one turn of the event loop, each by one read of 64 KiB at most. Many
 * in a turn are answered with less work; but Node accepts one connection in a turn, so that turns
 * must be short while switches connect.
 */
const perTurn = 16
const perShortTurn = 1
/** Milliseconds of a turn in which connections that are none yet go on, so that they come up as fast as they are accepted. */
const forNewcomers = 0.5
/** Milliseconds after a connection during which more are expected. */
const rush = 250

/** A queue that does not move what waits each time that one is taken. */
class Queue<T> {
  private items: T[] = []
  private next = 0

  get isEmpty(): boolean {
    return this.next >= this.items.length
  }

  push(item: T): void {
    this.items.push(item)
  }

  take(): T | undefined {
    const item = this.items[this.next++]
    if (this.next * 2 >= this.items.length) {
      this.items = this.items.slice(this.next)
      this.next = 0
    }
    return item
  }
}

/**
 * Whose turn it is among switches that send more than can be read at once, and among connections that
 * are none yet: they wait in queues, and in each turn of the event loop some are read, and some of the
 * new ones go a step on. In each of them those who do not wait come first: switches that are up, and
 * their echoes. So neither one that floods nor a hundred strangers that come at once keep the others
 * waiting.
 */
export class Turns {
  private readonly waiting = new Queue<Readable>()
  private readonly newcomers = new Queue<() => void>()
  private scheduled = false
  private shortUntil = 0

  /** Keeps turns short for a while: a switch has connected, and others may be about to. */
  connected(): void {
    this.shortUntil = performance.now() + rush
  }

  /** Has a paused stream read on when its turn has come. */
  wait(stream: Readable): void {
    this.waiting.push(stream)
    this.schedule()
  }

  /** Has a connection that is no session yet go a step on when its turn has come. The step may not throw. */
  newcomer(step: () => void): void {
    this.newcomers.push(step)
    this.schedule()
  }

  private schedule(): void {
    if (this.scheduled) return
    this.scheduled = true
    setImmediate(() => this.turn())
  }

  private turn(): void {
    this.scheduled = false
    const begin = performance.now()
    while (!this.newcomers.isEmpty && performance.now() - begin < forNewcomers) this.newcomers.take()?.()
    const count = begin < this.shortUntil ? perShortTurn : perTurn
    for (let index = 0; index < count && !this.waiting.isEmpty; index++) this.waiting.take()?.resume()
    if (!this.waiting.isEmpty || !this.newcomers.isEmpty) this.schedule()
  }
}
