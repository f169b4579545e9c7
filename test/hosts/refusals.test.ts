import t from 'tap'
import { Refusals } from '../../controller/hosts/refusals.ts'

t.test('who is refused is known for a minute, once for each reason, whatever port it comes from', async (t) => {
  const refusals = new Refusals()
  refusals.add('192.0.2.7:41000', 'no system-id', 0)
  refusals.add('192.0.2.7:41002', 'no system-id', 8_000)
  refusals.add('unix socket', 'h1 is connected already', 9_000)
  t.same(refusals.recent(60_000), [
    { address: '192.0.2.7', reason: 'no system-id' },
    { address: 'unix socket', reason: 'h1 is connected already' },
  ])
  t.same(refusals.recent(68_500), [{ address: 'unix socket', reason: 'h1 is connected already' }])
})

t.test('those who try again and again take no room', async (t) => {
  const refusals = new Refusals()
  for (let number = 0; number < 1_000; number += 1) refusals.add(`192.0.2.${number}:1`, 'no system-id', number)
  t.equal(refusals.recent(1_000).length, 100)
})
