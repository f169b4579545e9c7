// The database of a host alone, on a real ovsdb-server: the tests do what ovs-vswitchd would.
import t from 'tap'
import { insert, map, mutate, namedUuid, openVSwitch, set } from '../../controller/ovsdb/index.ts'
import { sleep, until } from '../engine/lab.ts'
import { type DatabaseServer, databaseFor } from '../ovsdb/server.ts'
import { ovs } from '../support/needs.ts'
import { enlist, plug, pretendSwitch, settled, watchHosts, withHosts } from './lab.ts'

const get = async (server: DatabaseServer, table: string, name: string, column: string): Promise<string> =>
  (await server.vsctl('get', table, name, column)).trim()

t.test('two commands make a host: its bridge, controller and tunnel ports come by themselves', async (t) => {
  if (!ovs(t)) return
  const { watched, server } = await withHosts(t, ['h1'])
  t.equal((await server.vsctl('list-br')).trim(), 'br-int')
  t.equal(await get(server, 'bridge', 'br-int', 'fail_mode'), 'secure')
  t.equal(await get(server, 'bridge', 'br-int', 'protocols'), '[OpenFlow13]')
  t.equal((await server.vsctl('get-controller', 'br-int')).trim(), 'tcp:192.0.2.9:6653')
  t.equal(await get(server, 'controller', 'br-int', 'connection_mode'), 'out-of-band')
  t.equal(await get(server, 'controller', 'br-int', 'max_backoff'), '1000')
  const dpid = JSON.parse(await get(server, 'bridge', 'br-int', 'other_config:datapath-id')) as string
  t.same((await server.vsctl('list-ports', 'br-int')).trim().split('\n'), ['hdl-geneve', 'hdl-vxlan'])
  t.equal(
    await get(server, 'interface', 'hdl-vxlan', 'options'),
    '{csum="true", key=flow, remote_ip=flow}',
    'a kernel data path offloads checksums inside where there is one outside',
  )
  await server.vsctl(
    'set',
    'interface',
    'hdl-geneve',
    'ofport=65001',
    '--',
    'set',
    'interface',
    'hdl-vxlan',
    'ofport=65002',
  )
  await until('the tunnels are told', () => watched.known.get('h1')?.types.length === 2)
  t.match(watched.known.get('h1'), {
    ...{ id: 'h1', dpid: BigInt(`0x${dpid}`), encapAddress: '192.0.2.1', types: ['geneve', 'vxlan'], version: '9.9' },
    ...{ tunnels: { geneve: 65001, vxlan: 65002 }, refused: {} },
  })
  t.match(watched.told.at(-1), /info: host h1: set up: bridge br-int made; controller .* added.*hdl-vxlan made/)
})

t.test('a bridge that is there already keeps its datapath id, its ports and the controllers of others', async (t) => {
  if (!ovs(t)) return
  const server = await databaseFor(t)
  await pretendSwitch(server)
  await server.vsctl(
    ...['add-br', 'br-int', '--', 'set', 'bridge', 'br-int', 'other_config:datapath-id=00000000000000ab'],
    ...['other_config:x=y', 'datapath_type=netdev', 'protocols=OpenFlow10', '--', 'add-port', 'br-int', 'p0'],
    ...['--', 'set-controller', 'br-int', 'tcp:198.51.100.1:6653'],
  )
  const watched = await watchHosts(t, server.directory)
  await enlist(server, 'h1', watched.target)
  await until('it is set up', () => watched.known.has('h1'))
  t.equal(watched.known.get('h1')?.dpid, 0xabn)
  t.equal(await get(server, 'bridge', 'br-int', 'other_config'), '{datapath-id="00000000000000ab", x=y}')
  t.equal(await get(server, 'bridge', 'br-int', 'protocols'), '[OpenFlow10, OpenFlow13]')
  t.equal(await get(server, 'bridge', 'br-int', 'external_ids'), '{}', 'it is not ours')
  t.match(await server.vsctl('get-controller', 'br-int'), /tcp:192.0.2.9:6653\ntcp:198.51.100.1:6653/)
  t.same((await server.vsctl('list-ports', 'br-int')).trim().split('\n'), ['hdl-geneve', 'hdl-vxlan', 'p0'])
})

