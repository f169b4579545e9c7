import type { Clock } from '../clock.ts'

/** Entries that NORMAL keeps, and for how many milliseconds without a packet. */
const most = 8192
const age = 300_000

interface Learned {
  readonly port: number
  readonly used: number
}

/** What output to NORMAL has learned: behind which port an address is, by VLAN. */
export class MacTable {
  private readonly entries = new Map<string, Learned>()
  private readonly clock: Clock

  constructor(clock: Clock) {
    this.clock = clock
  }

  learn(vlan: number, mac: number, port: number): void {
    const key = keyOf(vlan, mac)
    this.entries.delete(key)
    this.entries.set(key, { port, used: this.clock.now() })
    if (this.entries.size <= most) return
    for (const oldest of this.entries.keys()) {
      this.entries.delete(oldest)
      return
    }
  }

  find(vlan: number, mac: number): number | undefined {
    const found = this.entries.get(keyOf(vlan, mac))
    return found !== undefined && this.clock.now() - found.used < age ? found.port : undefined
  }

  /** Forgets what is behind a port. */
  forget(port: number): void {
    for (const [key, learned] of this.entries) if (learned.port === port) this.entries.delete(key)
  }
}

const keyOf = (vlan: number, mac: number): string => `${vlan}/${mac}`
