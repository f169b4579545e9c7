import { deepStrictEqual } from 'node:assert'
import t from 'tap'
import type { DocumentChange, DocumentKind, Documents } from '../../../controller/engine/model/documents.ts'
import { Model } from '../../../controller/engine/model/model.ts'
import fc from '../../support/random.ts'

const put = <K extends DocumentKind>(kind: K, id: string, value: Documents[K]): DocumentChange =>
  ({ kind, id, value }) as unknown as DocumentChange

const gone = (kind: DocumentKind, id: string): DocumentChange => ({ kind, id, value: undefined })

const host = (number: number, physical?: Record<string, number>): DocumentChange =>
  put('host', `h${number}`, {
    dpid: number.toString(16).padStart(16, '0'),
    encap: { address: `192.0.2.${number}`, types: ['geneve'] },
    tunnels: { geneve: 1 },
    ...(physical ? { physical } : {}),
  })

/** A port of a network, plugged in at a host. */
const portAt = (id: string, network: string, number: number): DocumentChange[] => [
  put('port', id, { network }),
  put('assignment', id, { mac: '02:00:00:00:00:01', addresses: ['10.0.1.9'] }),
  put('binding', id, { host: `h${number}`, interface: id, ofport: 7 }),
]

/** Networks n1 to n4 with VNIs 11 to 14, each with a subnet; three hosts, with a port of n1, n2 and n3 each. */
const basis = (): Model => {
  const model = new Model()
  const numbers = [1, 2, 3, 4]
  model.apply([
    ...numbers.map((number) => put('network', `n${number}`, { vni: 10 + number })),
    ...numbers.map((number) => put('subnet', `s${number}`, { network: `n${number}`, cidr: `10.0.${number}.0/24` })),
    ...[1, 2, 3].map((number) => host(number)),
    ...[1, 2, 3].flatMap((number) => portAt(`p${number}`, `n${number}`, number)),
  ])
  return model
}

/** Hosts that a network is reached from. */
const reachedFrom = (model: Model, network: string): string[] =>
  [...model.reaches.entries()].flatMap(([, fact]) => (fact.network === network ? [fact.host] : [])).sort()

const domains = (model: Model): number[] => [...model.networks.entries()].map(([, { domain }]) => domain)

t.test('networks that routers join are one domain, reached from all hosts that have one of them', (t) => {
  const model = basis()
  t.same(domains(model), [11, 12, 13, 14])
  t.same(reachedFrom(model, 'n1'), ['h1'])
  model.apply([put('router', 'r1', { subnets: ['s1', 's2'] }), put('router', 'r2', { subnets: ['s3', 's4'] })])
  t.same(domains(model), [11, 11, 13, 13])
  t.same(reachedFrom(model, 'n1'), ['h1', 'h2'])
  t.same(reachedFrom(model, 'n4'), ['h3'], 'nobody of it is there, and it is routed to')
  model.apply([put('router', 'r2', { subnets: ['s2', 's3', 's4'] })])
  t.same(domains(model), [11, 11, 11, 11], 'through another router too')
  t.same(reachedFrom(model, 'n1'), ['h1', 'h2', 'h3'])
  model.apply([gone('binding', 'p2')])
  t.same(reachedFrom(model, 'n3'), ['h1', 'h3'])
  model.apply([put('router', 'r1', { subnets: ['s1'] })])
  t.same(domains(model), [11, 12, 12, 12])
  t.same(reachedFrom(model, 'n1'), ['h1'])
  model.apply([gone('router', 'r2')])
  t.same(domains(model), [11, 12, 13, 14])
  t.same(reachedFrom(model, 'n4'), [])
  t.end()
})

