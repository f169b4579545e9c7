import { writeFileSync } from 'node:fs'
import { mainOf } from '../support/command-line.ts'
import { machine, machineText } from '../support/machine.ts'
import { drawCharts } from './chart.ts'
import { type Options, readOptions, usageText } from './options.ts'
import { fitted, type Measured, measureAll, resultsOf, unfit, warmUpOf } from './plan.ts'
import { progressLine } from './progress.ts'
import { publish } from './publish.ts'
import type { Results } from './results.ts'
import { resultTable } from './text.ts'

const planOf = ({ openflow, switches, macs, mode, seconds, targets }: Options, say: (text: string) => void) => {
  const plan: Measured[] = []
  for (const count of switches) {
    for (const addresses of macs) {
      const load = { openflow, mode, switches: count, macs: addresses, warmUp: warmUpOf(seconds), seconds }
      for (const target of targets) {
        const reason = unfit(target, load)
        if (reason === undefined) plan.push({ target, load: fitted(target, load), samples: [] })
        else say(`${reason}: not measured with ${count} switches`)
      }
    }
  }
  return plan
}

const run = async (options: Options): Promise<void> => {
  const at = machine()
  console.log(`${machineText(at)}\nOpenFlow ${options.openflow}, ${options.mode} mode`)
  const plan = planOf(options, console.log)
  const line = progressLine()
  await measureAll(plan, options.repeat, line.show, line.keep)
  line.end()
  console.log(`\n${resultTable(plan)}`)
  const results: Results = { machine: at, date: new Date().toISOString(), versions: {}, results: resultsOf(plan) }
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(results, null, 2)}\n`)
  if (options.charts === undefined) return
  for (const file of await drawCharts(results, `${options.charts}/`)) console.log(`drawn: ${file}`)
}

/** See `usageText` for what `args` may be. */
export const main = mainOf(usageText, async (args) => {
  if (args.length === 1 && args[0] === '--publish') await publish()
  else await run(readOptions(args))
})
