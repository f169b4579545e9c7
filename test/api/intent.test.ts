import t, { type Test } from 'tap'
import { ApiLab } from './lab.ts'

const blue = [
  { kind: 'Network', id: 'blue', spec: { encapsulation: 'vxlan' } },
  { kind: 'Subnet', id: 'blue-v4', spec: { network: 'blue', cidr: '10.0.0.0/29' } },
  { kind: 'Subnet', id: 'blue-v6', spec: { network: 'blue', cidr: 'fd00::/64' } },
]
const port = (id: string, spec: object = {}) => ({ kind: 'Port', id, spec: { network: 'blue', ...spec } })

const startLab = async (t: Test, config: Record<string, unknown> = {}): Promise<ApiLab> => {
  const lab = await ApiLab.start(t)
  await lab.host.load({ source: { builtin: 'ipam' }, config }, { remember: false })
  return lab
}

const apply = (lab: ApiLab, resources: object[], more: object = {}) =>
  lab.ask('POST', '/v1/apply', { resources, ...more })

t.test('one request makes a network, its subnets and ports; ports are given what users left out', async (t) => {
  const lab = await startLab(t)
  const made = await apply(lab, [...blue, port('web-1'), port('web-2', { addresses: ['10.0.0.6'] })])
  t.match(made, { status: 200, body: { created: 5, updated: 0, deleted: 0, unchanged: 0, dryRun: false } })
  t.match((await lab.get('/v1/networks')).body, [
    { id: 'blue', vni: 1, encapsulation: 'vxlan', subnets: ['blue-v4', 'blue-v6'], ports: 2 },
  ])
  t.match((await lab.get('/v1/subnets')).body, [
    { id: 'blue-v4', family: 4, gateway: '10.0.0.1' },
    { id: 'blue-v6', family: 6, gateway: 'fd00::1' },
  ])
  const [one, two] = (await lab.get('/v1/ports?network=blue')).body
  t.match(one, {
    id: 'web-1',
    vni: 1,
    addresses: ['10.0.0.2', 'fd00::2'],
    status: 'unbound',
    spec: { network: 'blue' },
  })
  t.match(one.mac, /^[0-9a-f][26ae](:[0-9a-f]{2}){5}$/, 'locally administered, and of one station')
  t.not(one.mac, two.mac)
  t.same(two.addresses, ['10.0.0.6'], 'fixed ones are all')
  const again = await apply(lab, [...blue, port('web-1'), port('web-2', { addresses: ['10.0.0.6'] })])
  t.match(again.body, { revision: made.body.revision, created: 0, unchanged: 5, changes: [] })
})

t.test('names each field that is wrong, and what mends it; nothing is done then', async (t) => {
  const lab = await startLab(t)
  const before = (await apply(lab, [...blue, port('web-1', { addresses: ['10.0.0.5'] })])).body.revision
  const subnet = (spec: object) => ({ kind: 'Subnet', id: 'new', spec: { network: 'blue', ...spec } })
  for (const [resource, path, message] of [
    [
      { kind: 'Network', id: 'red', spec: { vnii: 5 } },
      'spec/vnii',
      /known here: vni, encapsulation, mtu, external, vlan, qos/,
    ],
    [{ kind: 'Network', id: 'red', spec: { vni: 1 } }, 'spec/vni', /network blue has 1/],
    [{ kind: 'Subnet', id: 'new', spec: { network: 'rad', cidr: '10.1.0.0/24' } }, 'spec/network', /no network rad/],
    [subnet({ cidr: '10.1.0.5/24' }), 'spec/cidr', /write 10\.1\.0\.0\/24/],
    [subnet({ cidr: '10.0.0.0/8' }), 'spec/cidr', /overlaps with subnet blue-v4/],
    [subnet({ cidr: '10.1.0.0/24', gateway: '10.2.0.1' }), 'spec/gateway', /null for none/],
    [subnet({ cidr: '10.1.0.0/24', gateway: '10.1.0.255' }), 'spec/gateway', /broadcast/],
    [subnet({ cidr: '10.1.0.0/24', exclude: ['10.1.0.9-10.1.0.4'] }), 'spec/exclude/0', /lower address first/],
    [subnet({ cidr: '10.1.0.0/24', exclude: ['10.1.1.9'] }), 'spec/exclude/0', /not in 10\.1\.0\.0\/24/],
    [subnet({ cidr: '127.1.0.0/24' }), 'spec/cidr', /loopback/],
    [port('new', { network: 'rad' }), 'spec/network', /no network rad/],
    [port('new', { addresses: ['10.0.0.5'] }), 'spec/addresses/0', /port web-1 has it/],
    [port('new', { addresses: ['10.0.0.1'] }), 'spec/addresses/0', /the gateway/],
    [port('new', { addresses: ['10.0.0.7'] }), 'spec/addresses/0', /broadcast/],
    [port('new', { addresses: ['192.0.2.1'] }), 'spec/addresses/0', /it has 10\.0\.0\.0\/29, fd00::\/64/],
    [port('new', { mac: '01:00:00:00:00:01' }), 'spec/mac', /no address of one station/],
    [port('new', { allowedPairs: [{ cidr: '10.0.0.9/24' }] }), 'spec/allowedPairs/0/cidr', /write 10\.0\.0\.0\/24/],
  ] as const) {
    const answer = await apply(lab, [port('other'), resource])
    t.equal(answer.status, 400, path)
    t.equal(answer.body.problems.length, 1)
    t.equal(answer.body.problems[0].path, `resources/1/${path}`)
    t.match(answer.body.problems[0].message, message)
  }
  t.equal((await lab.get('/v1/history')).body[0].revision, before)
  t.match(await apply(lab, [], { delete: [{ kind: 'Port', id: 'nobody' }] }), {
    body: { problems: [{ path: 'delete/0', message: /no port of this name/ }] },
  })
  t.match(await lab.ask('DELETE', '/v1/networks/blue'), {
    status: 400,
    body: { error: /2 subnets \(blue-v4, blue-v6\) and 1 port \(web-1\)/ },
  })
  t.match(await lab.ask('DELETE', '/v1/subnets/blue-v4'), { status: 400, body: { error: /1 port \(web-1\)/ } })
  t.match(await lab.ask('DELETE', '/v1/ports/nobody'), { status: 404 })
})

