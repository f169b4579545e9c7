import { circumstancesText, type ReportBeside } from '../support/report.ts'
import type { Spread } from '../support/statistics.ts'
import { markdownTable, table } from '../support/table.ts'
import type { Additions, Size, TargetReport } from './measure.ts'
import type { Restart } from './restart.ts'
import type { Simulated } from './simulated.ts'

/** All that was measured in one run. */
export interface Report extends ReportBeside {
  readonly targets: readonly TargetReport[]
  readonly simulated: Simulated | null
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`
const count = (value: number): string => value.toLocaleString('en')
const short = (value: number): string => value.toFixed(value < 100 ? 1 : 0)
/** Median, and what nine in ten are below. */
const spread = (one: Spread | null): string => (one ? `${short(one.median)} (${short(one.p90)})` : '-')

const cellsOf = ({ sent, confirmed, reached, cpu, rounds }: Additions): string[] => [
  spread(sent),
  spread(confirmed),
  spread(reached),
  short(cpu),
  String(rounds),
]

/** A row for each target that has got so far. */
const perSize = (targets: readonly TargetReport[], cells: (size: Size) => readonly string[]): string[][] =>
  [...new Set(targets.flatMap(({ sizes }) => sizes.map(({ ports }) => ports)))].flatMap((ports) =>
    targets.map(({ name, sizes }) => {
      const size = sizes.find((one) => one.ports === ports)
      return [`${count(ports)} ports: ${name}`, ...(size ? cells(size) : ['gave up'])]
    }),
  )

const columns = ['sent', 'confirmed', 'first ping', 'CPU', 'rounds']

const askedRows = (targets: readonly TargetReport[]): string[][] => [
  ['one more port is asked for; ms, median (p90)', ...columns],
  ...perSize(targets, ({ asked }) => cellsOf(asked)),
]

const pluggedRows = (targets: readonly TargetReport[]): string[][] => [
  ['one more interface is plugged in; ms, median (p90)', ...columns],
  ...perSize(targets, ({ plugged }) => cellsOf(plugged)),
]

const fillingRows = (targets: readonly TargetReport[]): string[][] => [
  ['all ports at once, on two hosts', 'installed', 'CPU', 'flows', 'RSS MiB'],
  ...perSize(targets, ({ filled, filledCpu, flows, resident }) => [
    ...[seconds(filled), seconds(filledCpu), count(flows), resident.toFixed(0)],
  ]),
]

const restartRow = (name: string, { ports, ...restart }: Restart): string[] => [
  `${name}, ${count(ports)} ports`,
  ...[restart.before, restart.fewest, restart.after, restart.deleted].map(count),
  restart.messages === undefined ? '-' : count(restart.messages),
  seconds(restart.took),
]

const restartRows = (targets: readonly TargetReport[]): string[][] => [
  ['killed and started again', 'flows before', 'fewest', 'after', 'deleted', 'sent', 'confirmed'],
  ...targets.flatMap(({ name, restart }) => (restart ? [restartRow(name, restart)] : [])),
]

const simulatedRows = ({ scale, flows, ...one }: Simulated): string[][] => [
  [`${count(scale.hosts)} hosts, ${count(scale.ports)} ports, ${count(scale.networks)} networks, in one process`, ''],
  ['  all is in the store', seconds(one.accepted)],
  ['  all hosts have confirmed', seconds(one.confirmed)],
  ['  processor time', seconds(one.processor)],
  ['  longest stall of its event loop', `${one.stall.toFixed(0)} ms`],
  ['  flows', `${count(flows)}: ${count(Math.round(flows / scale.hosts))} a host, ${count(one.flowsMost)} at the most`],
  ['  resident; at the most', `${mebibytes(one.resident)}; ${mebibytes(one.residentMost)}`],
  ['  live heap beyond idle hosts', mebibytes(one.heap)],
  [`  one more port, on ${scale.hostsPerNetwork} hosts, ms (p90)`, spread(one.added)],
  ['    its processor time, ms', short(one.addedCpu)],
]

/** Upper bounds for heddle. */
const most = {
  ours: 10,
  filled: new Map([
    [1_000, 800],
    [5_000, 4_000],
  ]),
  resident: 250,
} as const

interface Aim {
  readonly text: string
  readonly value: number
  readonly most: number
}

const aimsOf = ({ sizes, restart, residentMost }: TargetReport): Aim[] => [
  ...sizes.flatMap(({ ports, asked, plugged, filled }): Aim[] => {
    const wanted = most.filled.get(ports)
    const median = (one: Spread | null): number => one?.median ?? 0
    return [
      { text: `a port beside ${count(ports)}: flows sent, ms`, value: median(asked.sent), most: most.ours },
      { text: '  its interface: flows sent, ms', value: median(plugged.sent), most: most.ours },
      ...(wanted === undefined ? [] : [{ text: `${count(ports)} ports at once, ms`, value: filled, most: wanted }]),
    ]
  }),
  { text: 'memory at the most, MiB', value: residentMost, most: most.resident },
  ...(restart
    ? [
        { text: 'flows missing in a restart', value: restart.before - restart.fewest + restart.deleted, most: 0 },
        { text: 'changes sent in a restart', value: restart.messages ?? 0, most: 0 },
      ]
    : []),
]

const aimRows = (heddle: TargetReport): string[][] => [
  ['heddle', 'wanted', 'measured', ''],
  ...aimsOf(heddle).map((aim) => [
    ...[aim.text, `<= ${count(aim.most)}`, short(aim.value)],
    aim.value <= aim.most ? '' : 'MISSED',
  ]),
]

const costs = ['installed', 'CPU', 'confirmed', 'first ping', 'CPU']
const ratio = (now: number, then: number): string => (now / then).toFixed(2)

const against = (report: Report, before: Report): string[][] => {
  const rows = [
    [`this run / baseline of ${before.machine.date}, load ${before.load.toFixed(1)}; below 1 is better`, ...costs],
  ]
  const sizesIn = ({ targets }: Report) => targets.find(({ name }) => name === 'heddle')?.sizes ?? []
  for (const now of sizesIn(report)) {
    const then = sizesIn(before).find(({ ports }) => ports === now.ports)
    if (!then) continue
    rows.push([
      `  ${count(now.ports)} ports`,
      ...[ratio(now.filled, then.filled), ratio(now.filledCpu, then.filledCpu)],
      ratio(now.asked.confirmed?.median ?? 0, then.asked.confirmed?.median ?? 0),
      ...[ratio(now.asked.reached.median, then.asked.reached.median), ratio(now.asked.cpu, then.asked.cpu)],
    ])
  }
  const [now, then] = [report.simulated, before.simulated]
  if (now && then && now.scale.hosts === then.scale.hosts) {
    const times = [ratio(now.confirmed, then.confirmed), ratio(now.processor, then.processor)]
    rows.push(['  simulated hosts', ...times, ratio(now.added.median, then.added.median), '', ''])
  }
  return rows
}

const measuredText = (report: Report): string => {
  const { targets, simulated, missing, versions } = report
  const heddle = targets.find(({ name }) => name === 'heddle')
  const tables = [
    ...(heddle ? [aimRows(heddle)] : []),
    ...(heddle ? [askedRows(targets), pluggedRows(targets), fillingRows(targets), restartRows(targets)] : []),
    ...(simulated ? [simulatedRows(simulated)] : []),
  ]
  const failures = targets.flatMap(({ name, failure }) => (failure === null ? [] : [`${name} gave up: ${failure}`]))
  return [
    `${circumstancesText(report, versions)}.`,
    ...tables.map(markdownTable),
    ...[...missing, ...failures].map((text) => `Missing: ${text}.`),
  ].join('\n\n')
}

const comparedText = (report: Report, before: Report): string => table(against(report, before))

export const telling = { measuredText, comparedText }
