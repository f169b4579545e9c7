import { parseArgs } from 'node:util'
import { toHex } from '../../controller/openflow/wire/json.ts'
import { corpus } from './corpus.ts'
import { allowedGrowth, fuzz } from './fuzz.ts'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000000' },
    seconds: { type: 'string', default: '3600' },
    seed: { type: 'string', default: '1' },
  },
})

const messages = corpus()
const result = fuzz({
  corpus: messages,
  count: Number(values.count),
  seconds: Number(values.seconds),
  seed: Number(values.seed),
})

for (const [what, { count, first }] of result.findings)
  console.log(`FAILED ${what}: ${count} times, first ${toHex(first)}`)
const grew = result.growth > allowedGrowth
if (grew) console.log(`FAILED the heap grew by ${result.growth} bytes`)
const rate = Math.round(result.executions / result.seconds)
console.log(
  `${result.executions} messages from ${messages.length}, seed ${values.seed}, ${result.seconds.toFixed(1)} s, ${rate}/s`,
)
console.log(`heap growth ${(result.growth / 1024 / 1024).toFixed(1)} MiB, ${allowedGrowth / 1024 / 1024} allowed`)
const failed = [...result.findings.values()].reduce((sum, { count }) => sum + count, 0)
console.log(`${result.executions - failed} passed, ${failed + (grew ? 1 : 0)} failed`)
process.exitCode = failed > 0 || grew ? 1 : 0