t.test('a router has one address of Ethernet in all its subnets, its own unless the user gave one', (t) => {
  const model = basis()
  model.apply([
    put('router', 'r1', { subnets: ['s1', 's2'] }),
    put('router', 'r2', { subnets: ['s3', 's4'], mac: '02:00:00:00:0a:01' }),
    put('subnet', 's4', { network: 'n4', cidr: '10.0.4.0/24', gateway: null }),
  ])
  const macs = [...model.interfaces.entries()].map(([key, { address, mac }]) => [key, address, mac])
  const mac = model.routers.get('r1')?.mac ?? 0
  t.equal(Math.floor(mac / 2 ** 40) & 3, 2, 'locally administered, of one station')
  t.same(macs, [
    ['r1 s1', '10.0.1.1', mac],
    ['r1 s2', '10.0.2.1', mac],
    ['r2 s3', '10.0.3.1', 0x0200_0000_0a01],
  ])
  model.apply([put('subnet', 's1', { network: 'n1', cidr: '10.0.1.0/24', gateway: '10.0.1.254' })])
  t.equal(model.interfaces.get('r1 s1')?.address, '10.0.1.254')
  const given = '02:00:00:00:0a:02'
  model.apply([put('routerNumber', 'r1', { zone: 1, mac: given }), put('routerNumber', 'r2', { zone: 2, mac: given })])
  t.equal(model.interfaces.get('r1 s2')?.mac, 0x0200_0000_0a02, 'as the controller gave it')
  t.equal(model.interfaces.get('r2 s3')?.mac, 0x0200_0000_0a01)
  model.apply([gone('router', 'r1')])
  t.same([...model.interfaces.keys()], ['r2 s3'])
  t.equal(model.routers.has('r1'), false)
  t.end()
})

t.test('a route leads to those of its neighbours that are in a subnet of the router', (t) => {
  const model = basis()
  const routes = [
    { to: '10.9.0.7/16', via: ['10.0.2.7', '10.0.1.7', '10.0.4.7'] },
    { to: 'FD00::/8', via: ['10.0.1.7'] },
  ]
  model.apply([put('router', 'r1', { subnets: ['s1', 's2'], routes })])
  t.same(model.routers.get('r1')?.routes, [
    {
      family: 4,
      to: '10.9.0.0/16',
      via: [
        { address: '10.0.2.7', network: 'n2', vni: 12 },
        { address: '10.0.1.7', network: 'n1', vni: 11 },
      ],
    },
    { family: 6, to: 'fd00::/8', via: [] },
  ])
  t.end()
})

/** Network `out` is outside, on the hosts whose port to the physical network is given. */
const outside = (ports: Readonly<Record<number, number>>): DocumentChange[] => [
  put('network', 'out', { vni: 99, external: 'physnet', vlan: 5 }),
  put('subnet', 'out4', { network: 'out', cidr: '198.51.100.0/24', gateway: '198.51.100.1' }),
  ...Object.entries(ports).map(([number, physnet]) => host(Number(number), { physnet })),
]

const external = { network: 'out', addresses: ['198.51.100.9'] }

t.test('an external network is where hosts have it, and joins nobody', (t) => {
  const model = basis()
  model.apply(outside({ 2: 40, 3: 41 }))
  const attachments = [...model.attachments.entries()].map(([, { host, ofport, vlan }]) => [host, ofport, vlan])
  t.same(attachments, [
    ['h2', 40, 5],
    ['h3', 41, 5],
  ])
  model.apply([put('router', 'r1', { subnets: ['s1'], external }), put('router', 'r2', { subnets: ['s2'], external })])
  t.same(model.routers.get('r1')?.external?.subnets, [{ family: 4, cidr: '198.51.100.0/24', gateway: '198.51.100.1' }])
  t.equal(model.networks.get('n1')?.domain, 11)
  t.equal(model.networks.get('n2')?.domain, 12)
  model.apply([host(2), host(3, { other: 41 })])
  t.equal(model.attachments.size, 0)
  t.equal(model.routers.get('r1')?.external?.host, undefined)
  t.end()
})

