import { deepStrictEqual } from 'node:assert'
import t from 'tap'
import type { DocumentChange } from '../../../controller/engine/model/documents.ts'
import { Model } from '../../../controller/engine/model/model.ts'
import { doc, hostDoc, portDocs } from '../../apps/one-host.ts'
import fc from '../../support/random.ts'

const port = (id: string, network: string, ofport: number, qos?: string) =>
  portDocs(id, {
    ...{ network, mac: `02:00:00:00:00:0${ofport}`, addresses: [], host: 'h1', ofport },
    ...(qos === undefined ? {} : { spec: { qos } }),
  })

/** Ports `a` and `b` of the network blue, `c` of red, and profiles of 1, 2 and 3 Mbit/s. */
const basis = (): Model => {
  const model = new Model()
  model.apply([
    hostDoc('h1', 1n),
    doc('network', 'blue', { vni: 1 }),
    doc('network', 'red', { vni: 2 }),
    doc('subnet', 'blue-v4', { network: 'blue', cidr: '10.0.0.0/24' }),
    doc('subnet', 'red-v4', { network: 'red', cidr: '10.1.0.0/24' }),
    ...[1, 2, 3].map((number) => doc('qos', `q${number}`, { out: { kbps: number * 1000 } })),
    ...[...port('a', 'blue', 1), ...port('b', 'blue', 2), ...port('c', 'red', 3)],
  ])
  return model
}

/** Ports with the profiles in force. */
const inForce = ({ limits }: Model): string =>
  [...limits.entries()]
    .map(([id, { profile }]) => `${id} ${profile}`)
    .sort()
    .join(', ')

t.test('a port has its own profile, else its network’s, else that of a router', async (t) => {
  const model = basis()
  t.equal(inForce(model), '')
  model.apply([doc('router', 'r', { subnets: ['blue-v4', 'red-v4'], qos: 'q3' })])
  t.equal(inForce(model), 'a q3, b q3, c q3')
  model.apply([doc('network', 'blue', { vni: 1, qos: 'q2' })])
  t.equal(inForce(model), 'a q2, b q2, c q3')
  model.apply(port('a', 'blue', 1, 'q1'))
  t.equal(inForce(model), 'a q1, b q2, c q3')
  t.same(model.limits.get('a'), {
    ...{ port: 'a', profile: 'q1', dpid: 1n, ofport: 1, dscp: undefined },
    ...{ out: { kbps: 1000, pps: undefined }, in: { kbps: undefined, pps: undefined } },
  })
  model.apply([doc('router', 'q', { subnets: ['red-v4'], qos: 'q1' })])
  t.equal(inForce(model), 'a q1, b q2, c q1', 'of several routers the first by name')
  model.apply([doc('subnet', 'red-v4', undefined)])
  t.equal(inForce(model), 'a q1, b q2')
  model.apply([doc('router', 'r', undefined), doc('network', 'blue', { vni: 1 }), ...port('a', 'blue', 1)])
  t.equal(inForce(model), '')
})

t.test('a port that is nowhere, and a profile that is not there, bound nothing', async (t) => {
  const model = basis()
  model.apply([doc('network', 'blue', { vni: 1, qos: 'later' })])
  t.equal(inForce(model), '')
  model.apply([doc('qos', 'later', { dscp: 46 })])
  t.equal(inForce(model), 'a later, b later')
  model.apply([doc('binding', 'a', undefined), doc('port', 'b', undefined)])
  t.equal(inForce(model), '')
})

t.test('only what a change concerns is touched', async (t) => {
  const model = basis()
  model.apply([doc('network', 'blue', { vni: 1, qos: 'q1' }), doc('router', 'r', { subnets: ['red-v4'], qos: 'q2' })])
  const touched: string[] = []
  model.limits.follow((_, id) => touched.push(id))
  model.apply([doc('qos', 'q3', { dscp: 1 }), doc('router', 'r', { subnets: ['red-v4', 'blue-v4'], qos: 'q2' })])
  t.same(touched, [])
  model.apply([doc('qos', 'q2', { in: { pps: 10 } })])
  t.same(touched.splice(0), ['c'])
  model.apply([doc('binding', 'b', { host: 'h1', interface: 'b', ofport: 9 })])
  t.same(touched, ['b'])
  t.equal(model.limits.get('b')?.ofport, 9)
})

const id = (kind: string) => fc.constantFrom(`${kind}1`, `${kind}2`, `${kind}3`)
const profile = fc.record({ qos: id('q') }, { requiredKeys: [] })
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 4 })
const subnets = fc.subarray(['s1', 's2', 's3'])

const change: fc.Arbitrary<DocumentChange> = fc.oneof(
  fc
    .tuple(id('n'), maybe(profile))
    .map(([net, value]) => doc('network', net, value && { vni: Number(net[1]), ...value })),
  fc
    .tuple(id('s'), maybe(id('n')))
    .map(([subnet, network]) =>
      doc('subnet', subnet, network === undefined ? undefined : { network, cidr: '10.0.0.0/24' }),
    ),
  fc
    .tuple(id('r'), maybe(fc.tuple(profile, subnets)))
    .map(([router, value]) => doc('router', router, value && { ...value[0], subnets: value[1] })),
  fc
    .tuple(id('p'), maybe(fc.tuple(id('n'), profile)))
    .map(([port, value]) => doc('port', port, value && { network: value[0], ...value[1] })),
  fc
    .tuple(id('p'), maybe(fc.integer({ min: 1, max: 9 })))
    .map(([port, ofport]) =>
      doc('binding', port, ofport === undefined ? undefined : { host: 'h1', interface: port, ofport }),
    ),
  fc
    .tuple(id('q'), maybe(fc.integer({ min: 8, max: 10 })))
    .map(([qos, kbps]) => doc('qos', qos, kbps === undefined ? undefined : { out: { kbps } })),
)

t.test('after each of 2,000 random changes all is as if worked out from nothing', (t) => {
  const basis = [
    hostDoc('h1', 1n),
    ...['p1', 'p2', 'p3'].map((port) => doc('assignment', port, { mac: '02:00:00:00:00:01', addresses: [] })),
  ]
  let seen = 0
  const runs = fc.property(fc.array(change, { minLength: 50, maxLength: 50 }), (changes) => {
    const model = new Model()
    model.apply(basis)
    const documents = new Map<string, DocumentChange>()
    for (const one of changes) {
      model.apply([one])
      documents.set(`${one.kind}/${one.id}`, one)
      const scratch = new Model()
      scratch.apply([...basis, ...documents.values()])
      deepStrictEqual(new Map(model.limits.entries()), new Map(scratch.limits.entries()))
      seen += model.limits.size
    }
  })
  fc.assert(runs, { numRuns: 40 })
  t.ok(seen > 100, `${seen} bounds were compared`)
  t.end()
})
