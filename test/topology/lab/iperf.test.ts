import t from 'tap'
import { stream } from '../../../topology/lab/iperf.ts'
import { run } from '../../../topology/ovs/shell.ts'
import { iperf, namespaces } from '../../support/needs.ts'

t.test('streams one after the other; where nothing can listen, the reason is told', async (t) => {
  if (!namespaces(t) || !iperf(t)) return
  const name = `iperf-${process.pid}`
  await run('ip', ['netns', 'add', name])
  t.teardown(() => run('ip', ['netns', 'delete', name]))
  await run('ip', ['netns', 'exec', name, 'ip', 'link', 'set', 'lo', 'up'])
  const asked = { from: name, to: name, protocol: 'tcp', seconds: 1, omitted: 0 } as const
  for (let count = 0; count < 3; count++) {
    const { kbps } = await stream({ ...asked, address: '127.0.0.1' })
    t.ok(kbps > 1000, `${Math.round(kbps)} kbit/s`)
  }
  await t.rejects(stream({ ...asked, from: 'nowhere', address: '127.0.0.1' }), { name: 'CommandError' })
  await t.resolves(stream({ ...asked, address: '127.0.0.1' }), 'who failed to send has left no server in the way')
  await t.rejects(stream({ ...asked, address: '192.0.2.9' }), {
    name: 'CommandError',
    message: /unable to start listener/,
  })
})