t.test('one at a time, with ETags: who was late is told, and nothing is overwritten', async (t) => {
  const lab = await startLab(t)
  const made = await lab.ask('PUT', '/v1/networks/blue', { mtu: 1400 }, { 'if-none-match': '*' })
  t.match(made, { status: 201, body: { id: 'blue', vni: 1, mtu: 1400 } })
  t.equal(made.etag, `"${made.body.revision}"`)
  const put = (mtu: number, headers: object) => lab.ask('PUT', '/v1/networks/blue', { mtu }, headers)
  t.equal((await put(1300, { 'if-none-match': '*' })).status, 412)
  const changed = await put(1300, { 'if-match': made.etag })
  t.match(changed, { status: 200, body: { mtu: 1300 } })
  t.match(await put(1200, { 'if-match': made.etag }), { status: 412, body: { error: /read it again/ } })
  t.match(await put(1200, { 'if-match': 'old' }), { status: 400, body: { problems: [{ path: 'if-match' }] } })
  t.match(await lab.get('/v1/networks/blue'), { etag: changed.etag, body: { mtu: 1300 } })
  t.equal((await lab.ask('DELETE', '/v1/networks/blue', undefined, { 'if-match': made.etag })).status, 412)
  t.equal((await lab.ask('DELETE', '/v1/networks/blue', undefined, { 'if-match': changed.etag })).status, 204)
  t.equal((await lab.get('/v1/networks/blue')).status, 404)
})

t.test('a dry run answers as the real request, and changes nothing', async (t) => {
  const lab = await startLab(t)
  await apply(lab, blue)
  const { revision } = (await lab.get('/v1/networks/blue')).body
  const dry = await lab.ask('PUT', '/v1/ports/web-1?dryRun=true', { network: 'blue' })
  t.match(dry, { status: 201, body: { addresses: ['10.0.0.2', 'fd00::2'] } })
  t.match((await apply(lab, [port('web-1')], { dryRun: true })).body, {
    dryRun: true,
    changes: [{ action: 'created', assigned: { addresses: ['10.0.0.2', 'fd00::2'] } }],
  })
  t.equal((await lab.ask('PUT', '/v1/ports/web-1?dryRun=true', { network: 'rad' })).status, 400)
  t.same((await lab.get('/v1/ports')).body, [])
  t.equal((await lab.get('/v1/history')).body[0].revision, revision)
  const { body } = await lab.ask('PUT', '/v1/ports/web-1', { network: 'blue' })
  t.same([body.addresses, body.mac], [dry.body.addresses, dry.body.mac])
})

t.test('prune deletes what is not named', async (t) => {
  const lab = await startLab(t)
  await apply(lab, [...blue, { kind: 'Network', id: 'red', spec: {} }, port('a'), port('b')])
  t.match((await apply(lab, [...blue, port('b')], { prune: true })).body, { deleted: 2, unchanged: 4 })
  t.same((await lab.get('/v1/networks')).body.length, 1)
})

t.test('without the app ipam a port says all by itself, or is told to load it', async (t) => {
  const lab = await ApiLab.start(t)
  t.match(await apply(lab, [{ kind: 'Network', id: 'blue', spec: {} }]), {
    status: 400,
    body: { problems: [{ path: 'resources/0/spec/vni', message: /heddle app load ipam/ }] },
  })
  const network = { kind: 'Network', id: 'blue', spec: { vni: 7 } }
  const subnet = { kind: 'Subnet', id: 'v4', spec: { network: 'blue', cidr: '10.0.0.0/24' } }
  t.match(await apply(lab, [network, subnet, port('a', { mac: '02:00:00:00:00:01' })]), {
    status: 400,
    body: { problems: [{ path: 'resources/2/spec/addresses', message: /heddle app load ipam/ }] },
  })
  const whole = port('a', { mac: '02:00:00:00:00:01', addresses: ['10.0.0.9'] })
  t.match(await apply(lab, [network, subnet, whole]), { status: 200, body: { created: 3 } })
  t.match(await apply(lab, [port('b', { mac: '02:00:00:00:00:01', addresses: ['10.0.0.8'] })]), {
    status: 400,
    body: { error: /port a has 02:00:00:00:00:01/ },
  })
})

