import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { machine, machineText } from '../support/machine.ts'
import { table } from '../support/table.ts'
import { type Measured, measureAll, resultsOf, unfit, warmUpOf } from '../throughput/plan.ts'
import { progressLine } from '../throughput/progress.ts'
import type { Result, Results } from '../throughput/results.ts'
import { ownTargets, peers, type Target } from '../throughput/targets.ts'

const baselineFile = fileURLToPath(new URL('../results/baseline.json', import.meta.url))
const usage = `npm run bench -- compare [FILE]

Measures again what ${baselineFile} says of heddle and of the bare loop with up to
16 switches, or reads FILE, which \`npm run bench -- throughput --json FILE\` wrote, and prints the change.`

const seconds = 2
const repeat = 2
const mostSwitches = 16
/** What changes with this repository. */
const ours = ['heddle', 'limit']

const read = (file: string): Results => JSON.parse(readFileSync(file, 'utf8')) as Results

const targetOf = ({ target, app }: Result): Target | undefined =>
  [...ownTargets, ...peers].find((one) => one.target === target && one.app === app)

const isSame = (a: Result, b: Result): boolean =>
  (['target', 'app', 'openflow', 'mode', 'switches', 'macs'] as const).every((key) => a[key] === b[key])

/** Measures what the baseline has, where that is here. */
const measureAgain = async (baseline: Results): Promise<readonly Result[]> => {
  const plan: Measured[] = []
  for (const result of baseline.results) {
    if (result.switches > mostSwitches || !ours.includes(result.target)) continue
    const { openflow, mode, switches, macs } = result
    const load = { openflow, mode, switches, macs, warmUp: warmUpOf(seconds), seconds }
    const target = targetOf(result)
    const reason = target ? unfit(target, load) : `${result.target} (${result.app}) does not come with heddle`
    if (target && reason === undefined) plan.push({ target, load, samples: [] })
    else console.log(`${reason}: not measured`)
  }
  const line = progressLine()
  await measureAll(plan, repeat, line.show, line.keep)
  line.end()
  return resultsOf(plan)
}

const percent = (now: number | null | undefined, before: number | null | undefined): string => {
  if (typeof now !== 'number' || typeof before !== 'number' || before === 0) return '-'
  const change = (now / before - 1) * 100
  return `${change >= 0 ? '+' : ''}${change.toFixed(1)} %`
}

const count = (value: number): string => Math.round(value).toLocaleString('en')

const row = (now: Result, before: Result): string[] => [
  `${now.target} (${now.app})`,
  ...[now.openflow, now.mode, String(now.switches), String(now.macs)],
  ...[count(before.responsesPerSecond.median), count(now.responsesPerSecond.median)],
  percent(now.responsesPerSecond.median, before.responsesPerSecond.median),
  percent(now.responsesPerCpuSecond, before.responsesPerCpuSecond),
  percent(now.latencyUs?.p99, before.latencyUs?.p99),
  percent(now.rssMiB, before.rssMiB),
  `${before.starved} → ${now.starved}`,
]

const head = [
  ...['', 'OpenFlow', 'mode', 'switches', 'MACs', 'resp/s before', 'now', 'change', 'per CPU s', 'p99'],
  ...['RSS', 'starved'],
]

/** @param args a file of results, or nothing to measure again */
export const main = async ([file, ...more]: readonly string[]): Promise<void> => {
  if (file === '--help' || more.length > 0) {
    console.log(usage)
    return
  }
  const missing = [baselineFile, ...(file === undefined ? [] : [file])].find((one) => !existsSync(one))
  if (missing !== undefined) {
    console.error(`there is no ${missing}\n\n${usage}`)
    process.exitCode = 2
    return
  }
  const baseline = read(baselineFile)
  const now = file === undefined ? { machine: machine(), results: await measureAgain(baseline) } : read(file)
  console.log(`baseline: ${machineText(baseline.machine)}\nnow:      ${machineText(now.machine)}\n`)
  const rows = now.results.flatMap((one) => {
    const before = baseline.results.find((old) => isSame(one, old))
    return before ? [row(one, before)] : []
  })
  console.log(table([head, ...rows]))
}
