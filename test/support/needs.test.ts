import t from 'tap'
import { need } from './needs.ts'

interface Told {
  readonly passed: string[]
  readonly failed: string[]
}

/** Runs `need` in an environment where `CI` is `ci`, and gives what it told the test. */
const ask = (there: boolean, ci: string): Told & { readonly goOn: boolean } => {
  const told: Told = { passed: [], failed: [] }
  const test = {
    pass: (message: string) => told.passed.push(message) > 0,
    fail: (message: string) => told.failed.push(message) === 0,
  }
  return { ...told, goOn: need(test, 'tshark', there, ci) }
}

t.test('a test that has its tool goes on', (t) => {
  t.same(ask(true, 'true'), { goOn: true, passed: [], failed: [] })
  t.end()
})

t.test('without its tool a test is skipped at home and fails in CI', (t) => {
  t.match(ask(false, ''), { goOn: false, passed: [/tshark is missing/], failed: [] })
  t.match(ask(false, 'true'), { goOn: false, passed: [], failed: [/tshark is missing/] })
  t.end()
})
