import t, { type Test } from 'tap'
import { ApiLab } from './lab.ts'

const resource = (kind: string, id: string, spec: object = {}) => ({ kind, id, spec })

const base = [
  resource('Qos', 'gold', { out: { kbps: 10_000, pps: 500 }, dscp: 46 }),
  resource('Group', 'web', { tenant: 'acme' }),
  resource('Group', 'db', { tenant: 'acme' }),
  resource('Network', 'blue', { qos: 'gold' }),
  resource('Subnet', 'blue-v4', { network: 'blue', cidr: '10.0.0.0/24' }),
  resource('Network', 'red', {}),
  resource('Subnet', 'red-v6', { network: 'red', cidr: 'fd00::/64' }),
  resource('Network', 'internet', { external: 'physnet1', vlan: 100 }),
  resource('Subnet', 'internet-v4', { network: 'internet', cidr: '192.0.2.0/24' }),
  resource('Port', 'web-1', { network: 'blue', groups: ['web'], qos: 'gold', addresses: ['10.0.0.5'] }),
  resource('Router', 'edge', {
    subnets: ['blue-v4', 'red-v6'],
    external: { network: 'internet', addresses: ['192.0.2.10'] },
    routes: [{ to: '0.0.0.0/0', via: ['192.0.2.1'] }],
    qos: 'gold',
  }),
  resource('Nat', 'out', { router: 'edge', source: { from: '10.0.0.0/24', to: '192.0.2.10', ports: '1024-9999' } }),
  resource('Nat', 'https', {
    router: 'edge',
    forward: { protocol: 'tcp', address: '192.0.2.10', port: 443, to: '10.0.0.5', toPort: 8443 },
  }),
  resource('Nat', 'web-1', { router: 'edge', floating: { address: '192.0.2.20', to: '10.0.0.5' } }),
  resource('Policy', 'web', {
    groups: ['web'],
    default: { out: 'allow' },
    rules: [
      { direction: 'in', action: 'allow', protocol: 'tcp', ports: [443, '8000-8099'] },
      { direction: 'in', action: 'allow', protocol: 'tcp', ports: [5432], peer: { groups: ['db'] } },
    ],
  }),
]

const startLab = async (t: Test): Promise<ApiLab> => {
  const lab = await ApiLab.start(t)
  await lab.host.load({ source: { builtin: 'ipam' }, config: {} }, { remember: false })
  return lab
}

const edge = { subnets: ['blue-v4', 'red-v6'], external: { network: 'internet', addresses: ['192.0.2.10'] } }

const apply = (lab: ApiLab, resources: object[], more: object = {}) =>
  lab.ask('POST', '/v1/apply', { resources, ...more })

t.test(
  'one request makes routers, translations, groups, policies and profiles, in any order; each is shown',
  async (t) => {
    const lab = await startLab(t)
    const made = await apply(lab, base.toReversed())
    t.match(made, { status: 200, body: { created: base.length } })
    t.match((await lab.get('/v1/routers')).body, [
      {
        ...{
          id: 'edge',
          mac: /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/,
          subnets: ['blue-v4', 'red-v6'],
          networks: ['blue', 'red'],
        },
        ...{ external: 'internet', addresses: ['192.0.2.10'], routes: 1, nat: 3, qos: 'gold', zone: Number },
      },
    ])
    t.match((await lab.get('/v1/nat?router=edge')).body, [
      { id: 'https', kind: 'forward', protocol: 'tcp', outside: '192.0.2.10:443', inside: '10.0.0.5:8443' },
      { id: 'out', kind: 'source', outside: '192.0.2.10:1024-9999', inside: '10.0.0.0/24' },
      { id: 'web-1', kind: 'floating', outside: '192.0.2.20', inside: '10.0.0.5' },
    ])
    t.match((await lab.get('/v1/groups')).body, [
      { id: 'db', tenant: 'acme', ports: 0, policies: ['web'] },
      { id: 'web', tenant: 'acme', ports: 1, policies: ['web'], tenantNumber: Number, bit: Number },
    ])
    t.match((await lab.get('/v1/policies?group=db')).body, [
      { id: 'web', tier: 'tenant', groups: ['web'], rules: 2, default: { out: 'allow', in: 'drop' }, audit: false },
    ])
    t.match((await lab.get('/v1/qos')).body, [
      { id: 'gold', out: { kbps: 10_000, pps: 500 }, dscp: 46, ports: 1, networks: ['blue'], routers: ['edge'] },
    ])
    t.match((await lab.get('/v1/networks/internet')).body, { external: 'physnet1', vlan: 100 })
    t.match((await lab.get('/v1/subnets/blue-v4')).body, { router: 'edge' })
    t.match((await lab.get('/v1/ports?group=web&network=blue&qos=gold')).body, [
      { id: 'web-1', groups: ['web'], qos: 'gold' },
    ])
    t.same((await lab.get('/v1/ports?group=db&network=blue')).body, [])
    t.match((await lab.get('/v1/ipam/leases?router=edge')).body, [
      { network: 'internet', address: '192.0.2.10', router: 'edge' },
      { address: '192.0.2.20' },
    ])
    t.match(await lab.get('/v1/nat?network=blue'), { status: 400, body: { error: /known here: router/ } })
    t.match((await apply(lab, base, { wait: true })).body, { unchanged: base.length, revision: made.body.revision })
  },
)