t.test('a new bridge has the data path of the other bridges', async (t) => {
  if (!ovs(t)) return
  const server = await databaseFor(t)
  await pretendSwitch(server)
  await server.vsctl('add-br', 'br-ex', '--', 'set', 'bridge', 'br-ex', 'datapath_type=netdev')
  const watched = await watchHosts(t, server.directory)
  await enlist(server, 'h1', watched.target)
  await until('it is set up', () => watched.known.has('h1'))
  t.equal(await get(server, 'bridge', 'br-int', 'datapath_type'), 'netdev')
  t.equal(await get(server, 'interface', 'hdl-vxlan', 'options'), '{key=flow, remote_ip=flow}')
})

/** What somebody breaks, and what is put right. */
const damage: Readonly<Record<string, readonly [readonly string[], RegExp]>> = {
  'the bridge': [['del-br', 'br-int'], /bridge br-int made.*hdl-geneve made.*hdl-vxlan made/],
  'the controller': [['del-controller', 'br-int'], /controller tcp:192.0.2.9:6653 added/],
  'a setting of the controller': [
    ['set', 'controller', 'br-int', 'max_backoff=9000'],
    /max_backoff of controller.* set/,
  ],
  'a tunnel port': [['del-port', 'hdl-vxlan'], /tunnel port hdl-vxlan made/],
  'the options of a tunnel port': [
    ['set', 'interface', 'hdl-geneve', 'options:remote_ip=192.0.2.7'],
    /tunnel port hdl-geneve of br-int mended/,
  ],
  'the fail mode': [['set-fail-mode', 'br-int', 'standalone'], /fail_mode of br-int set to secure; it was standalone/],
  'the protocols': [['set', 'bridge', 'br-int', 'protocols=OpenFlow10'], /OpenFlow13 allowed on br-int/],
  'the datapath id': [['clear', 'bridge', 'br-int', 'other_config'], /datapath id of br-int pinned to [0-9a-f]{16}/],
}

t.test('what somebody removes or changes is put right, and reported', async (t) => {
  if (!ovs(t)) return
  for (const [what, [command, told]] of Object.entries(damage)) {
    await t.test(what, async (t) => {
      const { watched, server } = await withHosts(t, ['h1'])
      const before = watched.known.get('h1')?.dpid
      settled(watched)
      await server.vsctl(...command)
      await until('it is put right', () => watched.told.length > 0)
      t.match(watched.told[0], told)
      t.match(watched.told[0], /^warn: host h1: put right: /)
      t.equal(watched.known.get('h1')?.dpid, before)
      await sleep(100)
      t.equal(watched.told.length, 1, 'once')
    })
  }
})

t.test('somebody who undoes it over and over is answered ever more rarely', async (t) => {
  if (!ovs(t)) return
  const { watched, server } = await withHosts(t, ['h1'])
  settled(watched)
  const session = await server.session(t)
  const bad = { op: 'update', table: 'Bridge', where: [], row: { fail_mode: 'standalone' } } as const
  const begin = performance.now()
  for (let count = 0; count < 100; count++) {
    await session.transact(openVSwitch, [bad])
    await sleep(10)
  }
  const seconds = (performance.now() - begin) / 1000
  // In the end one each ten seconds.
  t.ok(watched.told.length < 12 + seconds / 10, `${watched.told.length} of 100 were put right in ${seconds} s`)
  await until(
    'in the end it is as it should be',
    async () => (await get(server, 'bridge', 'br-int', 'fail_mode')) === 'secure',
  )
})

t.test('another type of tunnel that the operator names comes, and the one not named goes', async (t) => {
  if (!ovs(t)) return
  const { watched, server } = await withHosts(t, ['h1'])
  const types = async () => (await server.vsctl('list-ports', 'br-int')).trim().split('\n').join(' ')
  await server.vsctl('set', 'open_vswitch', '.', 'external_ids:heddle-encap-type="gre, geneve,pigeon"')
  await until('they are exchanged', async () => (await types()) === 'hdl-geneve hdl-gre')
  await until('it is told', () => watched.told.some((text) => text.includes('pigeon')))
  t.match(watched.told.join('\n'), /heddle-encap-type: pigeon is not known; geneve, vxlan, gre and stt are/)
  await server.vsctl(
    'set',
    'interface',
    'hdl-gre',
    'ofport=65003',
    '--',
    'set',
    'interface',
    'hdl-geneve',
    'ofport=65001',
  )
  await until('the preferred first', () => watched.known.get('h1')?.types.join() === 'gre,geneve')
  await server.vsctl('set', 'interface', 'hdl-gre', 'ofport=-1', 'error="could not add gre"')
  await until('one that does not work is not offered', () => watched.known.get('h1')?.types.join() === 'geneve')
  t.match(watched.told.at(-1), /warn: host h1: gre is not carried: could not add gre/)
})

