import { circumstancesText, type ReportBeside } from '../support/report.ts'
import type { Spread } from '../support/statistics.ts'
import { markdownTable, table } from '../support/table.ts'
import type { FlowsReport, RulesReport } from './rules/measure.ts'
import type { BridgeReport, StreamReport } from './streams/measure.ts'

/** All that was measured in one run. */
export interface Report extends ReportBeside {
  readonly rules: readonly RulesReport[]
  readonly flows: readonly FlowsReport[]
  readonly streams: readonly StreamReport[]
  /** Of the hosts that the streams went through. */
  readonly hosts: readonly BridgeReport[]
}

const count = (value: number): string => value.toLocaleString('en')
const short = (value: number): string => value.toFixed(value < 100 ? 1 : 0)
/** Median, and the most. */
const spread = ({ median, most }: Spread): string => `${short(median)} (${short(most)})`
const perHost = (counts: readonly number[]): string => counts.map(count).join(' + ')

const ruleRows = (all: readonly RulesReport[]): string[][] => [
  ['rules for a group of ports; ms, median (most)', ...all.map(({ name }) => name)],
  ['ports x rules', ...all.map(({ ports, rules }) => `${count(ports)} x ${count(rules)}`)],
  ['all rules, confirmed by both hosts', ...all.map((one) => spread(one.all))],
  ['rounds', ...all.map(({ rounds }) => String(rounds))],
  ['CPU of the controller', ...all.map(({ cpu }) => short(cpu))],
  ['flows that came with them, host 1 + host 2', ...all.map(({ added }) => perHost(added))],
  ['one more rule', ...all.map(({ rule }) => spread(rule.took))],
  ['changes for that, sent to both hosts', ...all.map(({ rule }) => (rule.sent === null ? '-' : count(rule.sent)))],
  ['one more member', ...all.map(({ member }) => spread(member.took))],
  ['changes for that', ...all.map(({ member }) => (member.sent === null ? '-' : count(member.sent)))],
  ['all flows, host 1 + host 2', ...all.map(({ flows }) => perHost(flows))],
  ['RSS at most, MiB', ...all.map(({ residentMost }) => residentMost.toFixed(0))],
]

const flowRows = (all: readonly FlowsReport[]): string[][] => {
  const apps = [...new Set(all.flatMap(({ byApp }) => Object.keys(byApp)))]
  return [
    ['flows on both hosts', ...all.map(({ after }, at) => (at === 0 ? after : `+ ${after}`))],
    ...apps.map((app) => [`\`${app}\``, ...all.map(({ byApp }) => count(byApp[app] ?? 0))]),
    ['host 1 + host 2', ...all.map(({ flows }) => perHost(flows))],
  ]
}

const streamRows = (all: readonly StreamReport[]): string[][] => [
  ['TCP, one connection', 'Mbit/s', 'most', 'of plain', 'rounds'],
  ...all.map(({ title, megabits, part, rounds }) => {
    const share = part === null ? '' : `${(part * 100).toFixed(0)} %`
    return [title, short(megabits.median), short(megabits.most), share, String(rounds)]
  }),
]

const hostRows = (all: readonly BridgeReport[]): string[][] => [
  ['flows meanwhile, all apps', ...all.map(({ name }) => name)],
  ['host 1 + host 2', ...all.map(({ flows }) => perHost(flows))],
]

const ratio = (now: number, then: number): string => (now / then).toFixed(2)

const againstRows = (report: Report, before: Report): string[][] => {
  const rules = report.rules.flatMap((now) => {
    const then = before.rules.find(({ name, ports, rules }) => {
      return name === now.name && ports === now.ports && rules === now.rules
    })
    if (!then) return []
    const flows = [now, then].map((one) => one.flows.reduce((sum, each) => sum + each, 0))
    return [
      [`${now.name}: all rules, ms`, ratio(now.all.median, then.all.median)],
      [`${now.name}: one more rule, ms`, ratio(now.rule.took.median, then.rule.took.median)],
      [`${now.name}: one more member, ms`, ratio(now.member.took.median, then.member.took.median)],
      [`${now.name}: flows`, ratio(flows[0] ?? 0, flows[1] ?? 0)],
    ]
  })
  const streams = report.streams.flatMap(({ title, megabits }) => {
    const then = before.streams.find((one) => one.title === title)
    return then ? [[`TCP ${title}, Mbit/s`, ratio(megabits.median, then.megabits.median)]] : []
  })
  const title = `this run / baseline of ${before.machine.date}, load ${before.load.toFixed(1)}`
  return [[title, ''], ...rules, ...streams]
}

const measuredText = (report: Report): string => {
  const { rules, flows, streams, hosts, missing, versions } = report
  const tables = [
    ...(rules.length > 0 ? [ruleRows(rules)] : []),
    ...(flows.length > 0 ? [flowRows(flows)] : []),
    ...(streams.length > 0 ? [streamRows(streams), hostRows(hosts)] : []),
  ]
  return [
    `${circumstancesText(report, versions)}.`,
    ...tables.map(markdownTable),
    ...missing.map((text) => `Missing: ${text}.`),
  ].join('\n\n')
}

const comparedText = (report: Report, before: Report): string => table(againstRows(report, before))

export const telling = { measuredText, comparedText }
