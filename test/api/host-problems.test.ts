import t from 'tap'
import { createApi } from '../../controller/api/index.ts'
import { hostDoc } from '../apps/one-host.ts'
import { ApiLab } from './lab.ts'

const finding = 'the conntrack limit of blue is not enforced'
const mend = 'ovs-appctl dpctl/ct-set-limits netdev@ovs-netdev zone=32768,limit=9'

t.test('what is amiss with a host is told with the host, and by doctor with what mends it', async (t) => {
  const lab = await ApiLab.start(t)
  lab.running.engine.model.apply([hostDoc('h1', 1n), hostDoc('h2', 2n)])
  const problems = [{ finding, mend }, { finding: 'stt is not carried' }]
  const api = await createApi({
    ...lab.options,
    hostProblems: (id) => (id === 'h2' ? problems : []),
    refusedHosts: () => [{ address: '192.0.2.7', reason: 'its Open vSwitch has no external_ids:system-id' }],
  })
  t.teardown(() => api.close())
  const get = async (url: string) => (await api.inject({ method: 'GET', url })).json()
  t.match(await get('/v1/hosts'), [
    { id: 'h1', warnings: [] },
    { id: 'h2', warnings: [`${finding}; run there: ${mend}`, 'stt is not carried'] },
  ])
  const told: readonly { finding: string }[] = await get('/v1/doctor')
  t.same(
    told.filter((one) => one.finding.startsWith('host ')),
    [
      { level: 'warning', finding: `host h2: ${finding}`, mend },
      { level: 'warning', finding: 'host h2: stt is not carried' },
    ],
  )
  t.match(
    told.find((one) => one.finding.startsWith('a host ')),
    { level: 'error', finding: 'a host at 192.0.2.7 is refused: its Open vSwitch has no external_ids:system-id' },
  )
})
