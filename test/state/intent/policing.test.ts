import t from 'tap'
import { type Intents, rollBack } from '../../../controller/state/index.ts'
import { audit } from './audit.ts'
import { put, remove } from './manager.ts'
import { managerFor, refuses } from './refusals.ts'

const start = [
  put('network', 'blue', {}),
  put('subnet', 'blue-v4', { network: 'blue', cidr: '10.0.0.0/24' }),
  put('qos', 'gold', { out: { kbps: 10_000 } }),
  put('group', 'web', { tenant: 'acme' }),
  put('group', 'db', { tenant: 'acme' }),
  put('group', 'spies', { tenant: 'other' }),
  put('group', 'free', {}),
  put('port', 'web-1', { network: 'blue', groups: ['web'], qos: 'gold' }),
]
const policy = (spec: object) => put('policy', 'new', { groups: ['web'], rules: [], ...spec })
const rule = (spec: object) => policy({ rules: [{ direction: 'in', action: 'allow', ...spec }] })

t.test('a policy is told each field that cannot be so, and what mends it', async (t) => {
  const intents = await managerFor(t, start)
  await refuses(t, intents, [
    [[policy({ groups: ['web', 'nobody'] })], 'policy new/groups/1', /no group nobody: put it first/],
    [[policy({ networks: ['blue', 'rad'] })], 'policy new/networks/1', /no network rad/],
    [[rule({ peer: { groups: ['nobody'] } })], 'policy new/rules/0/peer/groups/0', /no group nobody/],
    [
      [rule({ peer: { groups: ['db', 'spies'] } })],
      'policy new/rules/0/peer/groups/1',
      /spies is of tenant other, but web is of tenant acme: .* of one tenant/,
    ],
    [[policy({ groups: ['web', 'free'] })], 'policy new/groups/1', /free is without a tenant/],
    [[rule({ ports: [80] })], 'policy new/rules/0/ports', /only tcp, udp and sctp have ports/],
    [[rule({ protocol: 'icmp', ports: [80] })], 'policy new/rules/0/ports', /only tcp, udp and sctp/],
    [[rule({ protocol: 47, ports: [80] })], 'policy new/rules/0/ports', /only tcp, udp and sctp/],
    [[rule({ protocol: 6, ports: [80] })], 'policy new/rules/0/protocol', /write tcp/],
    [[rule({ protocol: 'tcp', ports: [80, '9000-8000'] })], 'policy new/rules/0/ports/1', /lower port first/],
    [[rule({ protocol: 'tcp', ports: ['0-80'] })], 'policy new/rules/0/ports/0', /1 to 65535/],
    [[rule({ protocol: 'tcp', icmp: { type: 8 } })], 'policy new/rules/0/icmp', /only icmp and icmpv6 have types/],
    [[rule({ icmp: { type: 8 } })], 'policy new/rules/0/icmp', /only icmp and icmpv6 have types/],
    [[rule({ peer: { cidrs: ['10.0.0.1/8'] } })], 'policy new/rules/0/peer/cidrs/0', /write 10\.0\.0\.0\/8/],
    [[rule({ peer: { cidrs: ['10.0.0.0/33'] } })], 'policy new/rules/0/peer/cidrs/0', /no range of addresses/],
    [
      [rule({ protocol: 'icmp', peer: { cidrs: ['10.0.0.0/8', 'fd00::/8'] } })],
      'policy new/rules/0/peer/cidrs/1',
      /make a rule of icmpv6 for it/,
    ],
    [
      [policy({ rules: [1, 2].map(() => ({ name: 'ssh', direction: 'in', action: 'allow' })) })],
      'policy new/rules/1/name',
      /two rules of the name ssh/,
    ],
  ])
})

t.test('ports name groups of one tenant, and profiles that are there', async (t) => {
  const intents = await managerFor(t, start)
  const port = (spec: object) => put('port', 'new', { network: 'blue', ...spec })
  await refuses(t, intents, [
    [[port({ groups: ['nobody'] })], 'port new/groups/0', /no group nobody/],
    [
      [port({ groups: ['web', 'spies'] })],
      'port new/groups/1',
      /groups that are named together have to be of one tenant/,
    ],
    [[port({ qos: 'silver' })], 'port new/qos', /no qos silver/],
    [
      [put('group', 'web', {}), port({ groups: ['web', 'db'] })],
      'port new/groups/1',
      /db is of tenant acme, but web is without/,
    ],
  ])
})

