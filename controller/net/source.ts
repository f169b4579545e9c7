/** A connection that waits. */
export interface Waiting {
  readonly start: () => void
  readonly giveWay: () => void
}

/**
 * Milliseconds after which some failures are forgotten, all of them at once: who waits for that then begins
 * together, which disturbs switches that are up less often than one by one.
 */
export const forgivingPeriod = 1_000

/** What is remembered of an address from which connections come. */
export class Source {
  readonly address: string
  /** Connections from there. */
  open = 0
  /** Those that are shaking hands. */
  trying = 0
  /** The newest last. */
  readonly waiting: Waiting[] = []
  /** Whether it was told that connections from there wait: once, until all is over. */
  isSlowed = false
  private readonly forgiven: number
  private counted = 0
  private countedAt = performance.now()

  /** @param forgiven failures that are forgotten in each period */
  constructor(address: string, forgiven: number) {
    this.address = address
    this.forgiven = forgiven
  }

  /** Those that are not forgotten. */
  get failures(): number {
    const periods = Math.floor((performance.now() - this.countedAt) / forgivingPeriod)
    this.countedAt += periods * forgivingPeriod
    this.counted = Math.max(0, this.counted - periods * this.forgiven)
    if (this.counted === 0 && this.waiting.length === 0) this.isSlowed = false
    return this.counted
  }

  /** Connections that are shaking hands, and failures. */
  get busy(): number {
    return this.trying + this.failures
  }

  /** Whether there is nothing left to remember. */
  get isForgotten(): boolean {
    return this.open === 0 && this.failures === 0
  }

  /** Counts a connection that came to nothing; no more than `most` are remembered. */
  failed(most: number): void {
    this.counted = Math.min(most, this.failures + 1)
  }
}
