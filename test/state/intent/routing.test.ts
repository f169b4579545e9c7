import t from 'tap'
import { type IntentChange, type Intents, rollBack } from '../../../controller/state/index.ts'
import { audit } from './audit.ts'
import { put, remove } from './manager.ts'
import { managerFor, type Refusal, refuses } from './refusals.ts'

const start = [
  put('network', 'blue', {}),
  put('subnet', 'blue-v4', { network: 'blue', cidr: '10.0.0.0/24' }),
  put('subnet', 'blue-v6', { network: 'blue', cidr: 'fd00:1::/64' }),
  put('network', 'red', {}),
  put('subnet', 'red-v4', { network: 'red', cidr: '10.0.1.0/24' }),
  put('network', 'green', {}),
  put('subnet', 'green-v4', { network: 'green', cidr: '10.0.0.0/25' }),
  put('network', 'lone', {}),
  put('subnet', 'lone-v4', { network: 'lone', cidr: '10.9.0.0/24', gateway: null }),
  put('network', 'internet', { external: 'physnet1' }),
  put('subnet', 'internet-v4', { network: 'internet', cidr: '192.0.2.0/24' }),
  put('subnet', 'internet-v6', { network: 'internet', cidr: '2001:db8::/64' }),
  put('port', 'web', { network: 'blue', addresses: ['10.0.0.5'] }),
  put('port', 'probe', { network: 'internet', addresses: ['192.0.2.200'] }),
]
const edge = {
  subnets: ['blue-v4', 'blue-v6', 'red-v4'],
  external: { network: 'internet', addresses: ['192.0.2.10', '2001:db8::10'] },
}
const router = (spec: object = {}, id = 'edge') => put('router', id, { ...edge, ...spec })
const nat = (id: string, spec: object) => put('nat', id, { router: 'edge', ...spec })
const floating = (address: string, to: string, id = 'new') => nat(id, { floating: { address, to } })
const forward = (spec: object, id = 'new') =>
  nat(id, { forward: { protocol: 'tcp', address: '192.0.2.10', port: 80, to: '10.0.0.5', ...spec } })
const source = (from: string, to: string, more: object = {}) => nat('new', { source: { from, to, ...more } })

const own = (spec: object) => router({ subnets: ['blue-v4', 'blue-v6'], ...spec })
const route = (spec: object) => own({ routes: [{ to: '172.16.0.0/12', via: ['10.0.0.9'], ...spec }] })

const routerRefusals: readonly Refusal[] = [
  [
    [put('router', 'edge', { subnets: ['blue-v4'], conntrack: { limit: 9 } })],
    'router edge/conntrack',
    /add external, or leave conntrack out/,
  ],
  [[own({ subnets: ['blue-v4', 'blu'] })], 'router edge/subnets/1', /no subnet blu: put it first/],
  [[own({ subnets: ['blue-v4', 'blue-v4'] })], 'router edge/subnets/1', /there twice/],
  [[own({ subnets: ['lone-v4'] })], 'router edge/subnets/0', /no gateway.*give it one/],
  [[own({ subnets: ['internet-v4'] })], 'router edge/subnets/0', /of internet, which is external/],
  [[own({ subnets: ['red-v4'] })], 'router edge/subnets/0', /router other is the gateway of subnet red-v4/],
  [[own({ mac: '01:00:00:00:00:01' })], 'router edge/mac', /no address of one station/],
  [[own({ qos: 'gold' })], 'router edge/qos', /no qos gold/],
  [
    [own({ external: { network: 'nowhere', addresses: ['10.0.1.9'] } })],
    'router edge/external/network',
    /no network nowhere/,
  ],
  [
    [own({ external: { network: 'red', addresses: ['10.0.1.9'] } })],
    'router edge/external/network',
    /not external.*bridge-mappings/,
  ],
  [
    [own({ external: { network: 'internet', addresses: ['192.0.3.1'] } })],
    'router edge/external/addresses/0',
    /in no subnet of external network internet \(it has 192\.0\.2\.0\/24, 2001:db8::\/64\)/,
  ],
  [
    [own({ external: { network: 'internet', addresses: ['192.0.2.1'] } })],
    'router edge/external/addresses/0',
    /the gateway/,
  ],
  [
    [own({ external: { network: 'internet', addresses: ['2001:DB8::10'] } })],
    'router edge/external/addresses/0',
    /write 2001:db8::10/,
  ],
  [
    [own({ external: { network: 'internet', addresses: ['192.0.2.9', '192.0.2.9'] } })],
    'router edge/external/addresses/1',
    /there twice/,
  ],
  [
    [own({ external: { network: 'internet', addresses: ['192.0.2.200'] } })],
    'router edge/external/addresses/0',
    /port probe has it/,
  ],
  [[route({ to: '172.16.0.1/12' })], 'router edge/routes/0/to', /write 172\.16\.0\.0\/12/],
  [
    [route({ via: ['10.0.1.9'] })],
    'router edge/routes/0/via/0',
    /in no subnet of the router, inside or outside: it has 10\.0\.0\.0\/24, fd00:1::\/64, 192/,
  ],
  [[route({ via: ['fd00:1::9'] })], 'router edge/routes/0/via/0', /is IPv6, but the route is IPv4/],
  [[route({ via: ['10.0.0.1'] })], 'router edge/routes/0/via/0', /the router itself/],
  [[route({ via: ['10.0.0.255'] })], 'router edge/routes/0/via/0', /the broadcast address/],
  [[route({ via: ['10.0.0.9', '10.0.0.9'] })], 'router edge/routes/0/via/1', /there twice/],
  [[route({ via: ['gateway'] })], 'router edge/routes/0/via/0', /no address/],
  [
    [
      own({
        routes: [
          { to: '0.0.0.0/0', via: ['192.0.2.1'] },
          { to: '0.0.0.0/0', via: ['10.0.0.9'] },
        ],
      }),
    ],
    'router edge/routes/1/to',
    /under one via/,
  ],
]

