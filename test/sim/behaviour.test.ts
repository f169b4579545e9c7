import { duplexPair } from 'node:stream'
import t, { type Test } from 'tap'
import { SimSwitch } from '../../topology/sim/index.ts'
import { namespaces, ovs } from '../support/needs.ts'
import { controlBehaviours } from './behaviour/control.ts'
import { errorBehaviours } from './behaviour/errors.ts'
import { groupBehaviours } from './behaviour/groups.ts'
import { headerBehaviours } from './behaviour/headers.ts'
import { clear, type Lab } from './behaviour/lab.ts'
import { tableBehaviours } from './behaviour/tables.ts'
import { trackingBehaviours } from './behaviour/tracking.ts'
import { RealBridge } from './support/bridge.ts'
import { Client } from './support/client.ts'

const behaviours = [
  ...controlBehaviours,
  ...errorBehaviours,
  ...tableBehaviours,
  ...groupBehaviours,
  ...headerBehaviours,
  ...trackingBehaviours,
]

const showAll = async (t: Test, connect: () => Client): Promise<void> => {
  const lab: Lab = { client: connect(), another: connect }
  for (const { title, run } of behaviours) {
    await clear(lab)
    await t.test(title, (t) => run(t, lab))
  }
  lab.client.close()
}

t.test('a simulated switch', async (t) => {
  const sw = new SimSwitch({ ports: [1, 2, 3, 4, 0xfffffffe] })
  t.teardown(() => sw.close())
  await showAll(t, () => {
    const [ours, theirs] = duplexPair()
    sw.connect(ours)
    return new Client(theirs)
  })
})

t.test('Open vSwitch', async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  const bridge = await RealBridge.start('simbh', 4)
  t.teardown(() => bridge.stop())
  await showAll(t, () => bridge.connect())
})
