import type { Readable } from 'node:stream'

/**
 * Switches that are read on in one turn of the event loop, each by one read of 64 KiB at most. Many
 * in a turn are answered with less work; but Node accepts one connection in a turn, so that turns
 * must be short while switches connect.
 */
const perTurn = 16
const perShortTurn = 1
/** Milliseconds after a connection during which more are expected. */
const rush = 250

/**
 * Whose turn it is among switches that send more than can be read at once: they wait in a queue,
 * and some are read in each turn of the event loop. In each of them those who do not wait come
 * first: new connections, handshakes and echoes.
 */
export class Turns {
  private waiting: Readable[] = []
  private next = 0
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

  private schedule(): void {
    if (this.scheduled) return
    this.scheduled = true
    setImmediate(() => this.turn())
  }

  private turn(): void {
    this.scheduled = false
    const count = performance.now() < this.shortUntil ? perShortTurn : perTurn
    const end = Math.min(this.next + count, this.waiting.length)
    while (this.next < end) this.waiting[this.next++]?.resume()
    if (this.next < this.waiting.length) this.schedule()
    if (this.next * 2 < this.waiting.length) return
    this.waiting = this.waiting.slice(this.next)
    this.next = 0
  }
}
