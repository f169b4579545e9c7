import t from 'tap'
import { namespaces, ovs } from '../support/needs.ts'
import { crashes } from './crashes.ts'
import { NetworksLab } from './lab.ts'
import { moving } from './moving.ts'
import { restarts } from './restarts.ts'

/** How often all of the faults come: more in a long run. */
const rounds = Number(process.env.HEDDLE_SOAK_ROUNDS ?? 1)

t.test('containers, hosts and controllers that move, fail and come back', async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  const lab = await NetworksLab.start(t, 'netc')
  for (let round = 0; round < rounds; round++) await crashes(t, lab)
  await moving(t, lab)
  await restarts(t, lab)
})
