import t from 'tap'
import overlay from '../../apps/overlay/app.ts'
import firewall from '../../apps/vrouter/firewall/app.ts'
import type { App } from '../../controller/index.ts'
import { TcpFlags, tcpFrame } from '../../controller/packet/index.ts'
import { ManualClock } from '../../topology/sim/testing.ts'
import { doc, hostDoc, macOf, portDocs } from '../apps/one-host.ts'
import { ApiLab } from './lab.ts'

const tcp = (from: number, to: number, ports: readonly [number, number], flags: number): Uint8Array =>
  tcpFrame(
    { src: macOf(from), dst: macOf(to) },
    { src: `10.0.0.${from}`, dst: `10.0.0.${to}` },
    { src: ports[0], dst: ports[1], flags },
  )

t.test('what each rule has decided about: packets of connections, both ways', async (t) => {
  const lab = await ApiLab.start(t)
  const { engine } = lab.running
  const port = (id: string, number: number, groups: string[]) =>
    portDocs(id, {
      ...{ network: 'blue', mac: macOf(number), addresses: [`10.0.0.${number}`], host: 'h1', ofport: number },
      spec: { groups },
    })
  engine.model.apply([
    ...[hostDoc('h1', 1n), doc('network', 'blue', { vni: 1 }), doc('groupNumber', 'web', { tenant: 1, bit: 3 })],
    ...[...port('a', 1, ['web']), ...port('b', 2, [])],
    doc('policy', 'web', {
      groups: ['web'],
      rules: [
        { name: 'http', direction: 'in', action: 'allow', protocol: 'tcp', ports: ['80-81'], priority: 700 },
        { direction: 'in', action: 'drop', protocol: 'udp', log: true },
      ],
    }),
    doc('policy', 'try', {
      audit: true,
      rules: [{ direction: 'in', action: 'drop', peer: { cidrs: ['10.0.0.2/32'] } }],
    }),
  ])
  for (const app of [overlay, firewall] as unknown as readonly App[]) engine.load(app)
  const sw = await lab.connect({ dpid: 1n, ports: [1, 2], clock: new ManualClock() })
  await engine.confirmed(60_000)
  const { SYN, ACK } = TcpFlags
  sw.receive(2, tcp(2, 1, [4000, 80], SYN))
  sw.receive(1, tcp(1, 2, [80, 4000], SYN | ACK))
  sw.receive(2, tcp(2, 1, [4000, 80], ACK))
  sw.receive(2, tcp(2, 1, [4001, 22], SYN))
  const bytes = tcp(2, 1, [1, 1], SYN).length
  const { body } = await lab.get('/v1/rules')
  const web = { policy: 'web', tier: 'tenant', direction: 'in', audited: false, log: false }
  t.same(body, [
    { ...web, rule: 'http', action: 'allow', priority: 700, packets: 3, bytes: 3 * bytes },
    { ...web, rule: 'drop in udp log', action: 'drop', priority: 500, log: true, packets: 0, bytes: 0 },
    { ...web, rule: 'default in', action: 'drop', packets: 1, bytes },
    {
      ...{ ...web, policy: 'try', rule: 'drop in all from 10.0.0.2/32', action: 'drop', audited: true, priority: 500 },
      ...{ packets: 4, bytes: 4 * bytes },
    },
    { ...web, policy: 'try', rule: 'default in', action: 'drop', audited: true, packets: 0, bytes: 0 },
  ])
  t.equal((await lab.get('/v1/rules?policy=try')).body.length, 2)
  t.match((await lab.get('/v1/drops?app=firewall')).body, [
    { drop: 'more packets for the controller than it takes', packets: 0 },
    { drop: 'packet of no connection that could be', packets: 0 },
    { drop: 'policy web: default in', flows: 1, packets: 1, bytes },
    { drop: 'policy web: drop in udp log', packets: 0 },
  ])
  sw.close()
  engine.switches.delete(1n)
  const [first] = (await lab.get('/v1/rules')).body
  t.same(Object.keys(first).includes('packets'), false, 'where no switch says, nothing is claimed')
})

t.test('of a rule that is on some hosts only, what these have counted', async (t) => {
  const lab = await ApiLab.start(t)
  const { engine } = lab.running
  const addresses = (number: number) => ({ mac: macOf(number), addresses: [`10.0.0.${number}`] })
  const port = (id: string, number: number, host: string, ofport: number, groups: string[] = []) =>
    portDocs(id, { network: 'blue', ...addresses(number), host, ofport, spec: { groups } })
  engine.model.apply([
    ...([1n, 2n, 3n] as const).map((dpid) => hostDoc(`h${dpid}`, dpid, `192.0.2.${dpid}`)),
    ...[doc('network', 'blue', { vni: 1 }), doc('groupNumber', 'web', { tenant: 1, bit: 3 })],
    ...[...port('a', 1, 'h1', 1, ['web']), ...port('b', 2, 'h1', 2), ...port('c', 3, 'h2', 1, ['web'])],
    ...[...port('d', 4, 'h2', 2), ...port('e', 5, 'h3', 1), ...port('f', 6, 'h3', 2)],
    doc('policy', 'web', {
      groups: ['web'],
      rules: [{ name: 'http', direction: 'in', action: 'allow', ports: [80], protocol: 'tcp' }],
    }),
  ])
  for (const app of [overlay, firewall] as unknown as readonly App[]) engine.load(app)
  const connect = (dpid: bigint) => lab.connect({ dpid, ports: [1, 2], clock: new ManualClock() })
  const switches = [await connect(1n), await connect(2n), await connect(3n)]
  await engine.confirmed(60_000)
  const { SYN } = TcpFlags
  for (const [index, sw] of switches.entries()) {
    const number = 2 * index + 1
    for (const service of [80, 80, 22]) sw.receive(2, tcp(number + 1, number, [4000, service], SYN))
  }
  const counted = async (query = '') => {
    const { body } = await lab.get(`/v1/rules${query}`)
    return body.map(({ rule, packets }: { rule: string; packets: number }) => [rule, packets])
  }
  t.same(await counted(), [
    ['http', 4],
    ['default in', 2],
  ])
  t.same(await counted('?dpid=2'), [
    ['http', 2],
    ['default in', 1],
  ])
  t.same(
    await counted('?dpid=3'),
    [
      ['http', 0],
      ['default in', 0],
    ],
    'where the rule is not',
  )
  engine.model.apply([doc('binding', 'c', undefined)])
  await engine.confirmed(60_000)
  t.same(
    await counted(),
    [
      ['http', 2],
      ['default in', 1],
    ],
    'a host without such a port forgets what it has counted',
  )
})