t.test('names what a field takes', async (t) => {
  const lab = await startLab(t)
  const rule = (spec: object) => ({ rules: [{ direction: 'in', action: 'allow', ...spec }] })
  const protocols = 'tcp, udp, sctp, icmp, icmpv6, a whole number from 0 to 255'
  for (const [url, spec, path, message] of [
    ['policies/new', rule({ direction: 'up' }), 'rules/0/direction', 'must be one of out, in'],
    ['policies/new', rule({ protocol: 'tpc' }), 'rules/0/protocol', `must be one of ${protocols}`],
    ['policies/new', rule({ protocol: 256 }), 'rules/0/protocol', `must be one of ${protocols}`],
    [
      'policies/new',
      rule({ protocol: 'tcp', ports: [80, '80:90'] }),
      'rules/0/ports/1',
      'must be one of a whole number from 1 to 65535, a range of ports such as 8000-8999',
    ],
    [
      'policies/new',
      rule({ peer: { cidrs: ['10.0.0.0'] } }),
      'rules/0/peer/cidrs/0',
      'must be a range of addresses, such as 10.0.0.0/24 or fd00::/64',
    ],
    [
      'subnets/new',
      { network: 'blue', cidr: '10.0.0.0/24', gateway: 'x' },
      'gateway',
      'must be one of an IPv4 or IPv6 address, null',
    ],
    [
      'routers/new',
      { subnets: [], mac: '02:AA:00:00:00:01' },
      'mac',
      'must be a MAC in lower case, such as 02:00:00:00:00:01',
    ],
    ['qos/new', { dscp: 64 }, 'dscp', 'must be <= 63'],
  ] as const) {
    t.match((await lab.ask('PUT', `/v1/${url}`, spec)).body, { problems: [{ path, message }] }, message)
  }
})

/** A thing of each kind, and what another user makes of it. */
const each = [
  ['routers', 'new', { subnets: [] }, { subnets: [], mac: '02:00:00:00:00:09' }],
  ['nat', 'https', { router: 'edge', floating: { address: '192.0.2.30', to: '10.0.0.6' } }, undefined],
  ['groups', 'new', {}, { tenant: 'acme' }],
  ['policies', 'new', { rules: [] }, { rules: [], audit: true }],
  ['qos', 'new', {}, { in: { pps: 100 } }],
] as const

t.test('each kind has ETags, dry runs, and is gone when it was deleted', async (t) => {
  const lab = await startLab(t)
  await apply(lab, base)
  for (const [list, id, spec, other = spec] of each) {
    const url = `/v1/${list}/${id}`
    if (list === 'nat') await lab.ask('DELETE', url)
    t.match(await lab.ask('PUT', `${url}?dryRun=true`, spec), { status: 201, body: { id } })
    t.equal((await lab.get(url)).status, 404, `there is no ${url} yet`)
    const made = await lab.ask('PUT', url, spec, { 'if-none-match': '*' })
    t.match(made, { status: 201, etag: `"${made.body.revision}"`, body: { id, spec } })
    t.match(await lab.ask('PUT', url, other), { status: 200, body: { spec: other } })
    if (other !== spec) {
      t.match(await lab.ask('PUT', url, spec, { 'if-match': made.etag }), { status: 412 })
      t.equal((await lab.ask('DELETE', url, undefined, { 'if-match': made.etag })).status, 412)
    }
    t.match(await lab.ask('PUT', url, { ...spec, colour: 'red' }), {
      status: 400,
      body: { problems: [{ path: 'colour', message: /known here/ }] },
    })
    t.equal((await lab.ask('DELETE', url)).status, 204)
    t.equal((await lab.get(url)).status, 404)
  }
})

