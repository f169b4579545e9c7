import { deepStrictEqual } from 'node:assert/strict'
import t from 'tap'
import {
  type IntentChange,
  IntentError,
  type Intents,
  openSqliteStore,
  PreconditionError,
  type Table,
} from '../../../controller/state/index.ts'
import fc from '../../support/random.ts'
import { audit } from './audit.ts'
import { openManager, put, remove } from './manager.ts'

/** One request: to which of two controllers of the same store, what, and how long after the one before. */
interface Request {
  readonly controller: 0 | 1
  readonly changes: readonly IntentChange[]
  /** Whether the next one is sent without waiting for this one's answer. */
  readonly together: boolean
  /** Seconds. */
  readonly later: number
}

/** Few names and few addresses, so that they meet. */
const network = fc.constantFrom('blue', 'red')
const port = fc.constantFrom('a', 'b', 'c', 'd', 'e')
const address = fc.constantFrom('10.0.0.2', '10.0.0.3', '10.0.0.5')
const cidr = fc.constantFrom('10.0.0.0/29', '10.0.0.0/28', 'fd00::/64', '10.0.1.0/29')

const change: fc.Arbitrary<IntentChange> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc
      .tuple(network, fc.constantFrom({}, { vni: 1 }, { vni: 5 }))
      .map(([id, spec]) => put('network', id, spec)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('s', 't', 'u'), network, cidr)
      .map(([id, name, range]) => put('subnet', id, { network: name, cidr: range })),
  },
  { weight: 8, arbitrary: fc.tuple(port, network).map(([id, name]) => put('port', id, { network: name })) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(port, network, address, fc.constantFrom({}, { mac: '02:00:00:00:00:01' }, { guard: false }))
      .map(([id, name, fixed, more]) => put('port', id, { network: name, addresses: [fixed], ...more })),
  },
  { weight: 4, arbitrary: port.map((id) => remove('port', id)) },
  { weight: 1, arbitrary: fc.constantFrom('s', 't', 'u').map((id) => remove('subnet', id)) },
  { weight: 1, arbitrary: network.map((id) => remove('network', id)) },
)

const router = fc.constantFrom('r', 'r', 'q')
const outside = fc.constantFrom('192.0.2.2', '192.0.2.3', '192.0.2.4')
const external = fc.constantFrom(undefined, 'out', 'far')
const group = fc.constantFrom('g', 'h', 'i')

/** Things that name others, so that these are refused to go, and that have numbers and external addresses. */
const routing: fc.Arbitrary<IntentChange> = fc.oneof(
  fc.tuple(router, fc.subarray(['s', 't'], { minLength: 1 }), external, outside).map(([id, subnets, name, fixed]) =>
    put('router', id, {
      subnets,
      ...(name === undefined ? {} : { external: { network: name, addresses: [fixed] } }),
    }),
  ),
  fc
    .tuple(fc.constantFrom('n', 'm'), router, outside, address)
    .map(([id, name, fixed, to]) => put('nat', id, { router: name, floating: { address: fixed, to } })),
  fc
    .tuple(fc.constantFrom('n', 'm'), router, outside)
    .map(([id, name, to]) => put('nat', id, { router: name, source: { from: '10.0.0.0/28', to } })),
  fc
    .tuple(fc.constantFrom('x', 'y'), outside)
    .map(([id, fixed]) => put('port', id, { network: 'out', addresses: [fixed] })),
  fc.tuple(group, fc.constantFrom({}, { tenant: 'a' }, { tenant: 'b' })).map(([id, spec]) => put('group', id, spec)),
  fc
    .tuple(port, network, fc.subarray(['g', 'h', 'i']))
    .map(([id, name, groups]) => put('port', id, { network: name, groups })),
  fc.constantFrom('r', 'q').map((id) => remove('router', id)),
  fc.constantFrom('n', 'm').map((id) => remove('nat', id)),
  fc.constantFrom('x', 'y').map((id) => remove('port', id)),
  group.map((id) => remove('group', id)),
)

const anyChange = fc.oneof(change, routing)

const request: fc.Arbitrary<Request> = fc.record({
  controller: fc.constantFrom(0 as const, 1 as const),
  changes: fc.uniqueArray(anyChange, { minLength: 1, maxLength: 2, selector: ({ kind, id }) => `${kind} ${id}` }),
  together: fc.boolean(),
  later: fc.constantFrom(0, 0, 10, 100),
})

const contents = (table: Table): unknown =>
  table.kinds.map((kind) => [
    kind,
    [...table.entries(kind)]
      .map(([id, { value, revision }]) => [id, value, revision] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  ])

/** Refusals are part of the game; anything else is not. */
const send = async (intents: Intents, changes: readonly IntentChange[]): Promise<boolean> => {
  try {
    await intents.change(changes, { by: 'test' })
    return true
  } catch (error) {
    if (error instanceof IntentError || error instanceof PreconditionError) return false
    throw error
  }
}

const start: readonly IntentChange[] = [
  put('network', 'blue', {}),
  put('subnet', 's', { network: 'blue', cidr: '10.0.0.0/29' }),
  put('network', 'red', { vni: 5 }),
  put('subnet', 't', { network: 'red', cidr: '10.0.0.0/28' }),
  put('network', 'out', { external: 'physnet1' }),
  put('subnet', 'out-v4', { network: 'out', cidr: '192.0.2.0/29' }),
  put('network', 'far', { external: 'physnet2' }),
  put('subnet', 'far-v4', { network: 'far', cidr: '192.0.2.0/29' }),
  put('router', 'r', { subnets: ['s'], external: { network: 'out', addresses: ['192.0.2.2'] } }),
]

const play = async (requests: readonly Request[], done: (worked: boolean) => void): Promise<void> => {
  const store = await openSqliteStore(':memory:')
  let now = 1_000_000
  const controllers = [await openManager(store, () => now, 60), await openManager(store, () => now, 60)] as const
  await controllers[0].change(start, { by: 'test' })
  let pending: Promise<boolean>[] = []
  for (const { controller, changes, together, later } of requests) {
    now += later * 1000
    pending.push(send(controllers[controller], changes))
    if (together) continue
    for (const worked of await Promise.all(pending)) done(worked)
    pending = []
    deepStrictEqual(await audit(store), [])
  }
  for (const worked of await Promise.all(pending)) done(worked)
  deepStrictEqual(await audit(store), [])
  const revision = await store.revision()
  const fresh = await openManager(store)
  for (const one of controllers) {
    await one.reached(revision)
    deepStrictEqual(contents(one.table), contents(fresh.table), 'what is known is what is stored')
  }
  for (const one of [...controllers, fresh]) one.close()
  await store.close()
}

t.test('requests at the same time, to two controllers of one store: no address twice, none lost', async (t) => {
  const counts = { done: 0, refused: 0 }
  const { failed, counterexample, errorInstance } = await fc.check(
    fc.asyncProperty(fc.array(request, { minLength: 10, maxLength: 40 }), (requests) =>
      play(requests, (worked) => {
        counts[worked ? 'done' : 'refused']++
      }),
    ),
    { numRuns: 100 },
  )
  t.equal(failed, false, `${counts.done} done, ${counts.refused} refused`, {
    counterexample,
    error: String(errorInstance),
  })
  t.ok(counts.done > 50 && counts.refused > 50, `${counts.done} done, ${counts.refused} refused`)
})
