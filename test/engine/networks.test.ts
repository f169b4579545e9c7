import fc from 'fast-check'
import t from 'tap'
import arpResponder from '../../apps/arp-responder/app.ts'
import guard from '../../apps/guard/app.ts'
import overlay from '../../apps/overlay/app.ts'
import nat from '../../apps/vrouter/nat/app.ts'
import router from '../../apps/vrouter/router/app.ts'
import type { App } from '../../controller/engine/app.ts'
import { AppInstance } from '../../controller/engine/app-instance.ts'
import { DesiredTable } from '../../controller/engine/desired.ts'
import type { LiveSwitch } from '../../controller/engine/live-switch.ts'
import type { DocumentChange } from '../../controller/engine/model/documents.ts'
import { Model } from '../../controller/engine/model/model.ts'
import { defaultEpoch } from '../../controller/engine/units.ts'
import { differenceBetween } from './tables.ts'

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

const apps = [overlay, arpResponder, guard, router, nat] as unknown as readonly App[]

/** Hosts' tables as the apps fill them, without sockets. Bridges that are no host's get nothing. */
class Network {
  readonly model = new Model()
  readonly tables = new Map<bigint, DesiredTable>()
  private readonly instances = apps.map(
    (app) =>
      new AppInstance(app, {
        ...{ epoch: defaultEpoch, firstTable: 0, config: {}, switches: new Map(), model: this.model },
        ...{ changed: () => undefined, report: () => undefined, kept: undefined },
      }),
  )

  constructor() {
    for (let number = 1n; number <= BigInt(hosts); number++) {
      const desired = new DesiredTable()
      this.tables.set(number, desired)
      const view = { dpid: number, name: String(number), openflow: '1.3', nicira: true, ports: new Map() }
      for (const one of this.instances) one.addSwitch({ view, desired, metersPunts: true } as unknown as LiveSwitch)
    }
  }

  apply(changes: readonly DocumentChange[]): void {
    this.model.apply(changes)
    for (const one of this.instances) one.evaluate()
  }

  get failure(): string | undefined {
    return this.instances.map(({ failure }) => failure).find((failure) => failure !== undefined)
  }
}

t.test('after each of 1,000 random changes the flows of all hosts are as if worked out from nothing', (t) => {
  let flows = 0
  const result = fc.check(
    fc.property(
      fc.array(fc.array(change, { minLength: 1, maxLength: 4 }), { minLength: 50, maxLength: 50 }),
      (batches) => {
        const network = new Network()
        const documents = new Map<string, DocumentChange>()
        for (const [index, batch] of batches.entries()) {
          network.apply(batch)
          for (const one of batch) documents.set(`${one.kind}/${one.id}`, one)
          const scratch = new Network()
          scratch.apply([...documents.values()])
          if (network.failure) throw new Error(network.failure)
          for (const [dpid, table] of network.tables) {
            const difference = differenceBetween(scratch.tables.get(dpid) ?? new DesiredTable(), table)
            if (difference) throw new Error(`after batch ${index}, host ${dpid}: ${difference}`)
            flows += table.flows.size
          }
        }
      },
    ),
    { numRuns: 20, endOnFailure: true },
  )
  if (result.failed) t.fail(`${String(result.errorInstance)}, seed ${result.seed}`)
  t.ok(flows > 50_000, `${flows} flows were compared`)
  t.end()
})
