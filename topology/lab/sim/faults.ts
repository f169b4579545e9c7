import type { LabHost } from '../description.ts'

/** Of a link, as numbers. */
export interface Faults {
  /** Milliseconds. */
  readonly delay: number
  /** 0 to 1. */
  readonly loss: number
}

/** Milliseconds. */
const units: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000 }

/** Of `5ms`; what reads descriptions has seen to the form. */
const millisecondsIn = (text: string): number => Number.parseFloat(text) * (units[text.replace(/[\d.]+/, '')] ?? 0)

/** Of `0.5%`. */
const shareIn = (text: string): number => Number.parseFloat(text) / 100

/** What a host's link does to packets, each way. */
export const faultsOf = ({ faults: { delay = '0ms', loss = '0%' } }: LabHost): Faults => ({
  delay: millisecondsIn(delay),
  loss: shareIn(loss),
})
