import t from 'tap'
import { Taken } from '../../../apps/ipam/taken.ts'
import fc from '../../support/random.ts'

const number = fc.oneof(fc.bigInt(0n, 70n), fc.bigInt(4090n, 4100n), fc.bigInt(2n ** 64n - 5n, 2n ** 64n + 5n))
const step = fc.record({ add: fc.boolean(), number })

t.test('finds the lowest free number as a look at each would', (t) => {
  const same = fc.property(fc.array(step, { maxLength: 200 }), number, fc.bigInt(0n, 100n), (steps, first, length) => {
    const [taken, model] = [new Taken(), new Set<bigint>()]
    for (const { add, number } of steps) {
      if (add) taken.add(number)
      else taken.delete(number)
      if (add) model.add(number)
      else model.delete(number)
    }
    let expected: bigint | undefined
    for (let at = first; at <= first + length && expected === undefined; at++) if (!model.has(at)) expected = at
    return taken.lowestFree(first, first + length) === expected
  })
  t.doesNotThrow(() => fc.assert(same, { numRuns: 500 }))
  const full = new Taken()
  for (let at = 0n; at < 100_000n; at++) full.add(at)
  t.equal(full.lowestFree(1n, 200_000n), 100_000n)
  t.equal(full.lowestFree(1n, 99_999n), undefined)
  full.delete(77_777n)
  t.equal(full.lowestFree(1n, 200_000n), 77_777n)
  t.end()
})
