import type { SimMeter } from './meter.ts'

/** The meters of a switch. */
export class MeterTable {
  private readonly meters = new Map<number, SimMeter>()

  get size(): number {
    return this.meters.size
  }

  get(meterId: number): SimMeter | undefined {
    return this.meters.get(meterId)
  }

  /** Puts a meter in, or takes it out where there is none given. */
  set(meterId: number, meter: SimMeter | undefined): void {
    if (meter === undefined) this.meters.delete(meterId)
    else this.meters.set(meterId, meter)
  }

  /** Counts a packet; false where it is to be dropped. A meter that is not there lets all pass. */
  pass(meterId: number, bytes: number, now: number): boolean {
    return this.meters.get(meterId)?.pass(bytes, now) ?? true
  }

  [Symbol.iterator](): IterableIterator<SimMeter> {
    return this.meters.values()
  }
}
