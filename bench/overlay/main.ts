import { mainOf } from '../support/command-line.ts'
import { compile } from '../support/compile.ts'
import { conclude } from '../support/conclude.ts'
import { hostsUnfit, ovnVersion, versionOf } from '../support/installed.ts'
import { circumstances } from '../support/report.ts'
import type { Lab } from '../two-hosts/lab.ts'
import { measureTargets } from './measure.ts'
import { type Options, readOptions, usageText } from './options.ts'
import { type Report, telling } from './report.ts'
import { measureSimulated } from './simulated.ts'
import { Heddle } from './targets/heddle.ts'
import { Ovn } from './targets/ovn.ts'
import type { Target } from './targets/target.ts'

const project = new URL('../two-hosts/tsconfig.json', import.meta.url)

const say = (what: string): void => console.error(`  ${what}`)

interface Parties {
  readonly versions: Readonly<Record<string, string>>
  readonly missing: readonly string[]
  readonly makes: readonly ((lab: Lab) => Target)[]
}

/** Who can be measured on hosts with Open vSwitch here. */
const partiesOf = ({ hosts, peers }: Options): Parties => {
  if (!hosts) return { versions: {}, missing: [], makes: [] }
  const unfit = hostsUnfit()
  if (unfit !== undefined) return { versions: {}, missing: [`two hosts: ${unfit}`], makes: [] }
  const versions = { 'Open vSwitch': versionOf('ovs-vswitchd') ?? '' }
  const heddle = (lab: Lab) => new Heddle(lab)
  const ovn = peers ? ovnVersion() : undefined
  if (ovn !== undefined) {
    return { versions: { ...versions, OVN: ovn }, missing: [], makes: [heddle, (lab) => new Ovn(lab)] }
  }
  const missing = peers ? ['OVN beside it: ovn-central and ovn-host are not installed'] : []
  return { versions, missing, makes: [heddle] }
}

const measure = async (options: Options): Promise<Report> => {
  const { sizes, rounds, scale } = options
  const begin = circumstances()
  compile(project)
  const { makes, ...rest } = partiesOf(options)
  if (scale) say(`${scale.hosts} simulated hosts`)
  const simulated = scale ? await measureSimulated(scale) : null
  const targets = makes.length === 0 ? [] : await measureTargets(makes, { sizes, rounds, say })
  return { ...begin, ...rest, targets, simulated }
}

/** See `usageText` for what `args` may be. */
export const main = mainOf(usageText, async (args) => {
  const options = readOptions(args)
  conclude(import.meta.url, await measure(options), telling, options.save)
})
