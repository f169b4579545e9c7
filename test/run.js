// Runs the tests: node test/run.js [PART OF A PATH...] [--OPTION OF NODE...]
// Node 20 expands no globs after --test, so the files are listed here.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildCommand } from './setup/built.js'
import { reported, runRechecked } from './support/recheck.js'

const root = fileURLToPath(new URL('..', import.meta.url))

/** More would have tests that measure time or start switches disturb one another. */
const concurrency = 2

const options = process.argv.slice(2).filter((arg) => arg.startsWith('-'))
const parts = process.argv.slice(2).filter((arg) => !arg.startsWith('-'))

const testFiles = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.test.ts'))
  .map((path) => join('test', path))
  .filter((path) => parts.length === 0 || parts.some((part) => path.includes(part.replace(/^\.\//, ''))))
  .sort()

if (testFiles.length === 0) {
  console.error(`no test file's path contains ${parts.join(' or ')}`)
  process.exit(1)
}

/** A commit is judged by the same random cases wherever it is; others, by others. */
const usualSeed = () => {
  const { stdout } = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' })
  const commit = Number.parseInt(stdout?.slice(0, 7) ?? '', 16)
  return Number.isNaN(commit) ? Date.now() % 2 ** 31 : commit
}

// tap gives a file 30 seconds, too few for one that starts many commands on a busy machine.
/** @type {NodeJS.ProcessEnv} */
const env = { TAP_TIMEOUT: '300', SEED: String(usualSeed()), ...process.env }
console.log(`SEED=${env.SEED} repeats what is random in this run`)
// Commands that tests start are what users get, and start faster; to build it takes longer than a few files gain by it.
// Coverage is of sources.
if (parts.length === 0 && !env.NODE_V8_COVERAGE) env.HEDDLE_TEST_COMMAND = buildCommand(root)

/**
 * @param {readonly string[]} files
 * @param {...string} more options
 */
const run = (files, ...more) => {
  const args = ['--import', 'tsx', '--test', `--test-concurrency=${concurrency}`, ...options, ...more, ...files]
  return spawnSync(process.execPath, args, { cwd: root, env, stdio: 'inherit' }).status ?? 1
}

if (parts.length === 0 && options.length === 0) process.exitCode = runRechecked(testFiles, root, run)
else process.exitCode = run(testFiles, ...(options.some((one) => one.startsWith('--test-reporter')) ? [] : reported))
