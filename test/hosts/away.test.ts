import t from 'tap'
import { until } from '../engine/lab.ts'
import { ovs } from '../support/needs.ts'
import { enlist, withHosts } from './lab.ts'

t.test('a host whose database has gone is told as such, with the reason, until it is back', async (t) => {
  if (!ovs(t)) return
  const { watched, server } = await withHosts(t, ['h1'])
  t.same(watched.hosts.problemsOf('h1'), [])
  await server.vsctl('set', 'open_vswitch', '.', 'external_ids:system-id=h2')
  await until('it is let go', () => watched.hosts.problemsOf('h1').length > 0)
  t.match(watched.hosts.problemsOf('h1'), [
    {
      finding: /^its database is not connected: its external_ids:system-id is h2 now; what it has bound may be/,
      mend: 'ovs-vsctl list manager',
    },
  ])
  t.match(watched.hosts.list().find(({ id }) => id === 'h1')?.problems, [/^its database .*; run there: ovs-vsctl list/])
  await enlist(server, 'h1', watched.target)
  await until('it is back', () => watched.hosts.problemsOf('h1').length === 0)
})
