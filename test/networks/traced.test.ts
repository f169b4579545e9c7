import { fileURLToPath } from 'node:url'
import t from 'tap'
import { namespaces, ovs } from '../support/needs.ts'
import { agreeing, type TraceCase } from './agreeing.ts'
import { NetworksLab } from './lab.ts'

const file = fileURLToPath(new URL('traced.yaml', import.meta.url))

const to = (port: string, host: string): RegExp => new RegExp(`^delivered to ${port} on ${host}$`)
const outside = /^left h\d by its port hdl-to-internet, to the physical network internet$/

const routed: readonly TraceCase[] = [
  { packet: ['web1', 'db2', 'tcp/80'], verdict: to('db2', 'h2'), answer: to('web1', 'h1'), live: true },
  { packet: ['db2', 'web2'], options: { family: '6' }, verdict: to('web2', 'h1'), answer: to('db2', 'h2'), live: true },
  { packet: ['web1', '10.0.1.1'], verdict: /^answered on h1 by app router, rule subnet, r1 web-v4 \(icmp 10\.0\.1\.1/ },
  { packet: ['web2', 'fd00:2::1'], verdict: /^answered on h1 by app router, rule subnet, r1 db-v6 \(icmp fd00:2::1/ },
  {
    packet: ['web1', 'db2'],
    options: { ttl: '1' },
    verdict: /^handed to the controller on h1, by app router, rule router/,
  },
  { packet: ['web1', '10.0.2.99'], verdict: /^handed to the controller on h1, by app router, rule subnet, r1 db-v4$/ },
  { packet: ['web2', '10.9.1.1', 'tcp/80'], verdict: /^delivered to db\d on h2$/ },
]

const policed: readonly TraceCase[] = [
  { packet: ['web1', 'db1', 'tcp/5432'], verdict: to('db1', 'h2'), answer: to('web1', 'h1'), live: true },
  {
    ...{ packet: ['web2', 'db1', 'tcp/5432'], live: true },
    verdict: /^dropped on h2: "policy databases: default in", by app firewall, rule rule, databases: default in$/,
  },
  { packet: ['web1', 'db1'], verdict: /^dropped on h2: "policy databases: pings", by app firewall, rule/, live: true },
  { packet: ['db1', 'web1', 'udp/53'], verdict: to('web1', 'h1'), answer: to('db1', 'h2'), live: true },
]

const translated: readonly TraceCase[] = [
  { packet: ['web1', '203.0.113.1', 'udp/53'], verdict: outside, answer: to('web1', 'h1') },
  { packet: ['web2', '203.0.113.1', 'tcp/80'], verdict: outside, answer: to('web2', 'h1'), live: true },
  { packet: ['web2', '203.0.113.11', 'tcp/80'], verdict: to('web1', 'h1'), answer: to('web2', 'h1'), live: true },
  { packet: ['db2', '203.0.113.1'], verdict: /^dropped on h2: "to the outside without a translation", by app nat/ },
]

t.test('packets through routers, firewall and translations over two hosts', async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  const lab = await NetworksLab.start(t, 'trcd', file)
  // Who is outside is asked for when somebody first sends there.
  for (const from of ['web1', 'web2']) await lab.inside(from, 'ping', '-n', '-c', '1', '-w', '20', '203.0.113.1')
  await agreeing(t, lab, [...routed, ...policed, ...translated])
})
