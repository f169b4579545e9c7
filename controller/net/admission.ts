import { forgivingPeriod, Source } from './source.ts'

/** Limits that keep a flood of connections, and those that come to nothing, from harming those that are up. */
export interface AdmissionLimits {
  /** Connections from one address at a time: 4,096. */
  readonly perAddress: number
  /** Connections in all: 16,384. */
  readonly total: number
  /** Connections that are shaking hands at a time: 1,024. Others wait. */
  readonly handshakes: number
  /** Those among them from one address, and with them those from there that failed: 64. Others from there wait. */
  readonly perAddressHandshakes: number
  /** Failed connections of an address that are forgotten each second: 5. So many more may then be tried. */
  readonly forgiven: number
}

export const defaultAdmissionLimits: AdmissionLimits = {
  ...{ perAddress: 4_096, total: 16_384, handshakes: 1_024 },
  ...{ perAddressHandshakes: 64, forgiven: 5 },
}

/** A connection that was let in. Each call counts once, however often it is made. */
export interface Admitted {
  /**
   * Calls `start` when it may shake hands: at once, or when its turn has come. Until then nothing of it is to be
   * read. Or calls `giveWay`, once it has waited for long and newer ones from its address wait too.
   */
  readonly begin: (start: () => void, giveWay: () => void) => void
  /** It is past its handshake, and whether it came to something. */
  readonly settled: (success: boolean) => void
  /** It has ended. Before its handshake was over, that is a failure. */
  readonly left: () => void
}

/** Connections that wait at an address from which most fail. */
const mostWaiting = 128
/** Milliseconds after which addresses are looked through for those of which nothing is remembered any more. */
const sweepEvery = 15_000

/**
 * Counts connections, and says which may come in, and when. An address from which connections keep
 * failing gets as many tries as are forgiven, so that it can cost the controller no more than these;
 * the newest of those that wait is next, since whoever opened it is most likely still there. What
 * succeeds does not count: switches that are in order connect as fast as they are answered.
 */
export class Admission {
  private readonly limits: AdmissionLimits
  private readonly slowed: (address: string) => void
  private readonly sources = new Map<string, Source>()
  /** Where connections wait. */
  private readonly crowded = new Set<Source>()
  private total = 0
  private handshaking = 0
  private ticking: NodeJS.Timeout | undefined
  private sweptAt = performance.now()

  /** @param slowed told when connections from an address begin to wait because others from there have failed; must not throw */
  constructor(limits: Partial<AdmissionLimits> = {}, slowed: (address: string) => void = () => undefined) {
    this.limits = { ...defaultAdmissionLimits, ...limits }
    this.slowed = slowed
  }

  /** Lets a connection from this address in, or says why not. */
  enter(address: string): Admitted | string {
    this.sweep()
    const source = this.sources.get(address) ?? new Source(address, this.limits.forgiven)
    if (this.total >= this.limits.total) return `${this.total} connections are open already`
    if (source.open >= this.limits.perAddress) return `${source.open} connections from ${address} are open already`
    this.sources.set(address, source)
    source.open++
    this.total++
    return this.admitted(source)
  }

  private admitted(source: Source): Admitted {
    let state: 'new' | 'trying' | 'settled' | 'left' = 'new'
    const settled = (success: boolean): void => {
      if (state !== 'trying') return
      state = 'settled'
      this.settle(source, success)
    }
    return {
      begin: (start, giveWay) => {
        const go = (): void => {
          if (state !== 'new') return
          state = 'trying'
          source.trying++
          this.handshaking++
          start()
        }
        source.waiting.push({ start: go, giveWay })
        this.advance(source)
        this.shorten(source)
      },
      settled,
      left: () => {
        if (state === 'left') return
        settled(false)
        state = 'left'
        this.leave(source)
      },
    }
  }

  private settle(source: Source, success: boolean): void {
    const { handshakes, perAddressHandshakes } = this.limits
    const wasFull = this.handshaking >= handshakes
    source.trying--
    this.handshaking--
    if (!success) source.failed(perAddressHandshakes)
    this.advance(source)
    if (wasFull && this.handshaking < handshakes) this.advanceAll()
  }

  private leave(source: Source): void {
    source.open--
    this.total--
    if (source.isForgotten) this.sources.delete(source.address)
  }

  private advanceAll(): void {
    for (const source of this.crowded) this.advance(source)
  }

  /** Begins as many handshakes of an address as may be. */
  private advance(source: Source): void {
    const { handshakes, perAddressHandshakes } = this.limits
    while (source.waiting.length > 0 && this.handshaking < handshakes && source.busy + 1 <= perAddressHandshakes) {
      source.waiting.pop()?.start()
    }
    if (source.waiting.length > 0) this.hold(source)
    else this.crowded.delete(source)
  }

  /** Most of those that have waited for long have long been given up by whoever opened them, which nobody notices unread. */
  private shorten(source: Source): void {
    if (source.waiting.length > mostWaiting && this.isFailing(source)) source.waiting.shift()?.giveWay()
  }

  private isFailing({ failures }: Source): boolean {
    return failures * 2 >= this.limits.perAddressHandshakes
  }

  private hold(source: Source): void {
    this.crowded.add(source)
    if (!source.isSlowed && this.isFailing(source)) {
      source.isSlowed = true
      this.slowed(source.address)
    }
    this.ticking ??= setInterval(() => this.tick(), forgivingPeriod).unref()
  }

  private tick(): void {
    this.advanceAll()
    if (this.crowded.size > 0) return
    clearInterval(this.ticking)
    this.ticking = undefined
  }

  private sweep(): void {
    const now = performance.now()
    if (now - this.sweptAt < sweepEvery) return
    this.sweptAt = now
    for (const source of this.sources.values()) if (source.isForgotten) this.sources.delete(source.address)
  }
}
