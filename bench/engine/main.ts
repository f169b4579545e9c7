import { hostsUnfit } from '../support/installed.ts'
import { baselineBeside, circumstances } from '../support/report.ts'
import { spreads } from './million.ts'
import { printReport, type Report } from './report.ts'
import { inProcess } from './scenarios.ts'

const baseline = baselineBeside<Report>(import.meta.url)

const sizes = {
  full: { switches: 2_000, flows: 1_000_000, hosts: 1_000, objects: [1_000, 10_000, 100_000], program: 100_000 },
  quick: { switches: 500, flows: 100_000, hosts: 100, objects: [1_000, 10_000], program: 20_000 },
} as const
const rounds = 5

const measure = async (size: (typeof sizes)[keyof typeof sizes]): Promise<Report> => {
  const begin = circumstances()
  const handshakes = await inProcess('handshakes', size.switches)
  const deliveries = []
  for (const spread of spreads) deliveries.push(await inProcess('delivery', spread, size.flows, size.hosts))
  const changes = []
  for (const objects of size.objects) changes.push(...(await inProcess('changes', objects)))
  const programming = hostsUnfit() === undefined ? await inProcess('programming', size.program, rounds) : null
  return { ...begin, handshakes, deliveries, changes, programming }
}

/** `--quick` measures a tenth of it; `--save` makes this run the baseline that later ones are compared with. */
export const main = async (args: readonly string[]): Promise<void> => {
  const report = await measure(args.includes('--quick') ? sizes.quick : sizes.full)
  printReport(report, baseline.read())
  if (args.includes('--save')) baseline.save(report)
}
