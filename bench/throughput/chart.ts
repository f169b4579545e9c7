import { mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse, View } from 'vega'
import { compile, type TopLevelSpec } from 'vega-lite'
import { machineText } from '../support/machine.ts'
import type { Mode, OpenFlowVersion } from './job.ts'
import type { Result, Results } from './results.ts'

/** Where the charts that belong to the project are. */
export const resultsFolder = fileURLToPath(new URL('../results/', import.meta.url))
const width = 760
const height = 440
const fontSize = 14

/** Lines of the chart, with colours that stay theirs from chart to chart. */
const lines = [
  { name: 'bare Node loop', color: '#8c8c8c' },
  { name: 'heddle, fixed reply', color: '#7fb3e6' },
  { name: 'heddle, learning switch', color: '#1f5fbf' },
  { name: 'heddle, rules of l2-switch', color: '#0f9d8a' },
  { name: 'ovs-testcontroller', color: '#e07b00' },
  { name: 'os-ken', color: '#b03060' },
] as const

const names: Readonly<Record<string, string>> = {
  limit: 'bare Node loop',
  responder: 'heddle, fixed reply',
  'l2-switch-reactive': 'heddle, learning switch',
  'l2-switch': 'heddle, rules of l2-switch',
}

const nameOf = ({ target, app }: Result): string => names[target === 'heddle' ? app : target] ?? target

interface Point {
  readonly controller: string
  readonly x: number
  readonly y: number
}

/** What differs between the two charts. */
interface Kind {
  readonly title: string
  readonly xTitle: string
  readonly yTitle: string
  readonly yFormat: string
  readonly xLabels?: string
  readonly points: (results: readonly Result[]) => Point[]
}

/** Shares of the round trips, drawn by what is left above them: each step to the right is rarer by ten. */
const shares = { p50: 2, p90: 10, p99: 100, p999: 1000 } as const

/** Results of the number of switches that most controllers were measured with; 15 stands for 16. */
const atOneLoad = (results: readonly Result[]): readonly Result[] => {
  const most = Math.max(...results.map(({ switches }) => switches))
  return results.filter(({ switches }) => switches >= most - 1)
}

const kinds: Readonly<Record<Mode, Kind>> = {
  throughput: {
    title: 'Answers to packet-ins per second, all switches saturating',
    ...{ xTitle: 'switches', yTitle: 'answers per second', yFormat: '~s' },
    points: (results) =>
      results.map((one) => ({ controller: nameOf(one), x: one.switches, y: one.responsesPerSecond.median })),
  },
  latency: {
    title: 'Round trip of a packet-in, 15 switches with one each',
    ...{ xTitle: 'share of the round trips', yTitle: 'microseconds', yFormat: ',d' },
    xLabels: "datum.value == 2 ? '50 %' : datum.value == 10 ? '90 %' : datum.value == 100 ? '99 %' : '99.9 %'",
    points: (results) =>
      atOneLoad(results).flatMap((one) =>
        (Object.keys(shares) as (keyof typeof shares)[]).map((key) => ({
          ...{ controller: nameOf(one), x: shares[key], y: one.latencyUs?.[key] ?? 0 },
        })),
      ),
  },
}

/** Counts whose labels do not run into the next one's, such as 15 into 16. */
const labelled = (counts: readonly number[]): number[] =>
  counts.filter((count, index) => (counts[index + 1] ?? Number.POSITIVE_INFINITY) > count * 1.25)

/** Powers of ten from the one below the least value to the one above the greatest. */
const decades = (values: readonly number[]): number[] => {
  const first = Math.floor(Math.log10(Math.max(1, Math.min(...values))))
  const last = Math.ceil(Math.log10(Math.max(10, ...values)))
  return Array.from({ length: last - first + 1 }, (_, index) => 10 ** (first + index))
}

const endsOf = (values: readonly number[]): [number, number] => [Math.min(...values), Math.max(...values)]

const colours = (points: readonly Point[]) => {
  const there = new Set(points.map(({ controller }) => controller))
  const known = lines.filter(({ name }) => there.has(name))
  const others = [...there].filter((name) => lines.every((line) => line.name !== name))
  const all = [...known, ...others.map((name) => ({ name, color: '#444444' }))]
  return { domain: all.map(({ name }) => name), range: all.map(({ color }) => color) }
}

const axesOf = (kind: Kind, points: readonly Point[]) => {
  const counts = [...new Set(points.map(({ x }) => x))].toSorted((a, b) => a - b)
  const ticks = decades(points.map(({ y }) => y))
  const { xLabels } = kind
  return {
    x: {
      field: 'x',
      type: 'quantitative',
      title: kind.xTitle,
      scale: { type: 'log', domain: endsOf(counts), nice: false },
      axis: {
        ...{ values: labelled(counts), grid: false, labelOverlap: false, labelFlush: false },
        ...(xLabels === undefined ? { format: ',d' } : { labelExpr: xLabels }),
      },
    },
    y: {
      field: 'y',
      type: 'quantitative',
      title: kind.yTitle,
      scale: { type: 'log', domain: endsOf(ticks) },
      axis: { format: kind.yFormat, gridColor: '#e6e6e6', values: ticks },
    },
  } as const
}

const specOf = (mode: Mode, openflow: OpenFlowVersion, points: readonly Point[], from: Results): TopLevelSpec => {
  const kind = kinds[mode]
  const [first] = from.results
  return {
    ...{ width, height, background: 'white', padding: 20, data: { values: [...points] } },
    title: {
      ...{ text: `${kind.title}`, anchor: 'start', fontSize: fontSize + 4, offset: 20 },
      subtitle: [`OpenFlow ${openflow}, ${first?.macs ?? 0} hosts on each switch`, machineText(from.machine)],
      ...{ subtitleColor: '#555', subtitleFontSize: fontSize - 2, subtitlePadding: 6 },
    },
    mark: { type: 'line', point: { size: 60, filled: true }, strokeWidth: 2.5 },
    encoding: {
      ...axesOf(kind, points),
      color: {
        ...{ field: 'controller', type: 'nominal', title: null, scale: colours(points) },
        legend: { orient: 'bottom', columns: 3, symbolType: 'stroke', symbolStrokeWidth: 4, symbolSize: 300 },
      },
    },
    config: {
      axis: { labelFontSize: fontSize, titleFontSize: fontSize, titlePadding: 12, titleFontWeight: 'normal' },
      legend: { labelFontSize: fontSize, labelLimit: 300, rowPadding: 6, columnPadding: 28, offset: 20 },
      ...{ view: { stroke: null }, font: 'sans-serif' },
    },
  }
}

/** Draws what was measured, a chart for each mode and version, and gives the files that it wrote. */
export const drawCharts = async (results: Results, to: string = resultsFolder): Promise<string[]> => {
  mkdirSync(to, { recursive: true })
  const files: string[] = []
  for (const openflow of ['1.3', '1.0'] as const) {
    for (const mode of ['throughput', 'latency'] as const) {
      const of = results.results.filter((one) => one.mode === mode && one.openflow === openflow)
      const points = kinds[mode].points(of.filter(({ target }) => target !== 'discard')).filter(({ y }) => y > 0)
      if (points.length === 0) continue
      const { spec } = compile(specOf(mode, openflow, points, results))
      const file = `${to}${mode}${openflow === '1.3' ? '' : `-${openflow}`}.svg`
      writeFileSync(file, await new View(parse(spec), { renderer: 'none' }).toSVG())
      files.push(file)
    }
  }
  return files
}