t.test('groups and profiles that are named stay, and so does their tenant', async (t) => {
  const named = [
    policy({ rules: [{ direction: 'in', action: 'allow', peer: { groups: ['db'] } }] }),
    put('port', 'web-2', { network: 'blue', groups: ['web', 'db'] }),
  ]
  const intents = await managerFor(t, [...start, ...named])
  await refuses(t, intents, [
    [
      [remove('group', 'db')],
      'group db',
      /still named by 1 port \(web-2\) and 1 policy \(new\): delete them, or leave db out there, first/,
    ],
    [[remove('qos', 'gold')], 'qos gold', /still named by 1 port \(web-1\): delete/],
    [
      [put('group', 'db', { tenant: 'other' })],
      ['port web-2/groups/1', 'policy new/rules/0/peer/groups/0'],
      /db is of tenant other/,
    ],
    [
      [remove('network', 'blue')],
      'network blue',
      /it still has 1 subnet \(blue-v4\) and 2 ports \(web-1, web-2\): delete them/,
    ],
  ])
  await intents.change([put('group', 'db', { tenant: 'other' }), put('group', 'web', { tenant: 'other' })], {
    by: 'test',
  })
  t.same(await audit(intents.store), [])
})

const numberOf = (intents: Intents, group: string) => intents.table.get('groupNumber', group)?.value

t.test('a group has a bit of its own in its tenant; the 129th is refused', async (t) => {
  const groups = Array.from({ length: 128 }, (_, at) => put('group', `g${at}`, { tenant: 'acme' }))
  const intents = await managerFor(t, [...groups, put('group', 'lone', {})])
  const numbers = groups.map(({ id }) => numberOf(intents, id))
  t.equal(new Set(numbers.map((number) => number?.bit)).size, 128)
  t.equal(new Set(numbers.map((number) => number?.tenant)).size, 1)
  t.not(numberOf(intents, 'lone')?.tenant, numbers[0]?.tenant, 'groups without a tenant stand apart')
  await refuses(t, intents, [
    [
      [put('group', 'more', { tenant: 'acme' })],
      'group more',
      /there are 128 groups of tenant acme already, as many as can be: delete one, or put this one in another tenant/,
    ],
  ])
  const { revision } = await intents.change([put('group', 'more', { tenant: 'acme' }), remove('group', 'g5')], {
    by: 'test',
  })
  t.same(numberOf(intents, 'more'), numbers[5], 'it has the bit that has become free')
  await rollBack(intents, revision - 1, false)
  t.same(numberOf(intents, 'g5'), numbers[5])
  t.same(numberOf(intents, 'more'), undefined)
  t.same(await audit(intents.store), [])
})

t.test('numbers of groups and routers stay through changes, and come back with who had them', async (t) => {
  const router = (spec: object = {}) => put('router', 'edge', { subnets: ['blue-v4'], ...spec })
  const intents = await managerFor(t, [...start, router()])
  const given = () => [numberOf(intents, 'web'), intents.table.get('routerNumber', 'edge')?.value]
  const first = given()
  t.match(first, [
    { tenant: Number, bit: Number },
    { zone: Number, mac: /^[0-9a-f][26ae](:[0-9a-f]{2}){5}$/ },
  ])
  const change = (...changes: Parameters<Intents['change']>[0] & object[]) => intents.change(changes, { by: 'test' })
  await change(router({ routes: [{ to: '0.0.0.0/0', via: ['10.0.0.9'] }] }), put('group', 'later', { tenant: 'acme' }))
  t.same(given(), first)
  await change(remove('router', 'edge'), put('port', 'web-1', { network: 'blue' }), remove('group', 'web'))
  t.same(given(), [undefined, undefined])
  await change(router(), put('group', 'web', { tenant: 'acme' }))
  t.same(given(), first)
  await change(router({ mac: '02:00:00:00:00:01' }))
  t.equal(intents.table.get('routerNumber', 'edge')?.value.mac, '02:00:00:00:00:01')
  await refuses(t, intents, [
    [
      [put('port', 'new', { network: 'blue', mac: '02:00:00:00:00:01' })],
      'port new/mac',
      /router edge has 02:00:00:00:00:01: choose another, or leave it out/,
    ],
    [[router({ mac: intents.table.get('assignment', 'web-1')?.value.mac })], 'router edge/mac', /port web-1 has/],
  ])
  const taken = [remove('router', 'edge'), put('port', 'new', { network: 'blue', mac: '02:00:00:00:00:01' })]
  await intents.change(taken, { by: 'test' })
  await intents.change([remove('port', 'new'), router({ mac: '02:00:00:00:00:01' })], { by: 'test' })
  t.equal(intents.table.get('routerNumber', 'edge')?.value.mac, '02:00:00:00:00:01', 'free in the same change')
  t.same(await audit(intents.store), [])
})