t.test('another controller that the operator names takes the place of the one before, in one step', async (t) => {
  if (!ovs(t)) return
  const { watched, server } = await withHosts(t, ['h1'])
  await server.vsctl(
    'set',
    'open_vswitch',
    '.',
    'external_ids:heddle-controller="tcp:192.0.2.8:6653,tcp:192.0.2.7:6653"',
  )
  await until('they are exchanged', async () => {
    const targets = await server.vsctl('get-controller', 'br-int')
    return targets === 'tcp:192.0.2.7:6653\ntcp:192.0.2.8:6653\n'
  })
  await until('it is told', () => watched.told.some((text) => text.includes('removed from br-int')))
  t.equal(
    watched.told.at(-1),
    'warn: host h1: put right: controller tcp:192.0.2.8:6653 added to br-int, controller tcp:192.0.2.7:6653 added to br-int, controller tcp:192.0.2.9:6653 removed from br-int',
  )
})

t.test('a port is bound where an interface carries its id, has a number and is on the bridge', async (t) => {
  if (!ovs(t)) return
  const { watched, server } = await withHosts(t, ['h1'])
  settled(watched)
  await server.vsctl('add-port', 'br-int', 'v1', '--', 'set', 'interface', 'v1', 'external_ids:iface-id=web-1')
  await server.vsctl('add-br', 'br-other', '--', 'add-port', 'br-other', 'v2')
  await server.vsctl('set', 'interface', 'v2', 'external_ids:iface-id=web-2', 'ofport=4')
  await server.vsctl('set', 'interface', 'v1', 'ofport=7', 'external_ids:attached-mac=02:00:00:00:00:AA')
  await until('it is bound', () => watched.bound.size === 1)
  t.same(watched.bound.get('web-1'), { host: 'h1', interface: 'v1', ofport: 7, attachedMac: '02:00:00:00:00:aa' })
  await server.vsctl('set', 'interface', 'v1', 'ofport=8')
  await until('it is told', () => watched.bound.get('web-1')?.ofport === 8)
  await server.vsctl('set', 'interface', 'v1', 'external_ids:iface-id=web-3')
  await until('it is told', () => watched.bound.has('web-3'))
  t.same([...watched.bound.keys()], ['web-3'])
  await server.vsctl('del-port', 'v2', '--', 'add-port', 'br-int', 'v2')
  await server.vsctl('set', 'interface', 'v2', 'external_ids:iface-id=web-2', 'ofport=9')
  await until('also one that comes to the bridge later', () => watched.bound.has('web-2'))
  await server.vsctl('del-port', 'v1', '--', 'del-port', 'v2')
  await until('none is bound', () => watched.bound.size === 0)
  t.same(watched.events.slice(-2).sort(), ['web-2 not at h1', 'web-3 not at h1'])
})

t.test('an interface that does not work is not bound, and reported with the reason', async (t) => {
  if (!ovs(t)) return
  const { watched, server } = await withHosts(t, ['h1'])
  await server.vsctl('add-port', 'br-int', 'v1', '--', 'set', 'interface', 'v1', 'external_ids:iface-id=web-1')
  await server.vsctl('set', 'interface', 'v1', 'ofport=-1', 'error="no such device"')
  const reported = () =>
    watched.told.at(-1) === 'warn: host h1: interface v1 of port web-1 does not work: no such device'
  await until('it is reported', reported)
  t.match(watched.hosts.list()[0]?.problems, ['interface v1 of port web-1 does not work: no such device'])
  await server.vsctl('set', 'interface', 'v1', 'ofport=3', '--', 'clear', 'interface', 'v1', 'error')
  await until('it is bound', () => watched.bound.size === 1)
  t.same(watched.hosts.list()[0]?.problems, [])
})

