import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { do_not_optimize, measure } from 'mitata'
import { toHex } from '../../controller/openflow/index.ts'
import { type Machine, machine, machineText } from '../support/machine.ts'
import { baselineBeside } from '../support/report.ts'
import { table } from '../support/table.ts'
import { type Contest, contests } from './contests.ts'
import { samples } from './sample.ts'

interface Osken {
  readonly version: string
  readonly packetIn: number
  readonly flowMod: number
  readonly flowStats: number
}

/** Messages, or entries, per second. */
interface Result {
  readonly name: string
  readonly heddle: number
  readonly bare: number
  readonly osken: number | null
}

interface Report {
  readonly machine: Machine
  readonly osken: string | null
  readonly results: readonly Result[]
}

const baseline = baselineBeside<Report>(import.meta.url)
const script = fileURLToPath(new URL('./osken.py', import.meta.url))

/** Debian's os-ken belongs to Debian's own Python, which need not be the first on the path. */
const pythons = ['/usr/bin/python3', 'python3']

const runOsken = (): Osken | undefined => {
  const input = JSON.stringify({
    packetIn: toHex(samples.packetIn),
    flowStats: toHex(samples.flowStats),
    flowStatsEntries: samples.flowStatsEntries,
  })
  for (const python of pythons) {
    const { status, stdout } = spawnSync(python, [script], { input, encoding: 'utf8' })
    if (status === 0) return JSON.parse(stdout) as Osken
  }
  return undefined
}

/** Things per second at the median of many samples. */
const rate = async (count: number, work: () => unknown): Promise<number> => {
  const { p50 } = await measure(() => do_not_optimize(work()), { min_cpu_time: 700e6 })
  return (count / p50) * 1e9
}

const contest = async (one: Contest, osken: Osken | undefined): Promise<Result> => ({
  name: one.name,
  heddle: await rate(one.count, one.heddle),
  bare: await rate(one.count, one.bare),
  osken: osken?.[one.osken] ?? null,
})

const millions = (value: number): string => `${(value / 1e6).toFixed(value < 1e6 ? 3 : 2)} M/s`
const times = (value: number): string => `${value >= 10 ? value.toFixed(0) : value.toFixed(2)}x`

const print = (report: Report, before: Report | undefined): void => {
  const rows = report.results.map((result) => {
    const old = before?.results.find(({ name }) => name === result.name)
    return [
      result.name,
      millions(result.heddle),
      millions(result.bare),
      times(result.heddle / result.bare),
      result.osken === null ? '-' : millions(result.osken),
      result.osken === null ? '-' : times(result.heddle / result.osken),
      old ? times(result.heddle / old.heddle) : '-',
    ]
  })
  const osken = report.osken === null ? 'os-ken is not installed' : `os-ken ${report.osken}`
  console.log(`${machineText(report.machine)}; ${osken}\n`)
  console.log(table([['', 'heddle', 'bare loop', 'of bare', 'os-ken', 'to os-ken', 'to baseline'], ...rows]))
}

/** `--save` makes this run the baseline that later ones are compared with. */
export const main = async (args: readonly string[]): Promise<void> => {
  const osken = runOsken()
  const results: Result[] = []
  for (const one of contests()) results.push(await contest(one, osken))
  const report = { machine: machine(), osken: osken?.version ?? null, results }
  print(report, baseline.read())
  if (args.includes('--save')) baseline.save(report)
}
