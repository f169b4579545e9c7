import { resolve } from 'node:path'
import { checkFolder } from './check.ts'
import { textRules } from './text.ts'

const folder = process.argv[2]
if (folder === undefined) {
  console.error('usage: npm run vectors -- DIR, a folder of *.jsonl vectors')
  process.exit(2)
}

const tally = checkFolder(resolve(folder))
for (const { name, reason } of tally.failures) console.log(`FAILED ${name}: ${reason}`)
for (const [what, count] of [...tally.notes].sort()) console.log(`${what}: ${count}`)
if (tally.notPaired.size > 0) {
  console.log(`members of other libraries' decoded forms that were not compared (their bytes were):`)
  console.log(`  ${[...tally.notPaired].sort().join(', ')}`)
}
for (const { name, why } of textRules) console.log(`text difference "${name}" is meant: ${why}`)
console.log(`${tally.passed} passed, ${tally.failed} failed`)
process.exitCode = tally.failed > 0 ? 1 : 0
