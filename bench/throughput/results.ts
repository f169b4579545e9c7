import type { Machine } from '../support/machine.ts'
import type { Latency, Mode, OpenFlowVersion } from './job.ts'
import type { Sample } from './run.ts'

/** The figures of one target under one load, of all its repetitions. */
export interface Result {
  readonly target: string
  readonly app: string
  readonly openflow: OpenFlowVersion
  readonly mode: Mode
  readonly switches: number
  readonly macs: number
  readonly responsesPerSecond: { readonly min: number; readonly median: number; readonly max: number }
  /** Null for a controller that somebody else runs, as are the others of its process. */
  readonly responsesPerCpuSecond: number | null
  /** The same of the generator. */
  readonly generatedPerCpuSecond: number | null
  readonly latencyUs: Latency | null
  readonly coresUsed: number | null
  readonly rssMiB: number | null
  /** Seconds until the last switch was up, at the longest. */
  readonly upSeconds: number
  /** Switches that got nothing, in the worst repetition. */
  readonly starved: number
  /** Most to fewest responses of a switch, in the worst repetition; null where one got nothing. */
  readonly fairness: number | null
}

export interface Results {
  readonly machine: Machine
  readonly date: string
  /** Of what was measured, by target. */
  readonly versions: Readonly<Record<string, string>>
  readonly results: readonly Result[]
}

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}

/** The median of what is there; null where nothing is. */
const medianOf = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : median(known)
}

const round = (value: number, digits = 0): number => Number(value.toFixed(digits))
const roundOr = (value: number | null, digits = 0): number | null => (value === null ? null : round(value, digits))

const latencyOf = (samples: readonly Sample[]): Latency | null => {
  const known = samples.flatMap(({ latencyUs }) => (latencyUs ? [latencyUs] : []))
  if (known.length === 0) return null
  const of = (key: keyof Latency): number => round(median(known.map((one) => one[key])), 1)
  return { p50: of('p50'), p90: of('p90'), p99: of('p99'), p999: of('p999'), max: of('max') }
}

/** @param samples at least one */
export const resultOf = (
  about: Pick<Result, 'target' | 'app' | 'openflow' | 'mode' | 'switches' | 'macs'>,
  samples: readonly Sample[],
): Result => {
  const rates = samples.map(({ responses, seconds }) => responses / seconds)
  const fairness = samples.map((one) => one.fairness)
  const perCpu = samples.map(({ responses, cpuSeconds }) => (cpuSeconds ? responses / cpuSeconds : null))
  const generated = samples.map((one) => one.responses / one.generatorCpuSeconds)
  const cores = samples.map(({ cpuSeconds, seconds }) => (cpuSeconds === null ? null : cpuSeconds / seconds))
  const { target, app, openflow, mode, switches, macs } = about
  return {
    ...{ target, app, openflow, mode, switches, macs },
    responsesPerSecond: {
      ...{ min: round(Math.min(...rates)), median: round(median(rates)), max: round(Math.max(...rates)) },
    },
    responsesPerCpuSecond: roundOr(medianOf(perCpu)),
    generatedPerCpuSecond: roundOr(medianOf(generated)),
    latencyUs: latencyOf(samples),
    coresUsed: roundOr(medianOf(cores), 2),
    rssMiB: roundOr(medianOf(samples.map((one) => one.rssMiB)), 1),
    upSeconds: round(Math.max(...samples.map((one) => one.upSeconds)), 2),
    starved: Math.max(...samples.map((one) => one.starved)),
    fairness: fairness.includes(null) ? null : round(Math.max(...fairness.map((one) => one ?? 0)), 2),
  }
}
