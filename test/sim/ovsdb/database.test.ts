import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { duplexPair } from 'node:stream'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import {
  JsonRpc,
  Mirror,
  type OvsdbError,
  OvsdbSession,
  openVSwitch,
  schemaOf,
} from '../../../controller/ovsdb/index.ts'
import { Database, openVSwitchSchema, Session } from '../../../topology/sim/ovsdb/index.ts'
import { databaseFor } from '../../ovsdb/server.ts'
import { ovs } from '../../support/needs.ts'

type Operations = readonly Readonly<Record<string, unknown>>[]

const named = (name: string) => ['named-uuid', name]
const set = (...elements: readonly unknown[]) => ['set', elements]
const map = (pairs: Readonly<Record<string, unknown>>) => ['map', Object.entries(pairs)]
const where = (name: string) => [['name', '==', name]]

const bridge = (name: string, row: Readonly<Record<string, unknown>> = {}): Operations => [
  { op: 'insert', table: 'Bridge', row: { name, ports: named('p'), ...row }, 'uuid-name': 'b' },
  { op: 'insert', table: 'Port', row: { name, interfaces: named('i') }, 'uuid-name': 'p' },
  { op: 'insert', table: 'Interface', row: { name, type: 'internal' }, 'uuid-name': 'i' },
  { op: 'mutate', table: 'Open_vSwitch', where: [], mutations: [['bridges', 'insert', named('b')]] },
]

const port = (onto: string, name: string, row: Readonly<Record<string, unknown>> = {}): Operations => [
  { op: 'insert', table: 'Interface', row: { name, ...row }, 'uuid-name': 'i' },
  { op: 'insert', table: 'Port', row: { name, interfaces: named('i') }, 'uuid-name': 'p' },
  { op: 'mutate', table: 'Bridge', where: where(onto), mutations: [['ports', 'insert', set(named('p'))]] },
]

const change = (table: string, name: string, ...mutations: readonly unknown[]): Operations => [
  { op: 'mutate', table, where: where(name), mutations },
]
const put = (table: string, name: string, row: Readonly<Record<string, unknown>>): Operations => [
  { op: 'update', table, where: where(name), row },
]
const read = (table: string, conditions: unknown, ...columns: readonly string[]): Operations => [
  { op: 'select', table, where: conditions, columns },
]
const wait = (until: string, rows: readonly unknown[]): Operations => [
  { op: 'wait', timeout: 0, table: 'Bridge', where: [], columns: ['name'], until, rows },
]

