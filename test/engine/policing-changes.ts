// Random changes of what the firewall is made from.

import type { DocumentChange } from '../../controller/engine/model/documents.ts'
import type { Policy } from '../../controller/state/index.ts'
import fc from '../support/random.ts'

/** Integration bridges of the hosts. */
export const hosts = [1n, 2n, 3n] as const
const groups = ['web', 'db', 'jobs'] as const

const option = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 4 })
const some = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 2 })

const many = Array.from({ length: 7 }, (_, number) => `10.${number}.0.0/16`)

const peer = fc.oneof(
  fc.record({ groups: fc.subarray([...groups], { minLength: 1 }) }),
  fc.record({ cidrs: fc.subarray(many, { minLength: 5 }) }),
  fc.record({ cidrs: fc.subarray(['10.0.0.0/8', '192.0.2.0/24', 'fd00::/8'], { minLength: 1 }) }),
)

const service = fc.constantFrom<Partial<Policy['rules'][number]>>(
  {},
  { protocol: 'tcp', ports: [80] },
  { protocol: 'udp', ports: ['1000-1010', 53] },
  { protocol: 'icmp', icmp: { type: 8 } },
  { protocol: 47 },
  { protocol: 'sctp', ports: [9] },
  { protocol: 'tcp', ports: [1, 3, 5, 7, 9, 11] },
)

const rule: fc.Arbitrary<Policy['rules'][number]> = fc
  .record({
    direction: fc.constantFrom('in' as const, 'out' as const),
    action: fc.constantFrom('allow' as const, 'drop' as const, 'reject' as const),
    service,
    peer: some(peer),
    priority: some(fc.integer({ min: 0, max: 3 })),
    log: fc.boolean(),
  })
  .map(({ service: about, peer: who, priority, ...rest }) => ({
    ...{ ...rest, ...about },
    ...(who === undefined ? {} : { peer: who }),
    ...(priority === undefined ? {} : { priority }),
  }))

const policy: fc.Arbitrary<Policy> = fc
  .record({
    names: fc.constantFrom<Partial<Policy>>(
      { groups: ['web'] },
      { groups: ['db', 'jobs'] },
      { networks: ['net1'] },
      {},
    ),
    audit: fc.boolean(),
    rules: fc.array(rule, { maxLength: 4 }),
    rest: fc.constantFrom<Partial<Policy>>({}, { default: { in: 'allow' } }, { default: { out: 'reject' } }),
  })
  .map(({ names, audit, rules, rest }) => ({ ...names, ...rest, audit, rules }))

const id = (kind: string, most: number) => fc.integer({ min: 1, max: most }).map((number) => `${kind}${number}`)

/** A change of policies, groups, networks and what joins them, and ports. */
export const change: fc.Arbitrary<DocumentChange> = fc.oneof(
  fc.record({ kind: fc.constant('policy' as const), id: id('policy', 4), value: option(policy) }),
  fc.record({
    kind: fc.constant('groupNumber' as const),
    id: fc.constantFrom(...groups),
    value: option(fc.record({ tenant: fc.constantFrom(1, 1, 2), bit: fc.constantFrom(0, 1, 64, 127) })),
  }),
  fc.record({
    kind: fc.constant('network' as const),
    id: id('net', 2),
    value: option(fc.record({ vni: fc.integer({ min: 1, max: 50 }) })),
  }),
  fc.record({
    kind: fc.constant('port' as const),
    id: id('port', 6),
    value: option(
      fc.record({
        ...{ network: id('net', 2), groups: fc.subarray([...groups]) },
        allowedPairs: fc.constantFrom(
          [],
          [],
          [{ cidr: '10.0.0.1/32' }],
          [{ cidr: 'fd00::1/128' }, { cidr: '10.0.0.0/24' }],
        ),
      }),
    ),
  }),
  fc.record({
    kind: fc.constant('router' as const),
    id: fc.constant('router'),
    value: option(fc.record({ subnets: fc.constant(['sub1', 'sub2']) })),
  }),
  fc.record({
    kind: fc.constant('assignment' as const),
    id: id('port', 6),
    value: option(
      fc.record({
        mac: fc.constantFrom('02:00:00:00:00:01', '02:00:00:00:00:02'),
        addresses: fc.subarray(['10.0.0.1', '10.0.0.2', 'fd00::1']),
      }),
    ),
  }),
  fc.record({
    kind: fc.constant('binding' as const),
    id: id('port', 6),
    value: option(
      fc.record({
        ...{ host: id('host', hosts.length), interface: fc.constant('eth'), ofport: fc.integer({ min: 1, max: 9 }) },
      }),
    ),
  }),
) as fc.Arbitrary<DocumentChange>

const hostDocuments = hosts.map(
  (dpid): DocumentChange => ({
    kind: 'host',
    id: `host${dpid}`,
    value: {
      ...{ dpid: dpid.toString().padStart(16, '0'), tunnels: { geneve: 99 } },
      encap: { address: `192.0.2.${dpid}`, types: ['geneve'] },
    },
  }),
)

/** What is there before all changes. */
export const before: readonly DocumentChange[] = [
  ...hostDocuments,
  { kind: 'subnet', id: 'sub1', value: { network: 'net1', cidr: '10.0.0.0/24' } },
  { kind: 'subnet', id: 'sub2', value: { network: 'net2', cidr: '10.0.1.0/24' } },
]
