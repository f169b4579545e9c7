import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import {
  byUuid,
  expect,
  insert,
  JsonRpc,
  Listener,
  Mirror,
  map,
  mapIn,
  mutate,
  namedUuid,
  numberIn,
  type Operation,
  type OvsdbSession,
  openVSwitch,
  type RowChange,
  remove,
  schemaOf,
  select,
  set,
  setIn,
  textIn,
  update,
} from '../../controller/ovsdb/index.ts'
import { until } from '../engine/lab.ts'
import { ovs } from '../support/needs.ts'
import { databaseFor } from './server.ts'

const wanted = {
  Open_vSwitch: ['bridges', 'external_ids', 'no_such_column'],
  Bridge: ['name', 'ports', 'fail_mode', 'external_ids'],
  Port: ['name', 'interfaces'],
  Interface: ['name', 'type', 'options', 'ofport', 'ofport_request', 'external_ids'],
  No_such_table: ['name'],
}

interface Watching {
  readonly mirror: Mirror
  readonly changes: RowChange[]
}

const mirrorOf = (): Watching => {
  const changes: RowChange[] = []
  return { mirror: new Mirror(wanted, (batch) => changes.push(...batch)), changes }
}

const watch = async (session: OvsdbSession, { mirror }: Watching): Promise<void> =>
  session.monitor(openVSwitch, await schemaOf(session), mirror)

/** A bridge with one port. */
const bridge = (name: string, port: string): Operation[] => [
  insert('Interface', { name: port, type: 'internal', external_ids: map({ 'iface-id': port }) }, 'i'),
  insert('Port', { name: port, interfaces: namedUuid('i') }, 'p'),
  insert('Bridge', { name, ports: namedUuid('p') }, 'b'),
  mutate('Open_vSwitch', [], ['bridges', 'insert', namedUuid('b')]),
]

const told = (changes: readonly RowChange[]): string[] =>
  changes.map(({ table, before, after }) =>
    `${before ? (after ? 'changed' : 'gone') : 'new'} ${table} ${textIn(after ?? before, 'name')}`.trimEnd(),
  )

/** Forbids some methods to a server, as older ones do not have them. */
const without = (session: OvsdbSession, ...methods: readonly string[]): OvsdbSession => {
  const call = JsonRpc.prototype.call
  session.rpc.call = (method, ...rest) =>
    call.call(session.rpc, methods.includes(method) ? `no-${method}` : method, ...rest)
  return session
}

const ways: Readonly<Record<string, readonly string[]>> = {
  monitor_cond_since: [],
  monitor_cond: ['monitor_cond_since'],
  monitor: ['monitor_cond_since', 'monitor_cond'],
}

for (const [way, missing] of Object.entries(ways)) {
  t.test(`a mirror follows a real server by ${way}`, async (t) => {
    if (!ovs(t)) return
    const server = await databaseFor(t)
    await server.vsctl('add-br', 'br0', '--', 'add-port', 'br0', 'p0')
    const session = without(await server.session(t), ...missing)
    const watching = mirrorOf()
    await watch(session, watching)
    const { mirror, changes } = watching
    t.same(
      [...mirror.table('Bridge').values()].map((row) => textIn(row, 'name')),
      ['br0'],
    )
    t.equal(mirror.table('Interface').size, 2)
    changes.length = 0
    await server.vsctl('add-port', 'br0', 'p1', '--', 'set', 'interface', 'p1', 'ofport_request=7', 'options:a=b')
    await until('it is told', () => changes.length > 0)
    t.same(told(changes).sort(), ['changed Bridge br0', 'new Interface p1', 'new Port p1'])
    const added = changes.find(({ table }) => table === 'Port')
    const grown = changes.find(({ table }) => table === 'Bridge')
    t.same(grown?.toggled.get('ports'), [added?.uuid], 'what came into the set, not all of it')
    t.equal(setIn(grown?.after, 'ports').size, 3)
    changes.length = 0
    await server.vsctl(
      'set',
      'interface',
      'p1',
      'options:a=c',
      'options:d=e',
      '--',
      'clear',
      'interface',
      'p1',
      'ofport_request',
    )
    await until('it is told', () => changes.length > 0)
    const [change] = changes
    t.equal(numberIn(change?.before, 'ofport_request'), 7)
    t.equal(numberIn(change?.after, 'ofport_request'), undefined)
    t.same(Object.fromEntries(mapIn(change?.before, 'options')), { a: 'b' })
    t.same(Object.fromEntries(mapIn(change?.after, 'options')), { a: 'c', d: 'e' })
    changes.length = 0
    await server.vsctl('del-port', 'p1', '--', 'remove', 'interface', 'p0', 'options', 'a')
    await until('it is told', () => changes.length > 0)
    t.same(told(changes).sort(), ['changed Bridge br0', 'gone Interface p1', 'gone Port p1'])
    t.equal(mirror.table('Port').size, 2)
  })
}

