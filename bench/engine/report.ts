import { type Circumstances, circumstancesText } from '../support/report.ts'
import { table } from '../support/table.ts'
import type { ChangeCost } from './change.ts'
import type { Handshakes } from './handshake.ts'
import type { Delivery } from './million.ts'
import type { Programming } from './program.ts'

/** All that was measured in one run. */
export interface Report extends Circumstances {
  readonly handshakes: Handshakes
  readonly deliveries: readonly Delivery[]
  readonly changes: readonly ChangeCost[]
  /** Null where there is no Open vSwitch, or no root. */
  readonly programming: Programming | null
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`
const kibibytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`
const count = (value: number): string => value.toLocaleString('en')
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0

const handshakeRows = ({ switches, up, synced, refused, residentEach, heapEach }: Handshakes): string[][] => [
  [`${count(switches)} switches connect at once`, ''],
  ['  the last has shaken hands', seconds(up)],
  ['  the last holds its flows', seconds(synced)],
  ['  connections refused on the way', count(refused)],
  ['  memory of an idle switch, resident', kibibytes(residentEach)],
  ['  memory of an idle switch, heap and buffers', kibibytes(heapEach)],
]

const deliveryRow = (one: Delivery): string[] => [
  one.name,
  count(one.flows),
  count(one.hosts),
  seconds(one.computed),
  seconds(one.delivered),
  seconds(one.processor),
  `${one.stall.toFixed(0)} ms`,
  `${one.heapEach.toFixed(0)} B`,
  `${(one.residentMost / 2 ** 20).toFixed(0)} MiB`,
]

const changeRows = (changes: readonly ChangeCost[]): string[][] => {
  const sizes = [...new Set(changes.map(({ objects }) => objects))]
  const names = [...new Set(changes.map(({ name }) => name))]
  const cell = (name: string, objects: number, key: 'computed' | 'confirmed'): string =>
    changes.find((one) => one.name === name && one.objects === objects)?.[key].toFixed(0) ?? '-'
  const flows = (name: string): string => String(changes.find((one) => one.name === name)?.flows)
  return [
    ['one change among N objects, median µs', 'flows', ...sizes.map((size) => `N = ${count(size)}`)],
    ...names.flatMap((name) => [
      [`${name}: computed`, flows(name), ...sizes.map((size) => cell(name, size, 'computed'))],
      ['  confirmed by every switch', '', ...sizes.map((size) => cell(name, size, 'confirmed'))],
    ]),
  ]
}

const programmingText = (programming: Programming | null): string => {
  if (!programming) return 'Programming Open vSwitch was not measured: it needs Open vSwitch and root.'
  const { flows, engine, ofctl } = programming
  const row = (name: string, times: readonly number[]): string[] => [
    name,
    seconds(median(times)),
    `${count(Math.round((flows / median(times)) * 1000))} flows/s`,
    times.map((time) => (time / 1000).toFixed(2)).join(' '),
  ]
  return `${table([
    [`${count(flows)} flows into Open vSwitch, in turns`, 'median', 'rate', 'each round, s'],
    row('ovs-ofctl --bundle add-flows', ofctl),
    row('heddle', engine),
  ])}\nheddle's rate is ${ratioOf(programming).toFixed(2)} of ovs-ofctl's.`
}

const ratioOf = ({ engine, ofctl }: Programming): number => median(ofctl) / median(engine)

const against = (report: Report, before: Report): string[][] => {
  const ratio = (now: number, then: number): string => (now / then).toFixed(2)
  const rows = [
    ['compared with the baseline (below 1 is better)', ''],
    ['  handshakes', ratio(report.handshakes.up, before.handshakes.up)],
    ['  memory of an idle switch', ratio(report.handshakes.heapEach, before.handshakes.heapEach)],
  ]
  for (const one of report.deliveries) {
    const then = before.deliveries.find(({ name, flows }) => name === one.name && flows === one.flows)
    if (then) rows.push([`  ${one.name}, processor time`, ratio(one.processor, then.processor)])
  }
  return rows
}

export const printReport = (report: Report, before: Report | undefined): void => {
  const deliveries = [
    ['flows computed and delivered', 'flows', 'hosts', 'computed', 'delivered', 'processor', 'stall', 'each', 'most'],
    ...report.deliveries.map(deliveryRow),
  ]
  console.log(`${circumstancesText(report)}\n`)
  console.log(`${table(handshakeRows(report.handshakes))}\n`)
  console.log(`${table(deliveries)}\n`)
  console.log(`${table(changeRows(report.changes))}\n`)
  console.log(programmingText(report.programming))
  if (before) console.log(`\n${table(against(report, before))}`)
}
