import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { machine } from '../support/machine.ts'
import { spreads } from './million.ts'
import { printReport, type Report } from './report.ts'
import { inProcess } from './scenarios.ts'

const baselineFile = fileURLToPath(new URL('./baseline.json', import.meta.url))
const baseline = (): Report | undefined =>
  existsSync(baselineFile) ? (JSON.parse(readFileSync(baselineFile, 'utf8')) as Report) : undefined

const sizes = {
  full: { switches: 2_000, flows: 1_000_000, hosts: 1_000, objects: [1_000, 10_000, 100_000], program: 100_000 },
  quick: { switches: 500, flows: 100_000, hosts: 100, objects: [1_000, 10_000], program: 20_000 },
} as const
const rounds = 5

const canProgram = (): boolean => process.getuid?.() === 0 && existsSync('/usr/sbin/ovs-vswitchd')

const measure = async (size: (typeof sizes)[keyof typeof sizes]): Promise<Report> => {
  const load = loadavg()[0] ?? 0
  const handshakes = await inProcess('handshakes', size.switches)
  const deliveries = []
  for (const spread of spreads) deliveries.push(await inProcess('delivery', spread, size.flows, size.hosts))
  const changes = []
  for (const objects of size.objects) changes.push(...(await inProcess('changes', objects)))
  const programming = canProgram() ? await inProcess('programming', size.program, rounds) : null
  return { machine: machine(), load, handshakes, deliveries, changes, programming }
}

/** `--quick` measures a tenth of it; `--save` makes this run the baseline that later ones are compared with. */
export const main = async (args: readonly string[]): Promise<void> => {
  const report = await measure(args.includes('--quick') ? sizes.quick : sizes.full)
  printReport(report, baseline())
  if (args.includes('--save')) writeFileSync(baselineFile, `${JSON.stringify(report, null, 2)}\n`)
}