/** One after the other: what is done, and what is refused. */
const story: readonly (readonly [title: string, operations: Operations])[] = [
  ['the one row', [{ op: 'insert', table: 'Open_vSwitch', row: {} }]],
  ['no second one', [{ op: 'insert', table: 'Open_vSwitch', row: {} }]],
  ['a bridge, its parts named before they are there', bridge('br0', { fail_mode: 'secure', protocols: 'OpenFlow13' })],
  ['no second bridge of the name', bridge('br0')],
  ['another bridge', bridge('br1', { other_config: map({ a: 'b' }) })],
  ['a port with options', port('br0', 'p1', { type: 'geneve', options: map({ key: 'flow', remote_ip: 'flow' }) })],
  ['a port', port('br0', 'p2', { ofport_request: 7, external_ids: map({ 'iface-id': 'x' }) })],
  ['what is not in the schema', port('br0', 'p3', { colour: 'red' })],
  ['a wrong type', port('br0', 'p3', { type: 5 })],
  ['a number out of range', port('br0', 'p3', { ofport_request: 70_000 })],
  ['a word that is not allowed', put('Bridge', 'br0', { fail_mode: 'open' })],
  ['an optional value is taken away', put('Interface', 'p2', { ofport_request: set() })],
  ['and set', put('Interface', 'p2', { ofport: 7, error: set('none') })],
  ['more values than fit', put('Interface', 'p2', { ofport: set(1, 2) })],
  [
    'a key that is there stays',
    change('Interface', 'p2', ['external_ids', 'insert', map({ 'iface-id': 'y', a: 'b' })]),
  ],
  [
    'it is deleted by its key, and set anew',
    change(
      'Interface',
      'p2',
      ['external_ids', 'delete', set('iface-id')],
      ['external_ids', 'insert', map({ 'iface-id': 'z' })],
    ),
  ],
  [
    'a pair with another value stays',
    change('Interface', 'p2', ['external_ids', 'delete', map({ a: 'c', 'iface-id': 'z' })]),
  ],
  ['sums', change('Interface', 'p2', ['ofport', '+=', 3], ['ofport', '*=', 2])],
  ['no division by zero', change('Interface', 'p2', ['ofport', '/=', 0])],
  ['no sum of texts', change('Interface', 'p2', ['type', '+=', 1])],
  [
    'elements that come and go',
    change(
      'Bridge',
      'br0',
      ['protocols', 'insert', set('OpenFlow15', 'OpenFlow13')],
      ['protocols', 'delete', 'OpenFlow13'],
    ),
  ],
  ['a name is for good', put('Bridge', 'br0', { name: 'br2' })],
  ['no port without an interface', put('Port', 'p2', { interfaces: set() })],
  ['no link to nowhere', put('Port', 'p2', { interfaces: ['uuid', '11111111-2222-3333-4444-555555555555'] })],
  ['what others refer to is not deleted', [{ op: 'delete', table: 'Interface', where: where('p2') }]],
  ['what nobody refers to goes at once', [{ op: 'insert', table: 'Controller', row: { target: 'tcp:127.0.0.1' } }]],
  [
    'controllers',
    [
      { op: 'insert', table: 'Controller', row: { target: 'tcp:127.0.0.1', max_backoff: 1000 }, 'uuid-name': 'c' },
      { op: 'mutate', table: 'Bridge', where: where('br0'), mutations: [['controller', 'insert', set(named('c'))]] },
    ],
  ],
  ['a wait for what is so', wait('==', [{ name: 'br1' }, { name: 'br0' }])],
  ['a wait for what is not so', [...wait('==', [{ name: 'br0' }]), ...port('br0', 'p9')]],
  ['a wait until it is other', wait('!=', [{ name: 'br0' }])],
  ['rows by parts of maps', read('Interface', [['options', 'includes', map({ key: 'flow' })]], 'name', 'options')],
  ['rows without some', read('Bridge', [['protocols', 'excludes', set('OpenFlow15')]], 'name', 'fail_mode')],
  ['rows by numbers', read('Interface', [['ofport', '>', 5]], 'name')],
  ['a column that is not there', read('Bridge', [], 'colour')],
  ['a table that is not there', read('Colour', [], 'name')],
  ['an operation that is not there', [{ op: 'paint', table: 'Bridge' }]],
  ['a comment', [{ op: 'comment', comment: 'hello' }]],
  ['an abort', [...port('br0', 'p9'), { op: 'abort' }]],
  [
    'a port goes with its interface',
    [
      { op: 'mutate', table: 'Bridge', where: [], mutations: [['ports', 'delete', set()]] },
      { op: 'update', table: 'Bridge', where: where('br1'), row: { ports: set() } },
    ],
  ],
  ['a bridge goes with all that it has', [{ op: 'update', table: 'Open_vSwitch', where: [], row: { bridges: set() } }]],
  [
    'nothing is left',
    [...read('Port', [], 'name'), ...read('Interface', [], 'name'), ...read('Controller', [], 'target')],
  ],
]

/** UUIDs by the order in which they are met, sets and maps in the order of their texts. */
const plain = (): ((json: unknown) => unknown) => {
  const seen = new Map<string, string>()
  const uuid = (text: string): string => {
    const name = seen.get(text) ?? `uuid ${seen.size}`
    seen.set(text, name)
    return name
  }
  const visit = (json: unknown): unknown => {
    if (!Array.isArray(json)) {
      if (typeof json !== 'object' || json === null) return json
      return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, visit(value)]))
    }
    if (json[0] === 'uuid') return uuid(String(json[1]))
    const items = json.map(visit)
    return items[0] === 'set' || items[0] === 'map' ? [items[0], sorted(items[1] as unknown[])] : items
  }
  return visit
}

const sorted = (items: readonly unknown[]): unknown[] =>
  [...items].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))

/** Errors by their names: the words of the details are each server's own. */
const errorNames = (results: unknown): unknown =>
  (results as unknown[]).map((result) => {
    const { error, rows } = (result ?? {}) as { error?: string; rows?: unknown[] }
    if (error !== undefined) return { error }
    return rows ? { rows: sorted(rows) } : result
  })

const simulated = (t: Test): OvsdbSession => {
  const [ours, theirs] = duplexPair()
  new Session(new Database(openVSwitchSchema), ours)
  const session = new OvsdbSession(theirs, { text: 'memory' })
  t.teardown(() => session.close('the test has ended'))
  return session
}

t.test('what transactions come to is what a real server says', async (t) => {
  if (!ovs(t)) return
  const server = await databaseFor(t)
  await server.vsctl('init')
  const real = await server.session(t)
  await real.transact(openVSwitch, [{ op: 'delete', table: 'Open_vSwitch', where: [] }])
  const fake = simulated(t)
  const [ofReal, ofFake] = [plain(), plain()]
  for (const [title, operations] of story) {
    const run = (session: OvsdbSession) => session.rpc.request('transact', [openVSwitch, ...operations])
    const expected = errorNames(ofReal(await run(real)))
    t.same(errorNames(ofFake(await run(fake))), expected, `${title}: ${JSON.stringify(expected)}`)
  }
})

