import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { compile } from '../support/compile.ts'
import { machine, machineText } from '../support/machine.ts'
import type { Lab } from './lab/lab.ts'
import { measureTargets } from './measure.ts'
import { type Options, readOptions, UsageError, usageText } from './options.ts'
import { type Report, reportText } from './report.ts'
import { measureSimulated } from './simulated.ts'
import { Heddle } from './targets/heddle.ts'
import { Ovn } from './targets/ovn.ts'
import type { Target } from './targets/target.ts'

const baselineFile = fileURLToPath(new URL('./baseline.json', import.meta.url))
const project = fileURLToPath(new URL('./tsconfig.json', import.meta.url))

const baseline = (): Report | undefined =>
  existsSync(baselineFile) ? (JSON.parse(readFileSync(baselineFile, 'utf8')) as Report) : undefined

/** The version that a program tells; undefined where it is not installed. */
const versionOf = (command: string): string | undefined =>
  /\d+\.\d+\.\d+/.exec(spawnSync(command, ['--version'], { encoding: 'utf8' }).stdout ?? '')?.[0]

const say = (what: string): void => console.error(`  ${what}`)

interface Parties {
  readonly versions: Readonly<Record<string, string>>
  readonly missing: readonly string[]
  readonly makes: readonly ((lab: Lab) => Target)[]
}

/** Who can be measured on hosts with Open vSwitch here. */
const partiesOf = ({ hosts, peers }: Options): Parties => {
  if (!hosts) return { versions: {}, missing: [], makes: [] }
  const ovs = versionOf('ovs-vswitchd')
  if (ovs === undefined || process.getuid?.() !== 0) {
    return { versions: {}, missing: ['two hosts: they need Open vSwitch, and root for their namespaces'], makes: [] }
  }
  const heddle = (lab: Lab) => new Heddle(lab)
  const ovn = peers ? versionOf('ovn-controller') : undefined
  if (ovn !== undefined && versionOf('ovn-northd') !== undefined) {
    const versions = { 'Open vSwitch': ovs, OVN: ovn }
    return { versions, missing: [], makes: [heddle, (lab) => new Ovn(lab)] }
  }
  const missing = peers ? ['OVN beside it: ovn-central and ovn-host are not installed'] : []
  return { versions: { 'Open vSwitch': ovs }, missing, makes: [heddle] }
}

const measure = async (options: Options): Promise<Report> => {
  const { sizes, rounds, scale } = options
  const load = loadavg()[0] ?? 0
  compile(project)
  const { makes, ...rest } = partiesOf(options)
  if (scale) say(`${scale.hosts} simulated hosts`)
  const simulated = scale ? await measureSimulated(scale) : null
  const targets = makes.length === 0 ? [] : await measureTargets(makes, { sizes, rounds, say })
  return { machine: machine(), load, ...rest, targets, simulated }
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
