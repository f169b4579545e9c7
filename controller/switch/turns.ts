import type { Readable } from 'node:stream'

/**
 * Switches that are read on in one turn of the event loop; each gives one read, of 64 KiB at most.
 * Node accepts one connection in a turn, so turns must be short while many connect at once.
 */
const perTurn = 1

/**
 * Whose turn it is among switches that send more than can be read at once: they wait in a queue,
 * and a few are read in each turn of the event loop. Turns stay short however many there are, and
 * in each of them those who do not wait come first: new connections, handshakes and echoes.
 */
export class Turns {
  private waiting: Readable[] = []
  private next = 0
  private scheduled = false

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
    const end = Math.min(this.next + perTurn, this.waiting.length)
    while (this.next < end) this.waiting[this.next++]?.resume()
    if (this.next < this.waiting.length) this.schedule()
    if (this.next * 2 < this.waiting.length) return
    this.waiting = this.waiting.slice(this.next)
    this.next = 0
  }
}