const wanted = {
  Open_vSwitch: ['bridges', 'external_ids'],
  Bridge: ['name', 'ports', 'fail_mode', 'protocols', 'other_config'],
  Port: ['name', 'interfaces'],
  Interface: ['name', 'type', 'options', 'ofport', 'external_ids'],
}

/** All that a mirror holds, links as the names of rows. */
const contents = (mirror: Mirror): unknown => {
  const rows = Object.keys(wanted).flatMap((table) => [...mirror.table(table)])
  const names = new Map(rows.map(([uuid, row]) => [uuid, String(row.name)]))
  const shown = (value: unknown): unknown => {
    if (value instanceof Map) return Object.fromEntries([...value].sort())
    return value instanceof Set ? [...value].map((one) => names.get(one as string) ?? one).sort() : value
  }
  return sorted(
    rows.map(([, row]) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, shown(value)]))),
  )
}

for (const way of ['monitor_cond_since', 'monitor_cond', 'monitor']) {
  t.test(`a mirror that follows by ${way} holds what one of a real server holds`, async (t) => {
    if (!ovs(t)) return
    const server = await databaseFor(t)
    const mirrors: Mirror[] = []
    const sessions = [await server.session(t), simulated(t)]
    for (const session of sessions) {
      const call = JsonRpc.prototype.call
      session.rpc.call = (method, ...rest) =>
        call.call(session.rpc, method.startsWith('monitor') && !method.endsWith(way) ? `no-${method}` : method, ...rest)
      const mirror = new Mirror(wanted, () => undefined)
      mirrors.push(mirror)
      await session.monitor(openVSwitch, await schemaOf(session), mirror)
    }
    const [real, fake] = mirrors as [Mirror, Mirror]
    for (const [title, operations] of story) {
      if (title === 'the one row' && real.table('Open_vSwitch').size > 0) {
        await sessions[1]?.transact(openVSwitch, operations as never)
        continue
      }
      // The answers are compared elsewhere.
      const run = (session: OvsdbSession) =>
        session.transact(openVSwitch, operations as never).catch((error: OvsdbError) => error)
      await Promise.all(sessions.map(run))
      t.same(contents(fake), contents(real), title)
    }
  })
}

t.test('ovs-vsctl works on it as on a host', async (t) => {
  if (!ovs(t)) return
  const folder = mkdtempSync(join(tmpdir(), 'simdb-'))
  const database = new Database(openVSwitchSchema)
  const listener = createServer((socket) => new Session(database, socket))
  t.teardown(() => {
    listener.close()
    rmSync(folder, { recursive: true })
  })
  const socket = join(folder, 'db.sock')
  await new Promise<void>((resolve) => listener.listen(socket, resolve))
  const vsctl = async (...words: readonly string[]) =>
    (await promisify(execFile)('ovs-vsctl', [`--db=unix:${socket}`, '--no-wait', '--timeout=60', ...words])).stdout
  await vsctl('init', '--', 'add-br', 'br0', '--', 'add-port', 'br0', 'p0', '--', 'set-manager', 'tcp:192.0.2.1:6640')
  await vsctl('set', 'interface', 'p0', 'type=vxlan', 'options:remote_ip=192.0.2.2', 'ofport_request=5')
  t.equal(await vsctl('list-ports', 'br0'), 'p0\n')
  t.equal(await vsctl('get', 'interface', 'p0', 'options'), '{remote_ip="192.0.2.2"}\n')
  const waits = vsctl('wait-until', 'interface', 'p0', 'external_ids:ready=yes')
  await vsctl('set', 'interface', 'p0', 'external_ids:ready=yes')
  await waits
  await vsctl('del-port', 'p0')
  t.notMatch(await vsctl('show'), /p0/)
})

t.test('hostile peers harm nobody else', async (t) => {
  const database = new Database(openVSwitchSchema)
  const [ours, theirs] = duplexPair()
  new Session(database, ours)
  const ended = new Promise((resolve) => theirs.once('end', resolve))
  theirs.resume()
  theirs.write('{"id": 1, ]')
  await ended
  const [fine, other] = duplexPair()
  new Session(database, fine)
  const session = new OvsdbSession(other, { text: 'memory' })
  t.same(await session.listDatabases(), ['Open_vSwitch'])
  await t.rejects(session.rpc.request('transact', ['Colours']), /unknown database/)
  await t.rejects(session.rpc.request('constructor', []), /unknown method/)
  await t.rejects(session.rpc.request('monitor', ['Open_vSwitch', 1, { Colour: {} }]), /syntax error/)
  await t.rejects(
    session.rpc
      .request('transact', ['Open_vSwitch', 5])
      .then((results) => Promise.reject(new Error(JSON.stringify(results)))),
    /syntax error/,
  )
  session.close('the test has ended')
})