t.test('what is still named is not deleted; history, diff and rollback know all kinds', async (t) => {
  const lab = await startLab(t)
  const { revision } = (await apply(lab, base)).body
  const router = (await lab.get('/v1/routers/edge')).body
  for (const [url, text] of [
    ['/v1/routers/edge', /it still has 3 nats \(https, out, web-1\): delete them first/],
    ['/v1/groups/web', /still named by 1 port \(web-1\) and 1 policy \(web\): delete/],
    ['/v1/qos/gold', /still named by 1 network \(blue\) and 1 port \(web-1\) and 1 router \(edge\): delete/],
    ['/v1/subnets/red-v6', /still named by 1 router \(edge\): delete/],
    ['/v1/networks/internet', /still named by 1 subnet \(internet-v4\) and 1 router \(edge\): delete/],
  ] as const) {
    t.match(await lab.ask('DELETE', url), { status: 400, body: { problems: [{ path: '', message: text }] } })
  }
  t.match((await apply(lab, base.slice(0, 9), { prune: true })).body, { deleted: base.length - 9 })
  const { changes } = (await lab.get(`/v1/diff?from=${revision}`)).body
  t.match(changes, [
    ...[{ kind: 'Port' }, { kind: 'Router' }, { kind: 'Nat', id: 'https' }, { kind: 'Nat', id: 'out' }],
    ...[
      { kind: 'Nat', id: 'web-1' },
      { kind: 'Policy', action: 'deleted' },
    ],
  ])
  t.match((await lab.ask('POST', '/v1/rollback', { revision })).body, { created: base.length - 9 })
  const { mac, zone } = (await lab.get('/v1/routers/edge')).body
  t.same([mac, zone], [router.mac, router.zone], 'a router comes back as it was')
  t.match(await apply(lab, [resource('Router', 'two', { subnets: ['blue-v4'] })]), {
    status: 400,
    body: { problems: [{ path: 'resources/0/spec/subnets/0', message: /router edge is the gateway/ }] },
  })
})

t.test('/docs describes what each kind takes', async (t) => {
  const lab = await startLab(t)
  const { paths } = (await lab.get('/docs/json')).body
  const fields = (list: string) =>
    Object.keys(paths[`/v1/${list}/{id}`].put.requestBody.content['application/json'].schema.properties)
  t.same(fields('routers'), ['qos', 'subnets', 'mac', 'routes', 'external', 'conntrack'])
  t.same(fields('nat'), ['router', 'source', 'forward', 'floating'])
  t.same(fields('policies'), ['tier', 'groups', 'networks', 'audit', 'default', 'rules'])
  t.match(paths['/v1/nat'].get.parameters, [{ name: 'router', in: 'query' }])
})

t.test('a watch tells of all kinds, and of what they are given', async (t) => {
  const lab = await startLab(t)
  await lab.api.listen({ port: 0, host: '127.0.0.1' })
  const address = lab.api.server.address()
  const stop = new AbortController()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/v1/watch?revision=1`
  const response = await fetch(url, { signal: stop.signal })
  await apply(lab, base)
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString()
    if (text.endsWith('\n\n') && text.includes('event: change')) break
  }
  stop.abort()
  const { changes } = JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? '{}')
  const told = changes.map(({ kind, id }: Record<string, string>) => `${kind} ${id}`)
  const expected = [
    'router edge',
    'nat web-1',
    'group web',
    'policy web',
    'qos gold',
    'routerNumber edge',
    'groupNumber web',
  ]
  t.same(
    expected.filter((one) => !told.includes(one)),
    [],
  )
})

t.test('a router’s connections are limited within what Open vSwitch counts', async (t) => {
  const lab = await startLab(t)
  await apply(lab, base)
  const put = (limit: unknown) => lab.ask('PUT', '/v1/routers/edge', { ...edge, conntrack: { limit } })
  for (const [limit, message] of [
    [0, /1/],
    [4_294_967_296, /4294967295/],
    ['9', /integer/],
  ] as const) {
    const { status, body } = await put(limit)
    t.match([status, body.problems[0].path, body.problems[0].message], [400, 'conntrack/limit', message])
  }
  t.match(await put(4_294_967_295), { status: 200, body: { limit: 4_294_967_295 } })
})
