import { mainOf } from '../support/command-line.ts'
import { compile } from '../support/compile.ts'
import { conclude } from '../support/conclude.ts'
import { hostsUnfit, ovnVersion, versionOf } from '../support/installed.ts'
import { circumstances } from '../support/report.ts'
import type { Lab } from '../two-hosts/lab.ts'
import { type Options, readOptions, usageText } from './options.ts'
import { type Report, telling } from './report.ts'
import { HeddleFirewall } from './rules/heddle.ts'
import { type FlowsReport, type RulesReport, rulesOf } from './rules/measure.ts'
import { OvnFirewall } from './rules/ovn.ts'
import type { FirewallTarget } from './rules/target.ts'
import { measureStreams } from './streams/measure.ts'

const project = new URL('../two-hosts/tsconfig.json', import.meta.url)

const say = (what: string): void => console.error(`  ${what}`)

/** Of this run's namespaces, so that two can run side by side: at most 7 characters. */
const prefixOf = (letter: string): string => `vrb${(process.pid % 36 ** 3).toString(36)}${letter}`

interface Measured {
  readonly rules: readonly RulesReport[]
  readonly flows: readonly FlowsReport[]
  readonly missing: readonly string[]
}

/** One after the other: what OVN installs leaves no room beside it. */
const measureRules = async (options: Options, hasOvn: boolean): Promise<Measured> => {
  const { ports, rules, rounds } = options
  compile(project)
  const heddle = await rulesOf((lab) => new HeddleFirewall(lab), prefixOf('h'), { ports, rules, rounds, say })
  const rest = { flows: heddle.flows, missing: [] }
  if (!hasOvn) return { rules: [heddle.report], ...rest }
  try {
    const make = (lab: Lab): FirewallTarget => new OvnFirewall(lab)
    const ovn = await rulesOf(make, prefixOf('o'), { ports, rules, rounds, say })
    return { rules: [heddle.report, ovn.report], ...rest }
  } catch (error) {
    return {
      rules: [heddle.report],
      ...rest,
      missing: [`rules beside OVN, which gave up: ${(error as Error).message}`],
    }
  }
}

const measure = async (options: Options): Promise<Report> => {
  const { parts, streams, peers } = options
  const begin = circumstances()
  const nothing = { rules: [], flows: [], streams: [], hosts: [], missing: [] }
  const unfit = hostsUnfit()
  if (unfit !== undefined) return { ...begin, versions: {}, ...nothing, missing: [`all: ${unfit}`] }
  const ovn = peers ? ovnVersion() : undefined
  const iperf = versionOf('iperf3')
  const versions = {
    ...{ 'Open vSwitch': versionOf('ovs-vswitchd') ?? '' },
    ...(ovn === undefined ? {} : { OVN: ovn }),
    ...(iperf === undefined ? {} : { iperf3: iperf }),
  }
  const missing = [
    ...(peers && ovn === undefined ? ['OVN beside it: ovn-central and ovn-host are not installed'] : []),
    ...(iperf === undefined ? ['TCP: iperf3 is not installed'] : []),
  ]
  const hasOvn = ovn !== undefined
  const withTcp = parts.includes('tcp') && iperf !== undefined
  const tcp = withTcp ? await measureStreams({ ...streams, hasOvn, say }) : nothing
  const measured = parts.includes('rules') ? await measureRules(options, hasOvn) : nothing
  return {
    ...{ ...begin, versions, ...tcp, rules: measured.rules, flows: measured.flows },
    missing: [...missing, ...tcp.missing, ...measured.missing],
  }
}

/** See `usageText` for what `args` may be. */
export const main = mainOf(usageText, async (args) => {
  const options = readOptions(args)
  conclude(import.meta.url, await measure(options), telling, options.save)
})
