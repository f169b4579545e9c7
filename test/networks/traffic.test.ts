import t from 'tap'
import { namespaces, ovs, python, tshark } from '../support/needs.ts'
import { NetworksLab } from './lab.ts'
import { reach } from './reach.ts'

t.test('traffic of containers on three hosts', async (t) => {
  if (!ovs(t) || !namespaces(t) || !tshark(t) || !python(t)) return
  const lab = await NetworksLab.start(t, 'soat')
  await reach(t, lab)
})
