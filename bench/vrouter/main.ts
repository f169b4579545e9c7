import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Lab } from '../overlay/lab/lab.ts'
import { compile } from '../support/compile.ts'
import { machine, machineText } from '../support/machine.ts'
import { type Options, readOptions, UsageError, usageText } from './options.ts'
import { type Report, reportText } from './report.ts'
import { HeddleFirewall } from './rules/heddle.ts'
import { type FlowsReport, type RulesReport, rulesOf } from './rules/measure.ts'
import { OvnFirewall } from './rules/ovn.ts'
import type { FirewallTarget } from './rules/target.ts'
import { measureStreams } from './streams/measure.ts'

const baselineFile = fileURLToPath(new URL('./baseline.json', import.meta.url))
/** Of the benchmark of networks over hosts, whose controller and hosts this one uses. */
const project = fileURLToPath(new URL('../overlay/tsconfig.json', import.meta.url))

const baseline = (): Report | undefined =>
  existsSync(baselineFile) ? (JSON.parse(readFileSync(baselineFile, 'utf8')) as Report) : undefined

/** The version that a program tells; undefined where it is not installed. */
const versionOf = (command: string): string | undefined =>
  /\d+\.\d+(\.\d+)?/.exec(spawnSync(command, ['--version'], { encoding: 'utf8' }).stdout ?? '')?.[0]

const say = (what: string): void => console.error(`  ${what}`)

/** Of this run's namespaces, so that two can run side by side: at most 7 characters. */
const prefixOf = (letter: string): string => `vrb${(process.pid % 36 ** 3).toString(36)}${letter}`

interface Measured {
  readonly rules: readonly RulesReport[]
  readonly flows: readonly FlowsReport[]
}

/** One after the other: what OVN installs leaves no room beside it. */
const measureRules = async (options: Options, hasOvn: boolean): Promise<Measured> => {
  const { ports, rules, rounds } = options
  compile(project)
  const makes: readonly (readonly [string, (lab: Lab) => FirewallTarget])[] = [
    [prefixOf('h'), (lab) => new HeddleFirewall(lab)],
    ...(hasOvn ? [[prefixOf('o'), (lab: Lab) => new OvnFirewall(lab)] as const] : []),
  ]
  const reports: RulesReport[] = []
  const flows: FlowsReport[] = []
  for (const [prefix, make] of makes) {
    const measured = await rulesOf(make, prefix, { ports, rules, rounds, say })
    reports.push(measured.report)
    flows.push(...measured.flows)
  }
  return { rules: reports, flows }
}

const measure = async (options: Options): Promise<Report> => {
  const { parts, rounds, seconds, peers } = options
  const load = loadavg()[0] ?? 0
  const nothing = { rules: [], flows: [], streams: [] }
  const ovs = versionOf('ovs-vswitchd')
  if (ovs === undefined || process.getuid?.() !== 0) {
    const missing = ['all: it needs Open vSwitch, and root for network namespaces']
    return { machine: machine(), load, versions: {}, missing, ...nothing }
  }
  const ovn = peers && versionOf('ovn-northd') !== undefined ? versionOf('ovn-controller') : undefined
  const iperf = versionOf('iperf3')
  const versions = {
    ...{ 'Open vSwitch': ovs },
    ...(ovn === undefined ? {} : { OVN: ovn }),
    ...(iperf === undefined ? {} : { iperf3: iperf }),
  }
  const missing = [
    ...(peers && ovn === undefined ? ['OVN beside it: ovn-central and ovn-host are not installed'] : []),
    ...(iperf === undefined ? ['TCP: iperf3 is not installed'] : []),
  ]
  const streams = parts.includes('tcp') && iperf !== undefined ? await measureStreams({ rounds, seconds, say }) : []
  const measured = parts.includes('rules') ? await measureRules(options, ovn !== undefined) : nothing
  return { machine: machine(), load, versions, missing, ...nothing, ...measured, streams }
}

const run = async (options: Options): Promise<void> => {
  const report = await measure(options)
  const { load, versions } = report
  const programs = Object.entries(versions).map(([name, version]) => `; ${name} ${version}`)
  console.log(`${machineText(report.machine)}${programs.join('')}; load ${load.toFixed(1)} at the start\n`)
  console.log(reportText(report, baseline()))
  if (options.save) writeFileSync(baselineFile, `${JSON.stringify(report, null, 2)}\n`)
}

/** See `usageText` for what `args` may be. */
export const main = async (args: readonly string[]): Promise<void> => {
  if (args.includes('--help')) {
    console.log(usageText)
    return
  }
  try {
    await run(readOptions(args))
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    console.error(`${error.message}\n\n${usageText}`)
    process.exitCode = 2
  }
}
