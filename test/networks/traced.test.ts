import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { questionOf } from '../../controller/cli/trace/question.ts'
import { traced } from '../../controller/cli/trace/result.ts'
import { whyText } from '../../controller/cli/trace/text.ts'
import { ApiWorld } from '../../controller/cli/trace/world.ts'
import { cutLink, healLinks } from '../../topology/lab/links.ts'
import { until } from '../engine/lab.ts'
import { namespaces, ovs } from '../support/needs.ts'
import { agreeing, type TraceCase } from './agreeing.ts'
import { NetworksLab, patience } from './lab.ts'

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

/** Hosts that lose each other, and then their controller. */
const breaking = async (t: Test, lab: NetworksLab): Promise<void> => {
  const options = { api: lab.folder.facts.api ?? '', output: 'table' } as const
  const why = async (from: string, to: string, size = '84'): Promise<string> => {
    const world = await ApiWorld.open(options)
    return whyText(world, await traced(world, questionOf(world, [from, to], { ...options, size }), true))
  }
  await t.test('a packet that no tunnel takes is told of, which Open vSwitch only logs', async (t) => {
    t.match(await why('web1', 'web3', '1450'), /^web1 reaches web3 by icmp$/m)
    const tooLong = await why('web1', 'web3', '1451')
    t.match(
      tooLong,
      /^ {2}lost on h1: 1451 bytes do not fit into the tunnel from h1 to h2 by geneve: at most 1450 do$/m,
    )
    t.match(tooLong, /^ {2}mend: give the network an mtu that fits/m)
    const large = (size: number, seconds: number) =>
      lab.inside('web1', 'ping', '-n', '-c', '2', '-W', String(seconds), '-s', String(size), '10.0.1.4')
    await lab.inside('web1', 'ip', 'link', 'set', 'dev', 'eth0', 'mtu', '1500')
    await large(1450 - 28, 30)
    await t.rejects(large(1451 - 28, 2), 'so it is')
  })
  await t.test('a tunnel that carries nothing is told of, though all flows are right', async (t) => {
    await cutLink(lab.folder, lab.record, 'h2')
    await until('the tunnel is down', async () => (await why('web1', 'web3')).includes('carries nothing'), patience)
    t.match(await why('web1', 'web3'), /^ {2}but the tunnel between h1 and h2 by geneve carries nothing/m)
    t.notMatch(await why('web1', 'web2'), /tunnel/)
    await healLinks(lab.folder, lab.record, ['h2'])
  })
  await t.test('what a host does that is not connected is not known, and said so', async (t) => {
    await lab.daemons('h2').killSwitch()
    const away = /lost on h2: host h2 is not connected: what it does with packets cannot be read$/m
    await until('h2 is away', async () => away.test(await why('web1', 'web3')), patience)
    t.match(await why('web1', 'web3'), /^web1 does not reach web3 by icmp\n/)
  })
}

t.test('packets through routers, firewall and translations over two hosts', async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  const lab = await NetworksLab.start(t, 'trcd', file)
  // Who is outside is asked for when somebody first sends there.
  for (const from of ['web1', 'web2']) await lab.inside(from, 'ping', '-n', '-c', '1', '-w', '20', '203.0.113.1')
  await agreeing(t, lab, [...routed, ...policed, ...translated])
  await breaking(t, lab)
})
