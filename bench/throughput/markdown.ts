import { machineText } from '../support/machine.ts'
import { markdownTable } from '../support/table.ts'
import type { Mode, OpenFlowVersion } from './job.ts'
import { nameOf } from './options.ts'
import type { Result, Results } from './results.ts'
import { short } from './text.ts'

const orDash = (value: number | null | undefined, digits: number): string =>
  typeof value === 'number' ? value.toFixed(digits) : '-'

const throughputRow = (one: Result): string[] => [
  nameOf(one),
  String(one.switches),
  `${short(one.responsesPerSecond.median)} (${short(one.responsesPerSecond.min)}–${short(one.responsesPerSecond.max)})`,
  ...[short(one.responsesPerCpuSecond), short(one.generatedPerCpuSecond), orDash(one.coresUsed, 2)],
  ...[orDash(one.rssMiB, 0), String(one.starved), orDash(one.fairness, 2), orDash(one.upSeconds, 2)],
]

const throughputHead = [
  ...['', 'switches', 'answers/s (least–most)', 'per CPU s', 'generator per CPU s', 'cores', 'RSS MiB', 'starved'],
  ...['max/min', 'up s'],
]

const latencyRow = (one: Result): string[] => {
  const { latencyUs: at } = one
  const percentiles = [at?.p50, at?.p90, at?.p99, at?.p999, at?.max].map((value) => orDash(value, 0))
  return [nameOf(one), String(one.switches), short(one.responsesPerSecond.median), ...percentiles]
}

const latencyHead = ['', 'switches', 'round trips/s', 'p50 µs', 'p90', 'p99', 'p99.9', 'max']

const section = ({ results }: Results, openflow: OpenFlowVersion, mode: Mode): string[] => {
  const of = results
    .filter((one) => one.openflow === openflow && one.mode === mode)
    .toSorted((a, b) => nameOf(a).localeCompare(nameOf(b)) || a.switches - b.switches)
  if (of.length === 0) return []
  const isLatency = mode === 'latency'
  const rows = isLatency ? [latencyHead, ...of.map(latencyRow)] : [throughputHead, ...of.map(throughputRow)]
  return [`### OpenFlow ${openflow}, ${mode}`, markdownTable(rows)]
}

/** The results as tables in Markdown. */
export const markdownOf = (results: Results): string => {
  const versions = Object.entries(results.versions).map(([name, version]) => `${name} ${version}`)
  return [
    `${[machineText(results.machine), ...versions].join('; ')}.`,
    ...section(results, '1.3', 'throughput'),
    ...section(results, '1.0', 'throughput'),
    ...section(results, '1.3', 'latency'),
    ...section(results, '1.0', 'latency'),
  ].join('\n\n')
}
