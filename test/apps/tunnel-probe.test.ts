import t from 'tap'
import { Prober, type TunnelState } from '../../apps/tunnel-probe/prober.ts'
import {
  type HostFact,
  type NetworkFact,
  type RouterFact,
  type SiteFact,
  type SpreadFact,
  siteKey,
  type Tunnel,
} from '../../controller/index.ts'

const host = (id: string): HostFact => ({
  ...{ id, dpid: BigInt(id.slice(1)), address: `192.0.2.${id.slice(1)}`, underlayMtu: undefined },
  types: ['geneve'],
  tunnels: { geneve: 65001 },
  physical: {},
})

const network = (id: string, vni: number): NetworkFact => ({
  ...{ id, vni, encapsulation: undefined, mtu: undefined },
  ...{ domain: vni, routed: false, external: undefined, vlan: undefined },
})

const start = (hostIds: readonly string[], perTick = 100) => {
  const hosts = new Map(hostIds.map((id) => [id, host(id)]))
  const networks = new Map(['blue', 'red'].map((id, index) => [id, network(id, index + 1)]))
  const spreads = new Map<string, SpreadFact>(
    ['blue', 'red'].map((network) => [network, { network, hosts: [...hostIds] }]),
  )
  const reaches = new Map<string, SiteFact>(
    [...networks.values()].flatMap(({ id, vni }) =>
      [...hosts.values()].map(({ id: host, dpid }) => [siteKey(id, dpid), { network: id, vni, host, dpid }]),
    ),
  )
  const routers = new Map<string, RouterFact>()
  const findings = new Map<string, TunnelState>()
  const sent: { readonly tunnel: Tunnel; readonly number: number }[] = []
  const prober = new Prober({ hosts, networks, spreads, reaches, routers }, findings, perTick)
  const tick = (now: number) => prober.tick(now, (tunnel, number) => sent.push({ tunnel, number }))
  return { prober, findings, sent, hosts, networks, spreads, reaches, tick }
}

t.test('each pair of hosts is tried once a round, in however many networks they meet', (t) => {
  const { sent, tick } = start(['h1', 'h2', 'h3'])
  tick(0)
  t.same(
    sent.map(({ tunnel: { from, to } }) => `${from.id} ${to.id}`),
    ['h1 h2', 'h1 h3', 'h2 h3'],
  )
  t.end()
})

t.test('hosts that only routers join are tried, those without an encapsulation in common are not', (t) => {
  const { sent, hosts, networks, spreads, tick } = start(['h1', 'h2', 'h3'])
  spreads.set('blue', { network: 'blue', hosts: ['h1'] })
  spreads.set('red', { network: 'red', hosts: ['h2', 'h3'] })
  for (const [id, fact] of networks) networks.set(id, { ...fact, domain: 1, routed: true })
  hosts.set('h3', { ...host('h3'), types: ['gre'], tunnels: { gre: 65003 } })
  tick(0)
  t.same(
    sent.map(({ tunnel: { from, to } }) => `${from.id} ${to.id}`),
    ['h1 h2'],
  )
  t.end()
})

t.test('a probe that comes back says how long it took, three lost in a row that the tunnel is down', (t) => {
  const { prober, findings, sent, tick } = start(['h1', 'h2'])
  tick(0)
  prober.answered(sent[0]?.number ?? 0, 7)
  t.same(findings.get('h1 h2 geneve'), { state: 'up', roundTrip: 7 })
  for (const now of [1_000, 2_000, 3_000]) tick(now)
  t.same(findings.get('h1 h2 geneve'), { state: 'up', roundTrip: 7 }, 'two are lost')
  tick(4_000)
  t.same(findings.get('h1 h2 geneve'), { state: 'down', roundTrip: 7 })
  prober.answered(sent.at(-1)?.number ?? 0, 4_002)
  t.same(findings.get('h1 h2 geneve'), { state: 'up', roundTrip: 2 })
  prober.answered(12345, 4_003)
  t.equal(findings.size, 1, 'an answer to nothing is left out')
  t.end()
})

t.test('many tunnels are tried some at a time, and those that are no more are forgotten', (t) => {
  const ids = Array.from({ length: 20 }, (_, index) => `h${index + 1}`)
  const { prober, findings, sent, spreads, reaches, tick } = start(ids, 50)
  for (const now of [0, 1, 2, 3]) tick(now)
  t.equal(sent.length, 190, 'all 190 pairs, in rounds of 50')
  for (const { number } of sent) prober.answered(number, 5)
  t.equal(findings.size, 190)
  for (const id of spreads.keys()) spreads.set(id, { network: id, hosts: ['h1', 'h2'] })
  for (const [key, { dpid }] of reaches) if (dpid > 2n) reaches.delete(key)
  for (const now of [10, 11]) tick(now)
  t.same([...findings.keys()], ['h1 h2 geneve'])
  t.end()
})