t.test('a router leaves by the first preferred host that has the network, which then reaches all it joins', (t) => {
  const model = basis()
  const hosts = ['h3', 'h2']
  model.apply([...outside({ 2: 40 }), put('router', 'r1', { subnets: ['s1', 's4'], external: { ...external, hosts } })])
  t.equal(model.routers.get('r1')?.external?.host, 'h2')
  t.same(reachedFrom(model, 'n4'), ['h1', 'h2'])
  model.apply([host(3, { physnet: 1 })])
  t.match(model.routers.get('r1')?.external, { host: 'h3', dpid: 3n })
  t.same(reachedFrom(model, 'n4'), ['h1', 'h3'])
  model.apply([gone('router', 'r1')])
  t.same(reachedFrom(model, 'n4'), [])
  t.end()
})

t.test('routers without preference spread over the hosts; a new host takes its share and moves no others', (t) => {
  const model = basis()
  const names = Array.from({ length: 300 }, (_, number) => `r${number}`)
  model.apply([...outside({ 1: 1, 2: 1 }), ...names.map((id) => put('router', id, { subnets: [], external }))])
  const places = () => names.map((id) => model.routers.get(id)?.external?.host)
  const before = places()
  t.ok(before.filter((place) => place === 'h1').length > 100)
  t.ok(before.filter((place) => place === 'h2').length > 100)
  model.apply([host(3, { physnet: 1 })])
  const after = places()
  t.ok(after.filter((place) => place === 'h3').length > 60)
  t.ok(after.every((place, index) => place === 'h3' || place === before[index]))
  t.end()
})

const name = (kind: string, most: number) => fc.integer({ min: 1, max: most }).map((number) => `${kind}${number}`)
const option = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 4 })
const changeOf = (kind: DocumentKind, id: fc.Arbitrary<string>, value: fc.Arbitrary<unknown>) =>
  fc.record({ kind: fc.constant(kind), id, value: option(value) }) as fc.Arbitrary<DocumentChange>

const physnet = fc.constantFrom('physnet', undefined)
const change = fc.oneof(
  changeOf('network', name('n', 4), fc.record({ vni: fc.integer({ min: 1, max: 9 }), external: physnet })),
  changeOf(
    'subnet',
    name('s', 4),
    fc.record({ network: name('n', 4), cidr: fc.constantFrom('10.0.0.0/24', '10.0.0.0/8', 'fd00::/64') }),
  ),
  fc
    .tuple(fc.integer({ min: 1, max: 3 }), physnet, fc.boolean())
    .map(([number, physical, isThere]) =>
      isThere ? host(number, physical ? { [physical]: number } : undefined) : gone('host', `h${number}`),
    ),
  changeOf('port', name('p', 4), fc.record({ network: name('n', 4) })),
  changeOf('routerNumber', name('r', 3), fc.constant({ zone: 1, mac: '02:00:00:00:0a:02' })),
  changeOf('assignment', name('p', 4), fc.constant({ mac: '02:00:00:00:00:01', addresses: [] })),
  changeOf('binding', name('p', 4), fc.record({ host: name('h', 3), ofport: fc.constant(1) })),
  changeOf(
    'router',
    name('r', 3),
    fc.record({
      subnets: fc.uniqueArray(name('s', 4)),
      routes: fc.constantFrom([], [{ to: '10.9.0.0/16', via: ['10.0.0.7'] }]),
      external: fc.option(fc.record({ network: name('n', 4), addresses: fc.constant([]) }), { nil: undefined }),
    }),
  ),
)

const collections = ['networks', 'routers', 'interfaces', 'attachments', 'reaches', 'neighbours'] as const

const factsOf = (model: Model) =>
  Object.fromEntries(collections.map((name) => [name, Object.fromEntries<unknown>(model[name].entries())]))

t.test('after random changes all facts of routers are as if worked out from nothing', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.array(change, { minLength: 1, maxLength: 4 }), { minLength: 30, maxLength: 40 }),
      (batches) => {
        const model = new Model()
        const documents = new Map<string, DocumentChange>()
        for (const batch of batches) {
          model.apply(batch)
          for (const one of batch) documents.set(`${one.kind}/${one.id}`, one)
          const scratch = new Model()
          scratch.apply([...documents.values()])
          deepStrictEqual(factsOf(model), factsOf(scratch))
        }
      },
    ),
    { numRuns: 60 },
  )
  t.pass()
  t.end()
})