t.test('history, diff, and going back: what comes back is given what it had', async (t) => {
  const lab = await startLab(t, { quarantine: 0 })
  await apply(lab, blue)
  const { revision } = (await apply(lab, [port('a'), port('b')])).body
  const [, second] = (await lab.get('/v1/ports')).body
  await apply(lab, [port('b', { guard: false })], { delete: [{ kind: 'Port', id: 'a' }] })
  await lab.ask('DELETE', '/v1/ports/b')
  await apply(lab, [port('c')])
  t.match((await lab.get('/v1/history?limit=2')).body, [
    { by: 'apply', created: 1, deleted: 0 },
    { by: 'delete port b', deleted: 1 },
  ])
  t.match((await lab.get(`/v1/diff?from=${revision}`)).body.changes, [
    { kind: 'Port', id: 'a', action: 'deleted', before: { network: 'blue' } },
    { id: 'b', action: 'deleted' },
    { id: 'c', action: 'created' },
  ])
  t.match((await lab.ask('POST', '/v1/rollback', { revision, dryRun: true })).body, { created: 2, deleted: 1 })
  t.match((await lab.ask('POST', '/v1/rollback', { revision })).body, { created: 2, deleted: 1 })
  t.same((await lab.get(`/v1/diff?from=${revision}`)).body.changes, [])
  const now = (await lab.get('/v1/ports')).body
  t.same([now[1].id, now[1].addresses, now[1].mac], ['b', second.addresses, second.mac])
  t.match(await lab.ask('POST', '/v1/rollback', { revision: 5000 }), { status: 400, body: { error: /revision 5000/ } })
})

t.test('ipam shows what is used, excluded and in quarantine; a full subnet says so', async (t) => {
  const lab = await startLab(t)
  await apply(lab, blue)
  await lab.ask('PUT', '/v1/subnets/blue-v4', { network: 'blue', cidr: '10.0.0.0/29', exclude: ['10.0.0.4-10.0.0.5'] })
  await apply(lab, [port('a'), port('b'), port('c', { addresses: ['10.0.0.5'] })])
  await lab.ask('DELETE', '/v1/ports/a')
  t.match((await lab.get('/v1/ipam')).body[0], {
    ...{ subnet: 'blue-v4', network: 'blue', cidr: '10.0.0.0/29', size: 6 },
    ...{ dynamic: 1, static: 1, excluded: 3, quarantined: 1, free: 1 },
  })
  t.match((await lab.get('/v1/ipam/leases?port=a&subnet=blue-v4')).body, [
    { address: '10.0.0.2', network: 'blue', kind: 'dynamic', quarantineUntil: /^20/ },
  ])
  t.match((await lab.ask('PUT', '/v1/ports/d', { network: 'blue' })).body.addresses, ['10.0.0.6'])
  t.match(await lab.ask('PUT', '/v1/ports/e', { network: 'blue' }), {
    status: 400,
    body: { problems: [{ path: 'addresses', message: /blue-v4 \(10\.0\.0\.0\/29\) is free: delete ports/ }] },
  })
  const back = await lab.ask('PUT', '/v1/ports/a', { network: 'blue' })
  t.equal(back.body.addresses[0], '10.0.0.2', 'who gave an address up is given it again')
})

t.test('a watch tells of each transaction once, from the revision that is asked for', async (t) => {
  const lab = await startLab(t)
  const { revision } = (await apply(lab, blue)).body
  await lab.api.listen({ port: 0, host: '127.0.0.1' })
  const address = lab.api.server.address()
  const base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  t.equal((await fetch(`${base}/v1/watch?kinds=nothing`)).status, 400)
  const stop = new AbortController()
  const response = await fetch(`${base}/v1/watch?kinds=network,port&revision=${revision}`, { signal: stop.signal })
  t.equal(response.headers.get('content-type'), 'text/event-stream')
  await apply(lab, [port('a')])
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString()
    if (text.endsWith('\n\n') && text.includes('"id":"a"')) break
  }
  stop.abort()
  const events = text.split('\n\n').filter((event) => event.startsWith('id: '))
  t.equal(events.length, 2)
  t.match(
    events[0],
    `id: ${revision}\nevent: change\ndata: {"revision":${revision},"changes":[{"type":"put","kind":"network"`,
  )
  t.match(events[1], '"changes":[{"type":"put","kind":"port","id":"a","value":{"network":"blue"}}]')
})
