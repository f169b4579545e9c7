/** Time for a switch: timeouts, durations and rates go by it. */
export interface Clock {
  /** Milliseconds. */
  now(): number
  /** Calls `act` once after some milliseconds; what it gives ends the waiting. */
  after(milliseconds: number, act: () => void): () => void
}

/** The time of the machine. Its waits do not keep the process alive. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(milliseconds, act) {
    const timer = setTimeout(act, milliseconds)
    timer.unref()
    return () => clearTimeout(timer)
  },
}

interface Wait {
  readonly at: number
  readonly act: () => void
}

/** Time that stands still until a test moves it. */
export class ManualClock implements Clock {
  private time = 0
  private readonly waits = new Set<Wait>()

  now(): number {
    return this.time
  }

  after(milliseconds: number, act: () => void): () => void {
    const wait = { at: this.time + milliseconds, act }
    this.waits.add(wait)
    return () => this.waits.delete(wait)
  }

  /** Moves time on; what waits for it happens on the way, in order. */
  advance(milliseconds: number): void {
    const end = this.time + milliseconds
    for (let next = this.next(end); next !== undefined; next = this.next(end)) {
      this.waits.delete(next)
      this.time = Math.max(this.time, next.at)
      next.act()
    }
    this.time = end
  }

  private next(end: number): Wait | undefined {
    let first: Wait | undefined
    for (const wait of this.waits) {
      if (wait.at <= end && (first === undefined || wait.at < first.at)) first = wait
    }
    return first
  }
}
