import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { takeDown } from '../../../topology/lab/down.ts'
import { cutLink, healLinks } from '../../../topology/lab/links.ts'
import { pingAll, surprises } from '../../../topology/lab/ping.ts'
import { statusOf } from '../../../topology/lab/status.ts'
import { throughput } from '../../../topology/lab/traffic.ts'
import { bringUp } from '../../../topology/lab/up.ts'
import { namespaces, ovs } from '../../support/needs.ts'
import { labOf, labsOf, leftOf } from './labs.ts'

const file = fileURLToPath(new URL('../../../topology/labs/three-encaps.yaml', import.meta.url))

t.test('three-encaps, with flows written by hand', async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  labsOf(t)
  const { folder, lab, mock } = labOf(t, file, `lab3e${process.pid}`)
  await bringUp(folder, lab, { controller: await mock.start() })
  const record = folder.record
  const { cards } = folder.facts
  if (!record || !cards) throw new Error('the lab wrote nothing down')

  await t.test('all pairs of a network reach each other by IPv4 and IPv6, none of two networks', async (t) => {
    const pairs = await pingAll(folder.name, cards)
    t.same(surprises(pairs), [])
    t.equal(pairs.length, 7 * 6 * 2)
    t.equal(pairs.filter(({ reached }) => reached).length, (4 * 3 + 3 * 2) * 2)
  })

  await t.test('TCP flows through each encapsulation', async (t) => {
    for (const [from, container] of [
      ['blue1', 'blue2'],
      ['blue2', 'blue3'],
      ['blue1', 'blue3'],
    ] as const) {
      const address = cards[container]?.[0]?.addresses[0]?.replace(/\/.*/, '') ?? ''
      t.ok((await throughput(folder, from, { container, address }, 1)) > 1, `${from} to ${container}`)
    }
  })

  await t.test('a host that is cut off is reached by nobody, until it is healed', async (t) => {
    await cutLink(folder, record, 'h2')
    t.same((await statusOf(folder, record)).cut, ['h2'])
    const lost = surprises(await pingAll(folder.name, cards))
    t.same([...new Set(lost.flatMap(({ from, to }) => [from, to]).filter((name) => /2$/.test(name)))].sort(), [
      'blue2',
      'red2',
    ])
    t.ok(lost.every(({ from, to }) => /2$/.test(from) !== /2$/.test(to)))
    t.same(await healLinks(folder, record), ['h2'])
    t.same(surprises(await pingAll(folder.name, cards)), [])
  })

  await t.test('nothing is left of it once it is down', async (t) => {
    await takeDown(folder)
    t.notOk(existsSync(folder.path))
    t.same(leftOf(folder), [])
  })
})