t.test('a router is told each field that cannot be so, and what mends it', async (t) => {
  const intents = await managerFor(t, [...start, router({ subnets: ['red-v4'], external: undefined }, 'other')])
  await refuses(t, intents, routerRefusals)
})

t.test('networks that routers join, be it by several, have no address in common', async (t) => {
  const joins = (id: string, ...subnets: string[]) => put('router', id, { subnets })
  const intents = await managerFor(t, [...start, joins('one', 'blue-v4', 'red-v4')])
  const overlap =
    /blue-v4 \(10\.0\.0\.0\/24\) of network blue and green-v4 \(10\.0\.0\.0\/25\) of network green overlap/
  await refuses(t, intents, [
    [[joins('one', 'blue-v4', 'green-v4')], 'router one/subnets', overlap],
    [
      [put('subnet', 'red-2', { network: 'red', cidr: '10.0.2.0/24' }), joins('two', 'red-2', 'green-v4')],
      'router two/subnets',
      overlap,
    ],
    [[put('subnet', 'red-2', { network: 'red', cidr: '10.0.0.0/16' })], 'subnet red-2/cidr', /same network/],
    [
      [put('subnet', 'red-2', { network: 'red', cidr: '10.0.0.128/25' })],
      'subnet red-2/cidr',
      /must differ in networks that routers join/,
    ],
  ])
  await intents.change([joins('two', 'green-v4')], { by: 'test' })
  t.ok(intents.table.get('router', 'two'), 'tenants that no router joins may have the same addresses')
})

