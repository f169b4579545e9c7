import { table } from '../support/table.ts'
import type { Measured } from './plan.ts'
import { type Result, resultOf } from './results.ts'

export const short = (value: number | null): string => {
  if (value === null) return '-'
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)} M`
  return value >= 1e4 ? `${(value / 1e3).toFixed(0)} k` : value.toFixed(0)
}

const microseconds = (value: number | undefined): string => (value === undefined ? '-' : value.toFixed(0))
const orDash = (value: number | null, digits: number): string => (value === null ? '-' : value.toFixed(digits))

const throughputHead = ['MB/s out', 'MB/s in'] as const
const latencyHead = ['p50 µs', 'p90', 'p99', 'p99.9', 'max'] as const

const row = ({ target, load, samples }: Measured): string[] => {
  const result: Result = resultOf({ ...target, ...load }, samples)
  const [last] = samples.slice(-1)
  const { min, median, max } = result.responsesPerSecond
  const { latencyUs } = result
  const megabytes = (bytes: number): string => (bytes / 1e6 / (last?.seconds ?? 1)).toFixed(0)
  return [
    `${result.target} (${result.app})`,
    ...[String(result.switches), String(result.macs), short(median), `${short(min)}..${short(max)}`],
    ...[
      short(result.responsesPerCpuSecond),
      short(result.generatedPerCpuSecond),
      orDash(result.coresUsed, 2),
      orDash(result.rssMiB, 0),
    ],
    ...[String(result.starved), orDash(result.fairness, 2), (last?.upSeconds ?? 0).toFixed(2)],
    ...[`${last?.live ?? 0}/${last?.closed ?? 0}`, short(last?.resent ?? 0)],
    ...(load.mode === 'latency'
      ? [latencyUs?.p50, latencyUs?.p90, latencyUs?.p99, latencyUs?.p999, latencyUs?.max].map(microseconds)
      : [megabytes(last?.bytesSent ?? 0), megabytes(last?.bytesReceived ?? 0)]),
  ]
}

/** What was measured, a row each. */
export const resultTable = (plan: readonly Measured[]): string => {
  const measured = plan.filter(({ samples }) => samples.length > 0)
  const head = [
    ...['', 'switches', 'MACs', 'resp/s', 'min..max', 'per CPU s', 'generator', 'cores', 'RSS MiB'],
    ...['starved', 'max/min', 'up s', 'live/closed', 'resent'],
    ...(measured[0]?.load.mode === 'latency' ? latencyHead : throughputHead),
  ]
  return table([head, ...measured.map(row)])
}
