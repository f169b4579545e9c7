import { type Tunnel, type TunnelFacts, tunnelsOf } from '../../controller/index.ts'

/** What is known of a tunnel by trying it. */
export interface TunnelState {
  readonly state: 'up' | 'down'
  /** Milliseconds there and back, the controller's part included; of the last probe that came back. */
  readonly roundTrip: number | undefined
}

/** Where a prober tells what it finds. */
export interface Findings {
  set(key: string, state: TunnelState): void
  get(key: string): TunnelState | undefined
  delete(key: string): boolean
  keys(): Iterable<string>
}

export const tunnelKey = ({ from, to, encapsulation }: Tunnel): string => `${from.id} ${to.id} ${encapsulation}`

interface Pending {
  readonly key: string
  readonly sent: number
}

/** Probes without an answer, in a row, after which a tunnel is down. */
const mostMissed = 3
/** Milliseconds after which a probe is lost. */
const patience = 1_000

/**
 * Tries tunnels one after the other, some of them in each second, so that the work does not depend
 * on how many there are.
 */
export class Prober {
  private readonly facts: TunnelFacts
  private readonly findings: Findings
  private readonly perTick: number
  private readonly pending = new Map<number, Pending>()
  private readonly missed = new Map<string, number>()
  private round: Iterator<Tunnel> | undefined
  private tried = new Set<string>()
  private number = 0

  /** @param perTick probes sent in a tick */
  constructor(facts: TunnelFacts, findings: Findings, perTick: number) {
    this.facts = facts
    this.findings = findings
    this.perTick = perTick
  }

  /**
   * Begins the next probes.
   *
   * @param send sends a probe with a number through a tunnel
   */
  tick(now: number, send: (tunnel: Tunnel, number: number) => void): void {
    this.lose(now)
    for (let count = 0; count < this.perTick; ) {
      this.round ??= tunnelsOf(this.facts)
      const { value, done } = this.round.next()
      if (done) {
        this.endRound()
        return
      }
      if (value.encapsulation === undefined) continue
      const key = tunnelKey(value)
      this.tried.add(key)
      this.number = (this.number + 1) >>> 0
      this.pending.set(this.number, { key, sent: now })
      send(value, this.number)
      count++
    }
  }

  /** A probe has come back. */
  answered(number: number, now: number): void {
    const probe = this.pending.get(number)
    if (!probe) return
    this.pending.delete(number)
    this.missed.delete(probe.key)
    this.findings.set(probe.key, { state: 'up', roundTrip: now - probe.sent })
  }

  private lose(now: number): void {
    for (const [number, { key, sent }] of this.pending) {
      if (now - sent < patience) return
      this.pending.delete(number)
      const missed = (this.missed.get(key) ?? 0) + 1
      this.missed.set(key, missed)
      const known = this.findings.get(key)
      if (missed >= mostMissed && known?.state !== 'down') {
        this.findings.set(key, { state: 'down', roundTrip: known?.roundTrip })
      }
    }
  }

  /** All were tried: those that are no more are forgotten. */
  private endRound(): void {
    for (const key of [...this.findings.keys()]) if (!this.tried.has(key)) this.findings.delete(key)
    for (const key of this.missed.keys()) if (!this.tried.has(key)) this.missed.delete(key)
    this.tried = new Set()
    this.round = undefined
  }
}