t.test('changes made before the answer to a transaction are in the mirror with the answer', async (t) => {
  if (!ovs(t)) return
  const server = await databaseFor(t)
  const session = await server.session(t)
  const watching = mirrorOf()
  await watch(session, watching)
  const results = await session.transact(openVSwitch, bridge('br0', 'eth0'))
  t.match(results[2], { uuid: ['uuid', /^[0-9a-f-]{36}$/] })
  t.equal(watching.mirror.table('Bridge').size, 1)
  const id = results[0]?.uuid?.[1] ?? ''
  await session.transact(openVSwitch, [
    update('Interface', byUuid(id), { external_ids: map({ a: 'b' }), ofport_request: 5 }),
    mutate('Bridge', [['name', '==', 'br0']], ['protocols', 'insert', set(['OpenFlow13', 'OpenFlow15'])]),
  ])
  const [found] = await session.transact(openVSwitch, [select('Bridge', [['name', '==', 'br0']], ['protocols'])])
  t.same(found?.rows, [{ protocols: ['set', ['OpenFlow13', 'OpenFlow15']] }])
  t.equal(numberIn(watching.mirror.table('Interface').get(id), 'ofport_request'), 5)
})

t.test('a transaction that is refused names the operation, the table and the reason, and does nothing', async (t) => {
  if (!ovs(t)) return
  const session = await (await databaseFor(t)).session(t)
  await session.transact(openVSwitch, bridge('br0', 'p0'))
  const refused = (operations: readonly Operation[]) => session.transact(openVSwitch, operations)
  await t.rejects(refused([insert('Bridge', { name: 'br1' }), insert('Interface', { name: 5 })]), {
    name: 'TransactionRefused',
    operation: 1,
    table: 'Interface',
    message: /operation 1 \(insert Interface\): syntax error/,
  })
  await t.rejects(refused(bridge('br0', 'p1')), {
    operation: undefined,
    message: /at the commit: constraint violation/,
  })
  const guard = expect('Bridge', [['name', '==', 'br0']], ['name'], [])
  await t.rejects(refused([guard, remove('Bridge', [])]), {
    name: 'TransactionRefused',
    operation: 0,
    error: 'timed out',
  })
  const [bridges] = await session.transact(openVSwitch, [select('Bridge', [], ['name'])])
  t.same(bridges?.rows, [{ name: 'br0' }])
})

t.test('after a restart of the server only what has changed meanwhile is told', async (t) => {
  if (!ovs(t)) return
  const server = await databaseFor(t)
  await server.vsctl('add-br', 'br0', '--', 'add-port', 'br0', 'p0', '--', 'add-port', 'br0', 'p1')
  const watching = mirrorOf()
  const { mirror, changes } = watching
  const first = await server.session(t)
  await watch(first, watching)
  const closed: string[] = []
  first.whenClosed((reason) => closed.push(reason))
  await server.kill()
  await until('it is noticed', () => closed.length === 1)
  await server.start()
  await server.vsctl('del-port', 'p1', '--', 'add-port', 'br0', 'p2', '--', 'set', 'interface', 'p0', 'type=dummy')
  changes.length = 0
  await watch(await server.session(t), watching)
  t.same(told(changes).sort(), [
    'changed Bridge br0',
    'changed Interface p0',
    'gone Interface p1',
    'gone Port p1',
    'new Interface p2',
    'new Port p2',
  ])
  t.equal(changes.find(({ table }) => table === 'Bridge')?.toggled.get('ports')?.length, 2)
  t.equal(mirror.table('Port').size, 3)
})

