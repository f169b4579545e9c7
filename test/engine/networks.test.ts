import t from 'tap'
import arpResponder from '../../apps/arp-responder/app.ts'
import guard from '../../apps/guard/app.ts'
import overlay from '../../apps/overlay/app.ts'
import nat from '../../apps/vrouter/nat/app.ts'
import router from '../../apps/vrouter/router/app.ts'
import type { DocumentChange } from '../../controller/engine/model/documents.ts'
import fc from '../support/random.ts'
import { checkFromScratch, HostTables } from './host-tables.ts'

const hosts = 6
const networks = 3
const ports = 12
const routers = 2
const nats = 3

const dpidOf = (host: number): string => host.toString(16).padStart(16, '0')

const id = (kind: string, most: number) => fc.integer({ min: 1, max: most }).map((number) => `${kind}${number}`)

const option = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 4 })

const encapsulations = fc.constantFrom('geneve', 'vxlan', 'gre') as fc.Arbitrary<'geneve' | 'vxlan' | 'gre'>

const hostValue = fc.record({
  encap: fc.record({
    address: fc.constantFrom('192.0.2.1', '192.0.2.2', '2001:db8::3'),
    types: fc.uniqueArray(encapsulations, { minLength: 1 }),
  }),
  tunnels: fc.constantFrom({ geneve: 65001, vxlan: 65002, gre: 65003 }, { vxlan: 9 }, { geneve: 65001 }),
  physical: fc.constantFrom({}, { outside: 7 }),
})

const routerValue = fc.record({
  subnets: fc.subarray(['sub1', 'sub2', 'sub3']),
  routes: fc.constantFrom([], [{ to: '10.9.0.0/16', via: ['10.0.0.2', '10.0.0.3'] }]),
  external: fc.option(fc.record({ network: id('net', networks), addresses: fc.constant(['10.0.0.9']) }), {
    nil: undefined,
  }),
})

const outside = fc.constantFrom('10.0.0.9', '10.0.0.8')

const natValue = fc
  .tuple(
    id('router', routers),
    fc.oneof(
      fc.record({ source: fc.record({ from: fc.constantFrom('10.0.0.0/24', '10.0.0.0/8'), to: outside }) }),
      fc.record({ floating: fc.record({ address: outside, to: fc.constantFrom('10.0.0.1', '10.0.0.2') }) }),
      fc.record({
        forward: fc.record({
          ...{ protocol: fc.constantFrom('tcp', 'udp'), address: outside, port: fc.constant(80) },
          to: fc.constantFrom('10.0.0.1', '10.0.0.2'),
        }),
      }),
    ),
  )
  .map(([name, what]) => ({ router: name, ...what }))

const change: fc.Arbitrary<DocumentChange> = fc.oneof(
  fc.record({
    kind: fc.constant('network' as const),
    id: id('net', networks),
    value: option(
      fc.record({
        vni: fc.integer({ min: 1, max: 50 }),
        mtu: fc.constantFrom(undefined, 1300),
        external: fc.constantFrom(undefined, undefined, 'outside'),
      }),
    ),
  }),
  fc.record({
    kind: fc.constant('subnet' as const),
    id: id('sub', networks),
    value: option(
      fc.record({ network: id('net', networks), cidr: fc.constantFrom('10.0.0.0/24', '10.0.0.0/16', 'fd00::/64') }),
    ),
  }),
  fc.record({
    kind: fc.constant('router' as const),
    id: id('router', routers),
    value: option(routerValue),
  }),
  fc.record({
    kind: fc.constant('routerNumber' as const),
    id: id('router', routers),
    value: option(fc.record({ zone: fc.integer({ min: 0, max: 3 }), mac: fc.constant('02:00:00:00:00:99') })),
  }),
  fc.record({ kind: fc.constant('nat' as const), id: id('nat', nats), value: option(natValue) }),
  fc.tuple(fc.integer({ min: 1, max: hosts }), option(hostValue)).map(([number, value]) => ({
    kind: 'host' as const,
    id: `host${number}`,
    value: value && { ...value, dpid: dpidOf(number) },
  })),
  fc.record({
    kind: fc.constant('port' as const),
    id: id('port', ports),
    value: option(fc.record({ network: id('net', networks), guard: fc.boolean() })),
  }),
  fc.record({
    kind: fc.constant('assignment' as const),
    id: id('port', ports),
    value: option(
      fc.record({
        mac: fc.integer({ min: 1, max: ports }).map((n) => `02:00:00:00:00:${n.toString(16).padStart(2, '0')}`),
        addresses: fc.subarray(['10.0.0.1', '10.0.0.2', 'fd00::1']),
      }),
    ),
  }),
  fc.record({
    kind: fc.constant('binding' as const),
    id: id('port', ports),
    value: option(
      fc.record({
        host: id('host', hosts),
        interface: fc.constant('eth'),
        ofport: fc.integer({ min: 1, max: 200 }),
      }),
    ),
  }),
) as fc.Arbitrary<DocumentChange>

const apps = [overlay, arpResponder, guard, router, nat]
const dpids = Array.from({ length: hosts }, (_, index) => BigInt(index + 1))

t.test('after each of 1,000 random changes the flows of all hosts are as if worked out from nothing', (t) => {
  const newHosts = () => new HostTables(apps, dpids)
  checkFromScratch(t, { newHosts, change, runs: 20, batches: 50, leastFlows: 50_000 })
  t.end()
})
