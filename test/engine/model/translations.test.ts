import { deepStrictEqual } from 'node:assert'
import t from 'tap'
import type { DocumentChange, DocumentKind, Documents } from '../../../controller/engine/model/documents.ts'
import { Model } from '../../../controller/engine/model/model.ts'
import fc from '../../support/random.ts'

const put = <K extends DocumentKind>(kind: K, id: string, value: Documents[K]): DocumentChange =>
  ({ kind, id, value }) as unknown as DocumentChange

const gone = (kind: DocumentKind, id: string): DocumentChange => ({ kind, id, value: undefined })

const host = (number: number, hasOutside: boolean): DocumentChange =>
  put('host', `h${number}`, {
    dpid: number.toString(16).padStart(16, '0'),
    encap: { address: `192.0.2.${number}`, types: ['geneve'] },
    tunnels: { geneve: 1 },
    ...(hasOutside ? { physical: { phys: 5 } } : {}),
  })

const bound = (port: string, number: number): DocumentChange =>
  put('binding', port, { host: `h${number}`, interface: port, ofport: 7 })

const port = (id: string, address: string): DocumentChange[] => [
  put('port', id, { network: 'blue' }),
  put('assignment', id, { mac: '02:00:00:00:00:01', addresses: [address] }),
]

const router = (hosts?: string[], limit?: number): DocumentChange =>
  put('router', 'r', {
    subnets: ['blue-v4'],
    external: { network: 'internet', addresses: ['203.0.113.5'], ...(hosts ? { hosts } : {}) },
    ...(limit === undefined ? {} : { conntrack: { limit } }),
  })

const floating = (id: string, address: string, to: string): DocumentChange =>
  put('nat', id, { router: 'r', floating: { address, to } })

/** Hosts h1 and h2 have the external network, h3 does not; blue1 is on h2, blue2 on h3. Router r prefers h1. */
const basis = (): DocumentChange[] => [
  put('network', 'blue', { vni: 10 }),
  put('subnet', 'blue-v4', { network: 'blue', cidr: '10.0.0.0/24' }),
  put('network', 'internet', { vni: 99, external: 'phys' }),
  put('subnet', 'internet-v4', { network: 'internet', cidr: '203.0.113.0/24' }),
  ...[host(1, true), host(2, true), host(3, false)],
  ...[...port('blue1', '10.0.0.11'), ...port('blue2', '10.0.0.12'), bound('blue1', 2), bound('blue2', 3)],
  ...[router(['h1', 'h2']), put('routerNumber', 'r', { zone: 3, mac: '02:00:00:00:00:99' })],
]

const modelOf = (...more: DocumentChange[]): Model => {
  const model = new Model()
  model.apply([...basis(), ...more])
  return model
}

const placeOf = (model: Model, id: string): string | undefined => model.translations.get(id)?.host

t.test('a floating address is at the host of its port, and moves with the port', (t) => {
  const model = modelOf(floating('f1', '203.0.113.21', '10.0.0.11'), floating('f2', '203.0.113.22', '10.0.0.12'))
  t.equal(placeOf(model, 'f1'), 'h2')
  t.equal(placeOf(model, 'f2'), 'h1', 'its host has no external network: the router stands in')
  t.match(model.outsides.get('internet 203.0.113.21'), { host: 'h2', mac: 0x0a68_cb00_7115, isFloating: true })
  model.apply([bound('blue1', 1), bound('blue2', 2)])
  t.same([placeOf(model, 'f1'), placeOf(model, 'f2')], ['h1', 'h2'])
  t.match(model.outsides.get('internet 203.0.113.22'), { host: 'h2', vni: 99, zone: 0x8003 })
  model.apply([gone('binding', 'blue2')])
  t.equal(placeOf(model, 'f2'), 'h1')
  model.apply([router(['h1'])])
  t.equal(placeOf(model, 'f1'), 'h1')
  model.apply([bound('blue1', 2)])
  t.equal(placeOf(model, 'f1'), 'h1', 'by no other host than the router may leave by')
  t.end()
})

