import { duplexPair } from 'node:stream'
import t, { type Test } from 'tap'
import { SimSwitch } from '../../../../topology/sim/index.ts'
import { RealBridge } from '../../../sim/support/bridge.ts'
import { Client } from '../../../sim/support/client.ts'
import { namespaces, ovs } from '../../../support/needs.ts'
import { basicCases } from './cases-basic.ts'
import { groupCases } from './cases-groups.ts'
import { otherCases } from './cases-more.ts'
import { priorityCases } from './cases-priority.ts'
import { serviceCases } from './cases-services.ts'
import { stateCases } from './cases-state.ts'
import { begin, type Player, play } from './play.ts'

const cases = [...basicCases, ...groupCases, ...serviceCases, ...priorityCases, ...stateCases, ...otherCases]

const playAll = async (t: Test, player: Player): Promise<void> => {
  const world = await begin(player)
  for (const one of cases) {
    const expected = one.steps.filter((step) => Array.isArray(step))
    t.same(await play(player, world, one), expected, one.title)
  }
  player.client.close()
}

t.test('a simulated switch', async (t) => {
  const sw = new SimSwitch({ ports: [1, 2, 3, 4] })
  t.teardown(() => sw.close())
  const [ours, theirs] = duplexPair()
  sw.connect(ours)
  await playAll(t, { client: new Client(theirs), settled: async () => undefined })
})

t.test('Open vSwitch', async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  const bridge = await RealBridge.start('fwlcs', 4)
  t.teardown(() => bridge.stop())
  await playAll(t, { client: bridge.connect(), settled: () => bridge.revalidated() })
})
