import { type MeterBand, type MeterConfig, MeterFlags } from '../../../controller/openflow/messages/meter-band.ts'

interface BandState {
  readonly band: MeterBand
  /** Per second, and at most: bits, or packets. */
  readonly rate: number
  readonly limit: number
  tokens: number
  packets: number
  bytes: number
}

const bandState = (band: MeterBand, flags: number): BandState => {
  const unit = (flags & MeterFlags.PKTPS) === 0 ? 1000 : 1
  const rate = 'rate' in band ? band.rate * unit : 0
  const burst = 'burstSize' in band && (flags & MeterFlags.BURST) !== 0 ? band.burstSize * unit : rate
  return { band, rate, limit: burst, tokens: burst, packets: 0, bytes: 0 }
}

/** A meter: a token bucket for each band (OpenFlow 1.3.5 §5.7). */
export class SimMeter {
  readonly config: MeterConfig
  readonly bands: readonly BandState[]
  packets = 0
  bytes = 0
  /** Milliseconds of the clock. */
  readonly created: number
  private filled: number

  constructor(config: MeterConfig, now: number) {
    this.config = config
    this.bands = config.bands.map((band) => bandState(band, config.flags))
    this.created = now
    this.filled = now
  }

  private fill(now: number): void {
    const seconds = (now - this.filled) / 1000
    this.filled = now
    for (const band of this.bands) band.tokens = Math.min(band.limit, band.tokens + band.rate * seconds)
  }

  /** Counts a packet; false where the band of the highest rate that it exceeds drops it. */
  pass(bytes: number, now: number): boolean {
    this.fill(now)
    this.packets++
    this.bytes += bytes
    const cost = (this.config.flags & MeterFlags.PKTPS) === 0 ? bytes * 8 : 1
    let exceeded: BandState | undefined
    for (const band of this.bands) {
      if (band.tokens >= cost) band.tokens -= cost
      else if (exceeded === undefined || band.rate > exceeded.rate) exceeded = band
    }
    if (exceeded === undefined) return true
    exceeded.packets++
    exceeded.bytes += bytes
    return exceeded.band.type !== 'drop'
  }
}