const natRefusals: readonly Refusal[] = [
  [[nat('new', {})], 'nat new', /exactly one of source, forward and floating is expected, but it has none/],
  [
    [
      nat('new', {
        floating: { address: '192.0.2.21', to: '10.0.0.6' },
        source: { from: '10.0.0.0/24', to: '192.0.2.10' },
      }),
    ],
    'nat new',
    /source and floating/,
  ],
  [
    [put('nat', 'new', { router: 'none', floating: { address: '192.0.2.21', to: '10.0.0.6' } })],
    'nat new/router',
    /no router none/,
  ],
  [
    [put('nat', 'new', { router: 'bare', floating: { address: '192.0.2.21', to: '10.0.0.6' } })],
    'nat new/router',
    /no external network/,
  ],
  [[floating('192.0.3.21', '10.0.0.6')], 'nat new/floating/address', /in no subnet of external network internet/],
  [[floating('192.0.2.255', '10.0.0.6')], 'nat new/floating/address', /the broadcast address/],
  [[floating('192.0.2.021', '10.0.0.6')], 'nat new/floating/address', /no address/],
  [
    [floating('192.0.2.21', '10.5.0.6')],
    'nat new/floating/to',
    /in no subnet of router edge \(it has 10\.0\.0\.0\/24, fd00:1::\/64, 10/,
  ],
  [[floating('192.0.2.21', '10.0.0.1')], 'nat new/floating/to', /the gateway: name the address of a port/],
  [[floating('192.0.2.21', 'fd00:1::6')], 'nat new/floating/to', /both have to be of one family/],
  [[floating('192.0.2.20', '10.0.0.6')], 'nat new/floating/address', /nat float has 192\.0\.2\.20/],
  [[floating('192.0.2.10', '10.0.0.6')], 'nat new/floating/address', /192\.0\.2\.10: choose another/],
  [[floating('2001:db8::10', 'fd00:1::6')], 'nat new/floating/address', /the address of router edge itself/],
  [[floating('192.0.2.200', '10.0.0.6')], 'nat new/floating/address', /port probe has it/],
  [[floating('192.0.2.21', '10.0.0.5')], 'nat new/floating/to', /has a floating address by nat float already/],
  [[forward({ port: 443 })], 'nat new/forward/port', /nat https forwards 192\.0\.2\.10 tcp\/443 already/],
  [[forward({ address: '192.0.2.20' })], 'nat new/forward/address', /the floating address of nat float/],
  [[forward({ to: 'fd00:1::5' })], 'nat new/forward/to', /one family/],
  [[source('10.0.1.0/24', '192.0.2.20')], 'nat new/source/to', /the floating address of nat float/],
  [[source('10.0.0.0/24', '192.0.2.11')], 'nat new/source/from', /nat out translates 10\.0\.0\.0\/24 already/],
  [[source('10.7.0.0/24', '192.0.2.11')], 'nat new/source/from', /holds nothing of the subnets of router edge/],
  [[source('10.0.0.9/24', '192.0.2.11')], 'nat new/source/from', /write 10\.0\.0\.0\/24/],
  [[source('10.0.1.0/24', '2001:db8::11')], 'nat new/source/to', /one family/],
  [[source('10.0.1.0/24', '192.0.2.11', { ports: '2000-1000' })], 'nat new/source/ports', /lower port first/],
  [[source('10.0.1.0/24', '192.0.2.11', { ports: '1-70000' })], 'nat new/source/ports', /1 to 65535/],
]

t.test('an address translation is told each field that cannot be so, and what mends it', async (t) => {
  const given = [
    floating('192.0.2.20', '10.0.0.5', 'float'),
    forward({ port: 443 }, 'https'),
    nat('out', { source: { from: '10.0.0.0/24', to: '192.0.2.10' } }),
  ]
  const intents = await managerFor(t, [...start, router(), ...given, put('router', 'bare', { subnets: ['green-v4'] })])
  await refuses(t, intents, natRefusals)
  const good = [
    forward({ port: 443, protocol: 'udp' }, 'quic'),
    forward({ address: '192.0.2.11' }, 'http'),
    floating('2001:db8::20', 'fd00:1::5', 'float6'),
    nat('some', { source: { from: '10.0.0.0/25', to: '192.0.2.10', ports: '1024-2047' } }),
  ]
  await intents.change(good, { by: 'test' })
  t.same(await audit(intents.store), [])
})

t.test('what others still name stays, and says who does', async (t) => {
  const intents = await managerFor(t, [
    ...[...start, put('qos', 'gold', { dscp: 46 }), router({ qos: 'gold' })],
    ...[floating('192.0.2.20', '10.0.0.5', 'a'), floating('192.0.2.21', '10.0.0.6', 'b')],
  ])
  await refuses(t, intents, [
    [
      [remove('router', 'edge')],
      'router edge',
      /it still has 2 nats \(a, b\): delete them first, or in the same request/,
    ],
    [
      [remove('subnet', 'red-v4')],
      'subnet red-v4',
      /it is still named by 1 router \(edge\): delete it, or leave red-v4 out there, first, or in the same request/,
    ],
    [[remove('qos', 'gold')], 'qos gold', /still named by 1 router \(edge\): delete/],
    [
      [remove('subnet', 'internet-v4'), remove('port', 'probe')],
      ['router edge/external/addresses/0', 'nat a/floating/address', 'nat b/floating/address'],
      /in no subnet of external network internet \(it has 2001:db8::\/64\)/,
    ],
    [[put('network', 'internet', {})], 'router edge/external/network', /network internet is not external/],
    [[put('network', 'red', { external: 'physnet2' })], 'router edge/subnets/2', /of red, which is external/],
    [
      [put('subnet', 'red-v4', { network: 'red', cidr: '10.0.1.0/24', gateway: null })],
      'router edge/subnets/2',
      /no gateway/,
    ],
    [
      [router({ qos: 'gold', subnets: ['blue-v6', 'red-v4'] })],
      ['nat a/floating/to', 'nat b/floating/to'],
      /in no subnet of router edge/,
    ],
    [[router({ external: undefined })], ['nat a/router', 'nat b/router'], /no external network/],
  ])
  const all = [remove('router', 'edge'), remove('nat', 'a'), remove('nat', 'b'), remove('subnet', 'red-v4')]
  await intents.change(all, { by: 'test' })
  t.equal(intents.table.size('router'), 0)
  t.same(await audit(intents.store), [])
})

const leasedTo = (intents: Intents, address: string) => intents.table.get('lease', `internet@${address}`)?.value.router

t.test('an external address has one router: no port is given it, and it is free when nothing names it', async (t) => {
  const small = [
    put('network', 'internet', { external: 'physnet1' }),
    put('subnet', 'internet-v4', { network: 'internet', cidr: '192.0.2.0/29' }),
    put('network', 'blue', {}),
    put('subnet', 'blue-v4', { network: 'blue', cidr: '10.0.0.0/24' }),
    put('network', 'red', {}),
    put('subnet', 'red-v4', { network: 'red', cidr: '10.0.0.0/24' }),
  ]
  const at = (id: string, subnet: string, ...addresses: string[]) =>
    put('router', id, { subnets: [subnet], external: { network: 'internet', addresses } })
  const intents = await managerFor(t, [...small, at('edge', 'blue-v4', '192.0.2.2'), at('two', 'red-v4', '192.0.2.3')])
  const change = (...changes: IntentChange[]) => intents.change(changes, { by: 'test' })
  await change(floating('192.0.2.4', '10.0.0.5', 'a'), forward({ address: '192.0.2.5' }, 'b'))
  await change(put('port', 'probe', { network: 'internet' }))
  t.same(intents.table.get('assignment', 'probe')?.value.addresses, ['192.0.2.6'])
  await refuses(t, intents, [
    [[put('port', 'more', { network: 'internet' })], 'port more/addresses', /no address of internet-v4/],
    [
      [put('port', 'more', { network: 'internet', addresses: ['192.0.2.4'] })],
      'port more/addresses/0',
      /router edge has it.*take it from that router/,
    ],
    [[at('two', 'red-v4', '192.0.2.4')], 'router two/external/addresses/0', /router edge has it/],
    [
      [put('nat', 'c', { router: 'two', floating: { address: '192.0.2.5', to: '10.0.0.9' } })],
      'nat c/floating/address',
      /router edge has it/,
    ],
  ])
  await change(nat('c', { source: { from: '10.0.0.0/24', to: '192.0.2.5' } }))
  await change(remove('nat', 'b'))
  t.equal(leasedTo(intents, '192.0.2.5'), 'edge', 'another translation still names it')
  await change(
    remove('nat', 'c'),
    put('nat', 'd', { router: 'two', floating: { address: '192.0.2.5', to: '10.0.0.9' } }),
  )
  t.equal(leasedTo(intents, '192.0.2.5'), 'two', 'taken in the same change')
  const { revision } = await change(remove('nat', 'a'), remove('router', 'edge'))
  t.same([leasedTo(intents, '192.0.2.2'), leasedTo(intents, '192.0.2.4')], [undefined, undefined])
  await rollBack(intents, revision - 1, false)
  t.same([leasedTo(intents, '192.0.2.2'), leasedTo(intents, '192.0.2.4')], ['edge', 'edge'])
  t.same(await audit(intents.store), [])
})

t.test('a router that gets another external network takes its translations along', async (t) => {
  const spare = [
    put('network', 'spare', { external: 'physnet1', vlan: 7 }),
    put('subnet', 'spare-v4', { network: 'spare', cidr: '192.0.2.0/24' }),
  ]
  const intents = await managerFor(t, [...start, ...spare, router(), floating('192.0.2.20', '10.0.0.5', 'a')])
  await intents.change([router({ external: { network: 'spare', addresses: ['192.0.2.10'] } })], { by: 'test' })
  const of = (network: string) => intents.table.get('lease', `${network}@192.0.2.20`)?.value
  t.match(of('spare'), { router: 'edge', subnet: 'spare-v4', kind: 'static' })
  t.equal(of('internet'), undefined)
  t.same(await audit(intents.store), [])
})

t.test('an external network says which; there is one for each VLAN', async (t) => {
  const intents = await managerFor(t, start)
  await refuses(t, intents, [
    [[put('network', 'new', { vlan: 7 })], 'network new/vlan', /give external, too/],
    [
      [put('network', 'new', { external: 'physnet1' })],
      'network new/external',
      /network internet is physnet1, untagged already/,
    ],
    [[put('network', 'new', { qos: 'gold' })], 'network new/qos', /no qos gold: put it first/],
  ])
  await intents.change([put('network', 'new', { external: 'physnet1', vlan: 7 })], { by: 'test' })
  t.ok(intents.table.get('network', 'new'))
})