t.test('while a container moves, the host where it appeared last has the port', async (t) => {
  if (!ovs(t)) return
  const { watched, servers } = await withHosts(t, ['h1', 'h2'])
  const [one, two] = servers as [DatabaseServer, DatabaseServer]
  const at = () => watched.bound.get('web-1')?.host
  await one.vsctl(...plug('v1', 'web-1', 7))
  await until('it is at the first', () => at() === 'h1')
  settled(watched)
  await two.vsctl(...plug('v9', 'web-1', 3))
  await until('it is at the second', () => at() === 'h2')
  await one.vsctl('del-port', 'v1')
  await one.vsctl(...plug('v1', 'web-1', 7))
  await until('it is at the first again', () => at() === 'h1')
  await one.vsctl('del-port', 'v1')
  await until('when it goes there, the other one stands', () => at() === 'h2')
  t.notOk(watched.events.includes('web-1 not at h1'), 'it was never without a place')
})

t.test('a host that is lost keeps its ports; when it is back, only what has changed is told', async (t) => {
  if (!ovs(t)) return
  const { watched, server } = await withHosts(t, ['h1'])
  await server.vsctl(...plug('v1', 'web-1', 7), ...plug('v2', 'web-2', 8))
  await until('both are bound', () => watched.bound.size === 2)
  settled(watched)
  await server.kill()
  await until('it is noticed', () => watched.hosts.list()[0]?.from === undefined)
  t.same(watched.events, [])
  await server.start()
  await until('it is back', () => watched.hosts.list()[0]?.from !== undefined)
  await server.vsctl('del-port', 'v2', ...plug('v3', 'web-3', 9))
  await until('the change is told', () => watched.bound.has('web-3'))
  t.same(watched.events.toSorted(), ['web-2 not at h1', 'web-3 at h1/v3:9'])
  t.notOk(watched.hosts.forget('h1'), 'a host that is connected is not forgotten')
  await server.kill()
  await until('it is noticed', () => watched.hosts.list()[0]?.from === undefined)
  settled(watched)
  t.ok(watched.hosts.forget('h1'))
  t.same(watched.events.toSorted(), ['gone h1', 'web-1 not at h1', 'web-3 not at h1'])
})

t.test('what was bound before a restart of the controller is taken back only by the host itself', async (t) => {
  if (!ovs(t)) return
  const at = (host: string, name: string, ofport: number) => ({ host, interface: name, ofport })
  const remembered = [
    ['web-1', at('h1', 'v1', 7)],
    ['web-2', at('h1', 'v2', 8)],
    ['web-3', at('h9', 'v3', 9)],
    ['web-4', at('h1', 'v4', 4)],
  ] as const
  const server = await databaseFor(t)
  await pretendSwitch(server)
  await server.vsctl('add-br', 'br-int', ...plug('v1', 'web-1', 7), ...plug('v4', 'web-4', 44))
  await server.vsctl('set', 'interface', 'v1', 'external_ids:heddle-installed=true')
  await server.vsctl('set', 'interface', 'v4', 'external_ids:heddle-installed=true')
  const watched = await watchHosts(t, server.directory, { remembered })
  await enlist(server, 'h1', watched.target)
  await until('it is set up', () => watched.known.has('h1') && watched.events.length >= 3)
  t.same(watched.events.toSorted(), ['host h1', 'web-2 not at h1', 'web-4 at h1/v4:44'])
  const mark = (name: string) => get(server, 'interface', name, 'external_ids:heddle-installed').catch(() => 'none')
  await until('a mark for another number goes', async () => (await mark('v4')) === 'none')
  t.equal(await mark('v1'), '"true"', 'a mark that is right stays')
})

