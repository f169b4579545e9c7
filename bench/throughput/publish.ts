import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { publishTables } from '../support/conclude.ts'
import { machine, machineText } from '../support/machine.ts'
import { drawCharts, resultsFolder } from './chart.ts'
import type { Mode, OpenFlowVersion } from './job.ts'
import { markdownOf } from './markdown.ts'
import { nameOf } from './options.ts'
import { fitted, type Measured, measureAll, resultsOf, unfit } from './plan.ts'
import { progressLine } from './progress.ts'
import type { Results } from './results.ts'
import { ownTargets, peers, type Target } from './targets.ts'

/** What each controller is measured with; os-ken, which is slow, would only take time with more. */
const switches: Readonly<Record<string, readonly number[]>> = {
  discard: [1, 16],
  limit: [1, 4, 16, 64, 256, 1000],
  'heddle/l2-switch-reactive': [1, 4, 16, 64, 256, 1000],
  'heddle/responder': [1, 4, 16, 64, 256, 1000],
  'ovs-testcontroller': [1, 4, 16],
  'os-ken': [1, 4, 16, 64],
}
const latencyOf = ['limit', 'heddle/l2-switch-reactive', 'ovs-testcontroller', 'os-ken']
/** The one that takes fewest sets the number, so that the figures compare. */
const latencySwitches = 15
const macs = 1000
const [warmUp, seconds] = [1, 2]
const repeat = 2
const page = fileURLToPath(new URL('../README.md', import.meta.url))

const measured = (target: Target, openflow: OpenFlowVersion, mode: Mode, count: number): Measured => ({
  ...{ target, load: fitted(target, { openflow, mode, switches: count, macs, warmUp, seconds }), samples: [] },
})

const planOf = (say: (text: string) => void): Measured[] => {
  const load = { openflow: '1.3', mode: 'throughput', switches: 1, macs, warmUp, seconds } as const
  const there = [...ownTargets, ...peers].filter((target) => {
    if (switches[nameOf(target)] === undefined) return false
    const reason = unfit(target, load)
    if (reason !== undefined) say(`${reason}: not measured`)
    return reason === undefined
  })
  const throughput = (['1.3', '1.0'] as const).flatMap((openflow) =>
    [1, 4, 16, 64, 256, 1000].flatMap((count) =>
      there
        .filter((target) => switches[nameOf(target)]?.includes(count))
        .map((target) => measured(target, openflow, 'throughput', count)),
    ),
  )
  const latency = there
    .filter((target) => latencyOf.includes(nameOf(target)))
    .map((target) => measured(target, '1.3', 'latency', latencySwitches))
  return [...throughput, ...latency]
}

/** The whole sweep that README.md shows: writes the baseline, the charts and the tables. About ten minutes. */
export const publish = async (): Promise<void> => {
  const at = machine()
  console.log(machineText(at))
  const plan = planOf(console.log)
  const line = progressLine()
  await measureAll(plan, repeat, line.show, line.keep)
  line.end()
  const versions = Object.fromEntries(
    peers.flatMap((peer) => (plan.some(({ target }) => target === peer) ? [[peer.target, peer.version()]] : [])),
  )
  const results: Results = { machine: at, date: new Date().toISOString(), versions, results: resultsOf(plan) }
  for (const file of await drawCharts(results)) console.log(`drawn: ${file}`)
  writeFileSync(`${resultsFolder}baseline.json`, `${JSON.stringify(results, null, 2)}\n`)
  publishTables(page, markdownOf(results))
  console.log(`\n${markdownOf(results)}`)
}
