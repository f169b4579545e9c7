import { createHistogram } from 'node:perf_hooks'
import type { Latency } from '../job.ts'

/** Samples that are kept at most: of a longer run, the first ones. */
const mostSamples = 2 ** 23
const microsecond = 1000 // nanoseconds

/** Round trips, kept plainly while they are measured and put into a histogram afterwards. */
export class Latencies {
  private samples = new Uint32Array(2 ** 16)
  private count = 0

  /** Forgets what the warm-up brought. */
  start(): void {
    this.count = 0
  }

  add(milliseconds: number): void {
    if (this.count === this.samples.length && !this.grow()) return
    this.samples[this.count++] = Math.max(1, milliseconds * 1e6)
  }

  private grow(): boolean {
    if (this.samples.length >= mostSamples) return false
    const more = new Uint32Array(this.samples.length * 2)
    more.set(this.samples)
    this.samples = more
    return true
  }

  /** Microseconds; null where there was no round trip. */
  summary(): Latency | null {
    if (this.count === 0) return null
    const histogram = createHistogram()
    for (const sample of this.samples.subarray(0, this.count)) histogram.record(sample)
    const at = (percentile: number): number => histogram.percentile(percentile) / microsecond
    return { p50: at(50), p90: at(90), p99: at(99), p999: at(99.9), max: histogram.max / microsecond }
  }
}
