import t from 'tap'
import { namespaces, ovs, python, tshark } from '../support/needs.ts'
import { flooding } from './flooding.ts'
import { NetworksLab } from './lab.ts'
import { reach } from './reach.ts'
import { spoofing } from './spoofing.ts'
import { tracing } from './tracing.ts'

t.test('traffic of containers on three hosts', async (t) => {
  if (!ovs(t) || !namespaces(t) || !tshark(t) || !python(t)) return
  const lab = await NetworksLab.start(t, 'nett')
  await reach(t, lab)
  await flooding(t, lab)
  await spoofing(t, lab)
  await tracing(t, lab)
})
