import { fileURLToPath } from 'node:url'
import t from 'tap'
import { takeDown } from '../../../topology/lab/down.ts'
import { LabFolder } from '../../../topology/lab/folder.ts'
import { type Pair, surprises } from '../../../topology/lab/ping.ts'
import { readLab } from '../../../topology/lab/read.ts'
import { simulatedAsker } from '../../../topology/lab/sim/ping.ts'
import { bringUp } from '../../../topology/lab/up.ts'
import { labsOf, pingPatiently, processesOf } from './labs.ts'

const fileOf = (name: string): string => fileURLToPath(new URL(`../../../topology/labs/${name}.yaml`, import.meta.url))

interface Example {
  readonly name: string
  readonly reached: number
  /** What a policy of the lab forbids, where a router joins networks. */
  readonly forbidden?: (pair: Pair) => boolean
}

const isDatabase = (name: string): boolean => name.startsWith('db')

const examples: readonly Example[] = [
  { name: 'two-hosts', reached: 12 },
  { name: 'ten-hosts', reached: 360 },
  { name: 'router-two-networks', reached: 26 },
  // Databases take TCP alone, and send nothing of their own.
  { name: 'vrouter-full', reached: 14, forbidden: ({ from, to }) => isDatabase(from) || isDatabase(to) },
]

const outside: readonly (readonly [from: string, address: string, isReached: boolean])[] = [
  ['web1', '198.51.100.1', true],
  ['web2', '203.0.113.1', true],
  ['web2', '2001:db8:ffff::1', true],
  ['shop1', '198.51.100.1', true],
  ['server', '203.0.113.11', true],
  ['server', '10.0.1.11', false],
  ['db1', '198.51.100.1', false],
]

for (const { name, reached, forbidden = () => false } of examples) {
  t.test(`${name} with simulated hosts: who is to reach whom does, by real OpenFlow and OVSDB`, async (t) => {
    labsOf(t)
    const folder = new LabFolder(`sim${process.pid}`)
    t.teardown(() => takeDown(folder))
    await bringUp(folder, readLab(fileOf(name)), { datapath: 'sim' })
    const ask = simulatedAsker(folder)
    const pairs = await pingPatiently(folder, ask)
    t.same(
      surprises(pairs).filter((pair) => !(pair.expected && forbidden(pair))),
      [],
    )
    t.equal(pairs.filter((pair) => pair.reached).length, reached)
    if (name === 'vrouter-full') {
      const asked = outside.map(([from, address, isReached]) => ({
        ...{ from, address, seconds: isReached ? 20 : 0.3, wantsNeighbour: false },
      }))
      const answers = (await ask(asked)).map(({ ms }) => ms !== null)
      t.same(
        answers,
        outside.map(([, , isReached]) => isReached),
        'so are addresses outside, by translation',
      )
    }
    await takeDown(folder)
    t.same(processesOf(folder), [])
  })
}
