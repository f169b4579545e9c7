import t from 'tap'
import { Model } from '../../../controller/engine/model/model.ts'
import { doc, hostDoc, portDocs } from '../../apps/one-host.ts'

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
