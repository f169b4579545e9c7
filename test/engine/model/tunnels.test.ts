import t from 'tap'
import type { DocumentChange, DocumentKind, Documents } from '../../../controller/engine/model/documents.ts'
import { Model } from '../../../controller/engine/model/model.ts'
import { tunnelsOf } from '../../../controller/engine/model/tunnels.ts'

const put = <K extends DocumentKind>(kind: K, id: string, value: Documents[K]): DocumentChange =>
  ({ kind, id, value }) as unknown as DocumentChange

const types: Documents['host']['encap']['types'] = ['geneve', 'vxlan']

const hosts = (count: number, physical = {}): DocumentChange[] =>
  Array.from({ length: count }, (_, index) =>
    put('host', `h${index + 1}`, {
      dpid: (index + 1).toString(16).padStart(16, '0'),
      ...{ encap: { address: `192.0.2.${index + 1}`, types }, tunnels: { geneve: 1, vxlan: 2 }, physical },
    }),
  )

/** A network with a subnet, and a port on each of the hosts. */
const network = (number: number, on: readonly number[], more: object = {}): DocumentChange[] => [
  put('network', `n${number}`, { vni: number, ...more }),
  put('subnet', `s${number}`, { network: `n${number}`, cidr: `10.${number >> 8}.${number & 255}.0/24` }),
  ...on.flatMap((at) => [
    put('port', `p${number}-${at}`, { network: `n${number}` }),
    put('assignment', `p${number}-${at}`, { mac: '02:00:00:00:00:01', addresses: [] }),
    put('binding', `p${number}-${at}`, { host: `h${at}`, interface: 'eth0', ofport: 7 }),
  ]),
]

const modelOf = (...changes: readonly DocumentChange[]): Model => {
  const model = new Model()
  model.apply([...changes])
  return model
}

const texts = (model: Model): string[] =>
  [...tunnelsOf(model)].map(({ from, to, encapsulation }) => `${from.id} ${to.id} ${encapsulation}`)

t.test('hosts have tunnels between them where networks are on both, each one once', (t) => {
  const wanted = [...hosts(4), ...network(1, [1, 2, 3]), ...network(2, [1, 2]), ...network(3, [1, 4])]
  t.same(texts(modelOf(...wanted)), ['h1 h2 geneve', 'h1 h3 geneve', 'h1 h4 geneve', 'h2 h3 geneve'])
  t.same(texts(modelOf(...hosts(2), ...network(1, [1]), ...network(2, [2]))), [], 'networks apart')
  t.end()
})

t.test('between networks that a router joins, packets travel as the network says that they are for', (t) => {
  const wanted = [
    ...[...hosts(4), ...network(1, [1], { encapsulation: 'vxlan' }), ...network(2, [2]), ...network(3, [3])],
    put('router', 'r1', { subnets: ['s1', 's2'] }),
  ]
  t.same(texts(modelOf(...wanted)), ['h1 h2 vxlan', 'h1 h2 geneve'], 'h3 is apart')
  const joined = [...wanted, put('router', 'r2', { subnets: ['s2', 's3'] })]
  t.same(
    texts(modelOf(...joined)).sort(),
    ['h1 h2 geneve', 'h1 h2 vxlan', 'h1 h3 geneve', 'h1 h3 vxlan', 'h2 h3 geneve'],
    'nothing in vxlan travels between h2 and h3',
  )
  t.end()
})

t.test('where hosts lack the encapsulation that a network asks for, there is no way, and it is told', (t) => {
  const wanted = [...hosts(2), ...network(1, [1], { encapsulation: 'gre' }), ...network(2, [2])]
  const router = put('router', 'r1', { subnets: ['s1', 's2'] })
  t.same(texts(modelOf(...wanted, router)), ['h1 h2 undefined', 'h1 h2 geneve'])
  t.end()
})

t.test('all hosts of a router have tunnels to the one where it leaves, as both networks say', (t) => {
  const out = [
    put('network', 'out', { vni: 999, external: 'internet', encapsulation: 'vxlan' }),
    put('subnet', 'out4', { network: 'out', cidr: '198.51.100.0/24', gateway: '198.51.100.1' }),
  ]
  const external = { network: 'out', addresses: ['198.51.100.9'], hosts: ['h3'] }
  const router = put('router', 'r1', { subnets: ['s1'], external })
  const found = texts(modelOf(...hosts(3, { internet: 9 }), ...network(1, [1, 2]), ...out, router))
  t.same(found.sort(), ['h1 h2 geneve', 'h1 h3 geneve', 'h1 h3 vxlan', 'h2 h3 geneve', 'h2 h3 vxlan'])
  t.end()
})

t.test('many networks on the same hosts make no more work of pairs than one', (t) => {
  const count = 20
  const all = Array.from({ length: count }, (_, index) => index + 1)
  const asked = (networks: number, isJoined: boolean): { pairs: number; reads: number } => {
    const numbers = Array.from({ length: networks }, (_, index) => index + 1)
    const router = put('router', 'r1', { subnets: numbers.map((number) => `s${number}`) })
    const changes = [...hosts(count), ...numbers.flatMap((number) => network(number, all))]
    const model = modelOf(...changes, ...(isJoined ? [router] : []))
    let reads = 0
    const get = (id: string) => {
      reads++
      return model.hosts.get(id)
    }
    const { networks: known, spreads, reaches, routers } = model
    return { pairs: [...tunnelsOf({ networks: known, hosts: { get }, spreads, reaches, routers })].length, reads }
  }
  const one = asked(1, false)
  t.equal(one.pairs, 190)
  t.same(asked(100, false), one)
  t.same(asked(100, true), one)
  t.end()
})
