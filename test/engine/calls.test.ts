import t from 'tap'
import { Calls, cell } from '../../controller/engine/calls.ts'

/** What another thread sees. */
const seen = ({ memory }: Calls) => {
  const cells = new Int32Array(memory)
  return { callee: cells[cell.callee], calls: cells[cell.calls] }
}

t.test('who is called is seen while the call lasts, also within others, and where it throws', async (t) => {
  const calls = new Calls()
  const [one, two] = [calls.numberOf({ name: 'one' }), calls.numberOf({ name: 'two' })]
  t.same(seen(calls), { callee: 0, calls: 0 })
  calls.within(one, () => {
    t.same(seen(calls), { callee: one, calls: 1 })
    t.equal(
      calls.within(two, () => seen(calls).callee),
      two,
    )
    t.same(seen(calls), { callee: one, calls: 2 })
    t.throws(() => calls.within(two, () => JSON.parse('{')), SyntaxError)
    t.equal(seen(calls).callee, one)
  })
  t.same(seen(calls), { callee: 0, calls: 3 })
})

t.test('callees have numbers, of which those that follow are told', async (t) => {
  const calls = new Calls()
  const tables = { first: 2, count: 1 }
  const one = calls.numberOf({ name: 'app', tables })
  const told: unknown[] = []
  calls.follow((number, callee) => told.push([number, callee]))
  t.equal(calls.numberOf({ name: 'app', tables: { ...tables } }), one, 'the same version has the same')
  const others = [calls.numberOf({ name: 'app', tables, tried: true }), calls.numberOf({ name: 'app' })]
  t.same(told, [
    [one, { name: 'app', tables }],
    [others[0], { name: 'app', tables, tried: true }],
    [others[1], { name: 'app' }],
  ])
  t.equal(new Set([one, ...others]).size, 3)
})

t.test('as many calls as there may be: the count goes round', async (t) => {
  const calls = new Calls()
  new Int32Array(calls.memory)[cell.calls] = 0x7fff_ffff
  calls.beat()
  t.equal(seen(calls).calls, -0x8000_0000)
})
