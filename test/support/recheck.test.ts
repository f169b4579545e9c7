import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'

const recheck = new URL('recheck.js', import.meta.url)
const projectRoot = fileURLToPath(new URL('../..', import.meta.url))

const passing = "import test from 'node:test'\ntest('it holds', () => {})\n"
const failing = "import test from 'node:test'\ntest('it is broken', () => { throw new Error('broken') })\n"
/** Fails where it is run for the first time. */
const flaky = `import { existsSync, writeFileSync } from 'node:fs'
import test from 'node:test'
test('it has been run before', () => {
  const been = new URL(import.meta.url + '.been')
  if (existsSync(been)) return
  writeFileSync(been, '')
  throw new Error('never before')
})
`

/** What the runner makes of test files with these texts. */
const runOf = (t: Test, ...texts: readonly string[]) => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-recheck-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const files = texts.map((text, index) => {
    const file = join(folder, `${index}.test.mjs`)
    writeFileSync(file, text)
    return file
  })
  const script = `
    import { spawnSync } from 'node:child_process'
    import { runRechecked } from ${JSON.stringify(recheck.href)}
    const run = (files, ...options) =>
      spawnSync(process.execPath, ['--test', ...options, ...files], { stdio: 'inherit' }).status
    process.exitCode = runRechecked(${JSON.stringify(files)}, ${JSON.stringify(folder)}, run)`
  // Else node takes these runs for parts of the one that this test is in.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const args = ['--input-type=module', '--eval', script]
  return spawnSync(process.execPath, args, { cwd: projectRoot, encoding: 'utf8', env })
}

t.test('all pass: they are run once', async (t) => {
  const { status, stdout } = runOf(t, passing, passing)
  t.equal(status, 0)
  t.notMatch(stdout, /once more|FLAKY/)
})

t.test('what fails once is run again by itself, and told', async (t) => {
  const { status, stdout } = runOf(t, passing, flaky)
  t.equal(status, 0, stdout)
  t.match(stdout, /never before/)
  t.match(stdout, /once more, by themselves: 1\.test\.mjs\n/)
  t.match(stdout, /FLAKY: failed, and passed the second time: 1\.test\.mjs\n$/)
})

t.test('what fails twice is a failure', async (t) => {
  const { status, stdout } = runOf(t, failing, flaky)
  t.equal(status, 1)
  t.match(stdout, /failed twice: 0\.test\.mjs, 1\.test\.mjs\n$/)
})

t.test('many failures are not rechecked', async (t) => {
  const { status, stdout } = runOf(t, flaky, flaky, flaky, flaky)
  t.equal(status, 1)
  t.notMatch(stdout, /once more/)
})

t.test('a failure in what a test calls is one of the test', async (t) => {
  const helper = 'export const judge = () => { throw new Error("broken") }\n'
  const calling = "import test from 'node:test'\nimport { judge } from './0.test.mjs'\ntest('it calls', judge)\n"
  t.match(runOf(t, helper, calling), { status: 1, stdout: /failed twice: 1\.test\.mjs\n$/ })
})

t.test('where it cannot be told which file failed, none is run again', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-recheck-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const elsewhere = join(folder, 'elsewhere.mjs')
  writeFileSync(elsewhere, flaky)
  const { status, stdout } = runOf(t, `import ${JSON.stringify(elsewhere)}\n`)
  t.equal(status, 1)
  t.match(stdout, /never before/)
  t.notMatch(stdout, /once more|FLAKY/)
})

t.test('a file that ends by itself counts', async (t) => {
  t.match(runOf(t, 'process.exit(3)\n'), { status: 1, stdout: /failed twice: 0\.test\.mjs\n$/ })
})
