import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { sparingly } from '../../controller/net/index.ts'

t.test('of very many refused connections twenty are told, and then how many more there were', async (t) => {
  const told: string[] = []
  const refused = sparingly((address, reason) => told.push(`${address} ${reason}`), 100)
  for (let count = 1; count <= 1_000; count++) refused(`192.0.2.1:${count}`, 'no HELLO')
  t.equal(told.length, 20)
  await sleep(300)
  t.equal(told.length, 21)
  t.equal(told.at(-1), '192.0.2.1:1000 no HELLO; the last of 980 more in 0.1 s')
  refused('192.0.2.2:1', 'no HELLO')
  t.equal(told.at(-1), '192.0.2.2:1 no HELLO', 'afterwards each is told again')
  await sleep(300)
  t.equal(told.length, 22)
})