t.test('source and forwarded addresses are where the router leaves, and follow it', (t) => {
  const model = modelOf(
    put('nat', 's', { router: 'r', source: { from: '10.0.0.0/24', to: '203.0.113.6', ports: '20000-29999' } }),
    put('nat', 'w', {
      router: 'r',
      forward: { protocol: 'tcp', address: '203.0.113.5', port: 8080, to: '10.0.0.11' },
    }),
  )
  t.match(model.translations.get('s'), { kind: 'source', host: 'h1', ports: { first: 20000, last: 29999 }, vni: 99 })
  t.match(model.translations.get('w'), { kind: 'forward', host: 'h1', port: 8080, toPort: 8080, family: 4 })
  const own = () => ['5', '6'].map((last) => model.outsides.get(`internet 203.0.113.${last}`)?.host)
  t.same(own(), ['h1', 'h1'])
  model.apply([host(1, false)])
  t.same([placeOf(model, 's'), placeOf(model, 'w'), ...own()], ['h2', 'h2', 'h2', 'h2'])
  model.apply([gone('nat', 's')])
  t.same(own(), ['h2', undefined], 'an address that nothing names is nobody’s')
  model.apply([gone('routerNumber', 'r')])
  t.equal(model.translations.size + model.gateways.size + model.outsides.size, 0)
  t.end()
})

t.test('a router’s zone is bounded by which it leaves, and where its floating addresses are', (t) => {
  const model = modelOf(router(['h1', 'h2'], 100), floating('f1', '203.0.113.21', '10.0.0.11'))
  const bounds = () =>
    [1, 2, 3].map((number) => model.zoneLimitsOf(`h${number}`).map(({ zone, limit }) => [zone, limit]))
  t.same(bounds(), [[[0x8003, 100]], [[0x8003, 100]], []])
  model.apply([floating('f2', '203.0.113.22', '10.0.0.12'), gone('nat', 'f1')])
  t.same(bounds(), [[[0x8003, 100]], [], []], 'the one of a port on h3 is at the router’s host')
  model.apply([bound('blue2', 2)])
  t.same(bounds(), [[[0x8003, 100]], [[0x8003, 100]], []])
  model.apply([host(1, false), router(['h1', 'h2'], 7)])
  t.same(bounds(), [[], [[0x8003, 7]], []])
  model.apply([router(['h1', 'h2'])])
  t.same(bounds(), [[], [], []])
  t.end()
})

const anyChange: fc.Arbitrary<DocumentChange> = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 3 }), fc.boolean()).map(([number, has]) => host(number, has)),
  fc.integer({ min: 1, max: 3 }).map((number) => gone('host', `h${number}`)),
  fc.constantFrom(...basis()),
  fc.constantFrom('blue1', 'blue2').chain((id) => fc.integer({ min: 1, max: 3 }).map((number) => bound(id, number))),
  fc.constantFrom('blue1', 'blue2').map((id) => gone('binding', id)),
  fc.constantFrom<DocumentKind>('subnet').map((kind) => gone(kind, 'blue-v4')),
  fc
    .tuple(fc.constantFrom<string[] | undefined>(['h2'], ['h3', 'h1'], undefined), fc.constantFrom(undefined, 5, 6))
    .map(([hosts, limit]) => router(hosts, limit)),
  fc.constant(gone('router', 'r')),
  fc.constant(gone('routerNumber', 'r')),
  fc.constant(put('network', 'internet', { vni: 98, external: 'phys' })),
  fc.constant(put('network', 'internet', { vni: 99, external: 'other' })),
  fc
    .tuple(
      fc.constantFrom('a', 'b'),
      fc.constantFrom('203.0.113.21', '203.0.113.22'),
      fc.constantFrom('10.0.0.11', '10.0.0.12'),
    )
    .map(([id, address, to]) => floating(id, address, to)),
  fc.constantFrom('a', 'b').map((id) => gone('nat', id)),
  fc
    .constantFrom('203.0.113.5', '203.0.113.6')
    .map((to) => put('nat', 'c', { router: 'r', source: { from: '10.0.0.0/24', to } })),
)

const factsOf = (model: Model): readonly object[] =>
  [model.translations, model.gateways, model.outsides, model.zoneLimits].map((all) =>
    Object.fromEntries([...all.entries()].sort()),
  )

t.test('whatever changes, translations are as if worked out from nothing', (t) => {
  fc.assert(
    fc.property(fc.array(fc.array(anyChange, { minLength: 1, maxLength: 3 }), { maxLength: 30 }), (batches) => {
      const model = modelOf()
      const documents = new Map(basis().map((one) => [`${one.kind} ${one.id}`, one]))
      for (const batch of batches) {
        model.apply(batch)
        for (const one of batch) documents.set(`${one.kind} ${one.id}`, one)
        const scratch = new Model()
        scratch.apply([...documents.values()])
        deepStrictEqual(factsOf(model), factsOf(scratch))
      }
    }),
    { numRuns: 100 },
  )
  t.pass('in 100 runs')
  t.end()
})
