import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse, View } from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'
import { machineText } from '../support/machine.ts'
import type { Mode } from './job.ts'
import type { Result, Results } from './results.ts'

const folder = fileURLToPath(new URL('../results/', import.meta.url))
const width = 720
const height = 420
const fontSize = 13

/** A line of the chart. */
const nameOf = ({ target, app }: Result): string => (target === 'heddle' ? `heddle, ${app}` : target)

interface Point {
  readonly controller: string
  readonly switches: number
  readonly value: number
  /** Which of several lines of a controller. */
  readonly part: string
}

const throughputPoints = (result: Result): Point[] => [
  { controller: nameOf(result), switches: result.switches, value: result.responsesPerSecond.median, part: '' },
]

const latencyPoints = (result: Result): Point[] => {
  const common = { controller: nameOf(result), switches: result.switches }
  const { latencyUs } = result
  if (!latencyUs) return []
  return [
    { ...common, value: latencyUs.p50, part: 'median' },
    { ...common, value: latencyUs.p99, part: '99th percentile' },
  ]
}

/** Controllers from the top of the chart to its bottom, by their last and highest values. */
const ranked = (points: readonly Point[]): string[] => {
  const highest = new Map<string, number>()
  for (const { controller, value } of points) highest.set(controller, Math.max(value, highest.get(controller) ?? 0))
  return [...highest].toSorted(([, a], [, b]) => b - a).map(([controller]) => controller)
}

/** Powers of ten from the one below the least value to the one above the greatest. */
const decades = (values: readonly number[]): number[] => {
  const first = Math.floor(Math.log10(Math.max(1, Math.min(...values))))
  const last = Math.ceil(Math.log10(Math.max(10, ...values)))
  return Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index))
}

/** Counts whose labels do not run into the next one's, such as 15 into 16. */
const labelled = (counts: readonly number[]): number[] =>
  counts.filter((count, index) => (counts[index + 1] ?? Number.POSITIVE_INFINITY) > count * 1.25)

const specOf = (mode: Mode, points: readonly Point[], { machine, results }: Results): TopLevelSpec => {
  const isLatency = mode === 'latency'
  const counts = [...new Set(points.map(({ switches }) => switches))].toSorted((a, b) => a - b)
  const [first] = results
  const ticks = decades(points.map(({ value }) => value))
  const what = isLatency ? 'Round trip of a packet-in, one at a time' : 'Answers to packet-ins'
  return {
    ...{ width, height, background: 'white', padding: 16, data: { values: [...points] } },
    title: {
      ...{ text: `${what}, OpenFlow ${first?.openflow}, ${first?.macs} hosts on each switch`, anchor: 'start' },
      ...{ subtitle: machineText(machine), subtitleColor: '#666', fontSize: fontSize + 3, offset: 16 },
    },
    mark: { type: 'line', point: { size: 50, filled: true }, strokeWidth: 2.5 },
    encoding: {
      x: {
        ...{ field: 'switches', type: 'quantitative', title: 'switches' },
        scale: { type: 'log', domain: [counts[0] ?? 1, counts.at(-1) ?? 1], nice: false },
        axis: { values: labelled(counts), format: ',d', grid: false, labelOverlap: false },
      },
      y: {
        ...{
          field: 'value',
          type: 'quantitative',
          scale: { type: 'log', domain: [ticks[0] ?? 1, ticks.at(-1) ?? 10] },
        },
        title: isLatency ? 'microseconds' : 'answers per second',
        axis: { format: isLatency ? ',d' : '~s', gridColor: '#e6e6e6', values: ticks },
      },
      color: {
        ...{ field: 'controller', type: 'nominal', title: null, sort: ranked(points) },
        ...{ scale: { scheme: 'tableau10' }, legend: { symbolType: 'stroke', symbolStrokeWidth: 3, labelLimit: 300 } },
      },
      ...(isLatency ? { strokeDash: { field: 'part', type: 'nominal', title: null, sort: ['median'] } } : {}),
    },
    config: {
      axis: { labelFontSize: fontSize, titleFontSize: fontSize, titlePadding: 10 },
      ...{ legend: { labelFontSize: fontSize, rowPadding: 6 }, view: { stroke: null }, font: 'sans-serif' },
    },
  }
}

/** Draws what was measured over the number of switches, and gives the files that it wrote. */
export const drawCharts = async (results: Results, to: string = folder): Promise<string[]> => {
  mkdirSync(to, { recursive: true })
  const files: string[] = []
  for (const mode of ['throughput', 'latency'] as const) {
    const measured = results.results.filter((one) => one.mode === mode && one.target !== 'discard')
    const points = measured.flatMap(mode === 'latency' ? latencyPoints : throughputPoints)
    if (points.length === 0) continue
    const { spec } = compile(specOf(mode, points, results))
    const file = `${to}${mode}.svg`
    writeFileSync(file, await new View(parse(spec), { renderer: 'none' }).toSVG())
    files.push(file)
  }
  return files
}
