import type { LabHost } from '../description.ts'
import { LabError } from '../errors.ts'

/** Of a link, as numbers. */
export interface Faults {
  /** Milliseconds. */
  readonly delay: number
  /** 0 to 1. */
  readonly loss: number
}

/** Milliseconds. */
const units: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000 }

const delayIn = (path: string, text: string): number => {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)(us|ms|s)$/.exec(text.trim()) ?? []
  if (digits !== '') return Number(digits) * (units[unit] ?? 1)
  throw new LabError(`${path}/delay: ${text} cannot be simulated: a number with us, ms or s can, such as 5ms`)
}

const lossIn = (path: string, text: string): number => {
  const [, digits = ''] = /^(\d+(?:\.\d+)?)%$/.exec(text.trim()) ?? []
  if (digits !== '' && Number(digits) <= 100) return Number(digits) / 100
  throw new LabError(`${path}/loss: ${text} cannot be simulated: a share up to 100% can, such as 0.5%`)
}

/** @throws LabError naming what cannot be simulated */
export const faultsOf = ({ name, faults: { delay, loss } }: LabHost): Faults => ({
  delay: delay === undefined ? 0 : delayIn(`hosts/${name}`, delay),
  loss: loss === undefined ? 0 : lossIn(`hosts/${name}`, loss),
})