t.test('a server that keeps a history sends only what has changed since the last connection', async (t) => {
  if (!ovs(t)) return
  const server = await databaseFor(t, { clustered: true })
  const watching = mirrorOf()
  const first = await server.session(t)
  const schema = await schemaOf(first)
  // It keeps no more of its history than it has of rows.
  for (let count = 10; count < 30; count++) await first.transact(openVSwitch, bridge(`br${count}`, `p${count}`))
  await first.monitor(openVSwitch, schema, watching.mirror)
  await first.transact(openVSwitch, bridge('br1', 'p1'))
  const { lastTransaction } = watching.mirror
  t.match(lastTransaction, /^[0-9a-f-]{36}$/)
  first.close('the test wants it so')
  await server.vsctl('del-br', 'br1')
  watching.changes.length = 0
  const second = await server.session(t)
  let answer: unknown
  const call = JsonRpc.prototype.call
  second.rpc.call = (method, params, settle, deadline) => {
    const note: typeof settle = (outcome) => {
      answer = 'result' in outcome ? outcome.result : undefined
      settle(outcome)
    }
    call.call(second.rpc, method, params, note, deadline)
  }
  await second.monitor(openVSwitch, schema, watching.mirror)
  const [found, , updates] = answer as [boolean, string, Record<string, Record<string, unknown>>]
  t.ok(found)
  t.equal(Object.keys(updates.Bridge ?? {}).length, 1, 'one bridge, and not the one that stays')
  t.same(told(watching.changes).sort(), [
    'changed Open_vSwitch',
    'gone Bridge br1',
    'gone Interface p1',
    'gone Port p1',
  ])
  t.not(watching.mirror.lastTransaction, lastTransaction)
})

/** Waits for managers at an endpoint. */
const listenFor = async (t: Test, endpoint: ConstructorParameters<typeof Listener>[0]) => {
  const up: OvsdbSession[] = []
  const refused: string[] = []
  const listener = new Listener(endpoint, {
    up: async (session) => {
      await schemaOf(session)
      up.push(session)
    },
    refused: (_address, reason) => refused.push(reason),
    slowed: () => undefined,
  })
  t.teardown(() => listener.stop())
  await listener.start()
  return { listener, up, refused }
}

t.test('a server that was told set-manager connects over TCP and over a unix socket', async (t) => {
  if (!ovs(t)) return
  const server = await databaseFor(t)
  const path = join(server.directory, 'manager.sock')
  const [tcp, unix] = [await listenFor(t, { port: 0 }), await listenFor(t, { path })]
  await server.vsctl('set-manager', `tcp:127.0.0.1:${tcp.listener.port}`, `unix:${path}`)
  await until('both are up', () => tcp.up.length === 1 && unix.up.length === 1)
  t.match(tcp.up[0]?.origin, { text: /^127\.0\.0\.1:/, remoteAddress: '127.0.0.1', localAddress: '127.0.0.1' })
  t.same(unix.up[0]?.origin, { text: 'unix socket' })
})

t.test('a plain-text port open to the network is refused unless that is said to be wanted', async (t) => {
  const events = { up: async () => undefined, refused: () => undefined, slowed: () => undefined }
  t.throws(() => new Listener({ host: '0.0.0.0', port: 0 }, events), /without TLS.*insecure: true/s)
  t.doesNotThrow(() => new Listener({ host: '0.0.0.0', port: 0, insecure: true }, events))
})

t.test('over TLS, with keys of ovs-pki, both sides show certificates', async (t) => {
  if (!ovs(t)) return
  const server = await databaseFor(t)
  const at = server.directory
  const pki = (...args: string[]) =>
    promisify(execFile)('ovs-pki', [`--dir=${at}/pki`, `--log=${at}/pki.log`, '--force', ...args], { cwd: at })
  await pki('init')
  await pki('req+sign', 'heddle', 'controller')
  await pki('req+sign', 'host', 'switch')
  const read = (file: string) => readFile(join(at, file), 'utf8')
  const tls = {
    key: await read('heddle-privkey.pem'),
    cert: await read('heddle-cert.pem'),
    ca: await read('pki/switchca/cacert.pem'),
  }
  const { listener, up, refused } = await listenFor(t, { host: '0.0.0.0', port: 0, tls })
  const target = `ssl:127.0.0.1:${listener.port}`
  await server.vsctl('set-manager', target)
  const files = (name: string) => [
    `${at}/${name}-privkey.pem`,
    `${at}/${name}-cert.pem`,
    `${at}/pki/controllerca/cacert.pem`,
  ]
  await server.kill()
  const [key, cert, ca] = files('heddle')
  await server.start(`--private-key=${key}`, `--certificate=${cert}`, `--ca-cert=${ca}`)
  await until('a certificate of the wrong authority is refused', () => refused.length > 0)
  t.match(refused[0], /^TLS: /)
  t.equal(up.length, 0)
  await server.kill()
  const [hostKey, hostCert] = files('host')
  await server.start(`--private-key=${hostKey}`, `--certificate=${hostCert}`, `--ca-cert=${ca}`)
  await until('the right one is up', () => up.length === 1)
})