t.test('interfaces are marked once their host holds all flows, and not any more when they are unbound', async (t) => {
  if (!ovs(t)) return
  const { watched, servers } = await withHosts(t, ['h1', 'h2'])
  const [one, two] = servers as [DatabaseServer, DatabaseServer]
  await one.vsctl(...plug('v1', 'web-1', 7), ...plug('v2', 'web-2', 8))
  await until('both are bound', () => watched.bound.size === 2)
  watched.hosts.installed(['web-1', 'web-2', 'web-unknown'])
  await one.vsctl('--timeout=30', 'wait-until', 'interface', 'v1', 'external_ids:heddle-installed=true')
  await one.vsctl('--timeout=30', 'wait-until', 'interface', 'v2', 'external_ids:heddle-installed=true')
  const marked = async () =>
    (await one.vsctl('--bare', '--columns=name', 'find', 'interface', 'external_ids:heddle-installed=true')).split(
      /\s+/,
    )
  await two.vsctl(...plug('v9', 'web-1', 3))
  await until('the one that lost its port is not marked', async () => !(await marked()).includes('v1'))
  await one.vsctl('remove', 'interface', 'v2', 'external_ids', 'iface-id')
  await until('the one that carries no port is not marked', async () => !(await marked()).includes('v2'))
  watched.hosts.installed(['web-1'], watched.known.get('h1')?.dpid)
  await sleep(100)
  t.same(await get(two, 'interface', 'v9', 'external_ids'), '{iface-id=web-1}', 'the host before it may have confirmed')
  watched.hosts.installed(['web-1'], watched.known.get('h2')?.dpid)
  await two.vsctl('--timeout=30', 'wait-until', 'interface', 'v9', 'external_ids:heddle-installed=true')
  t.same(await marked(), [''])
})

t.test('over TCP the addresses of tunnels and of the controller are those that the host uses', async (t) => {
  if (!ovs(t)) return
  const server = await databaseFor(t)
  await pretendSwitch(server)
  const watched = await watchHosts(t, server.directory, { openflow: { port: 6699 } })
  const { port } = await watched.hosts.listen({ port: 0 })
  await server.vsctl(
    'set',
    'open_vswitch',
    '.',
    'external_ids:system-id=h1',
    '--',
    'set-manager',
    `tcp:127.0.0.1:${port}`,
  )
  await until('it is set up', () => watched.known.has('h1'))
  t.equal(watched.known.get('h1')?.encapAddress, '127.0.0.1')
  t.equal(await server.vsctl('get-controller', 'br-int'), 'tcp:127.0.0.1:6699\n')
})

const many = 5_000

t.test(`${many} interfaces come, change and go`, async (t) => {
  if (!ovs(t)) return
  const { watched, server } = await withHosts(t, ['h1'])
  // A busy machine takes long over so many rows at once.
  const client = await server.session(t, { deadAfter: 120_000, requestDeadline: 120_000 })
  const numbers = Array.from({ length: many }, (_, index) => index)
  await client.transact(openVSwitch, [
    ...numbers.flatMap((number) => {
      const ids = map({ 'iface-id': `p${number}` })
      return [
        insert('Interface', { name: `v${number}`, ofport: number + 1, external_ids: ids }, `i${number}`),
        insert('Port', { name: `v${number}`, interfaces: namedUuid(`i${number}`) }, `p${number}`),
      ]
    }),
    mutate('Bridge', [], ['ports', 'insert', set(numbers.map((number) => namedUuid(`p${number}`)))]),
  ])
  await until('all are bound', () => watched.bound.size === many)
  watched.hosts.installed(watched.bound.keys())
  const marked = async () => {
    const where = [['external_ids', 'includes', map({ 'heddle-installed': 'true' })]] as const
    const [result] = await client.transact(openVSwitch, [
      { op: 'select', table: 'Interface', where, columns: ['name'] },
    ])
    return result?.rows?.length
  }
  await until('all are marked', async () => (await marked()) === many)
  settled(watched)
  await client.transact(openVSwitch, [
    { op: 'update', table: 'Interface', where: [['name', '==', 'v77']], row: { ofport: 60_000 } },
  ])
  await until('one change is told', () => watched.events.length > 0)
  t.same(watched.events, ['p77 at h1/v77:60000'])
  await client.transact(openVSwitch, [{ op: 'update', table: 'Bridge', where: [], row: { ports: set([]) } }])
  await until('none is bound', () => watched.bound.size === 0)
  await until('and the tunnel ports are back', async () => /hdl-vxlan/.test(await server.vsctl('list-ports', 'br-int')))
})
