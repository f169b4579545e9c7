import t, { type Test } from 'tap'
import { apps, type ConflictError, collection, hosts, makeId, openSqliteStore } from '../../controller/state/index.ts'
import { take } from './collect.ts'
import { put } from './store-suite.ts'

const open = async (t: Test) => {
  const store = await openSqliteStore(':memory:')
  t.teardown(() => store.close())
  return { store, hosts: collection(store, hosts), apps: collection(store, apps) }
}

const id = makeId('host', 'a1')
const encap = { address: '192.0.2.1', types: ['geneve' as const] }
const host = { dpid: '00000000000000a1', name: 'rack-1', encap, tunnels: { geneve: 65001 } }

t.test('a host is put, read, listed and deleted', async (t) => {
  const { store, hosts, apps } = await open(t)
  t.equal(hosts.key(id), 'host/a1')
  t.equal(await hosts.get(id), undefined)
  const item = await hosts.put(id, host)
  t.same(item, { id, value: host, revision: await store.revision() })
  t.same(await hosts.get(id), item)
  await apps.put(makeId('app', 'l2'), { name: 'l2-switch', source: { builtin: 'l2-switch' }, config: { ageing: 300 } })
  t.same(await hosts.list(), { revision: await store.revision(), items: [item] })
  t.equal(await hosts.delete(id), true)
  t.equal(await hosts.delete(id), false)
})

t.test('who changes what has changed meanwhile is refused', async (t) => {
  const { hosts } = await open(t)
  const { revision } = await hosts.put(id, host, { ifRevision: 0 })
  await t.rejects(hosts.put(id, host, { ifRevision: 0 }), {
    message: `host/${id} is at revision ${revision}, not absent as the request expects`,
  })
  const renamed = await hosts.put(id, { ...host, name: 'rack-2' }, { ifRevision: revision })
  for (const write of [hosts.put(id, host, { ifRevision: revision }), hosts.delete(id, { ifRevision: revision })]) {
    const error = await write.catch((error: unknown) => error)
    t.match(error, { name: 'ConflictError', expected: revision, actual: renamed.revision } as Partial<ConflictError>)
  }
  t.equal(await hosts.delete(id, { ifRevision: renamed.revision }), true)
  await t.rejects(hosts.put(id, host, { ifRevision: revision }), { message: /is absent, not at revision/ })
})

t.test('a document that its schema refuses is neither written nor read', async (t) => {
  const { store, hosts, apps } = await open(t)
  await t.rejects(hosts.put(id, { ...host, dpid: 'A1' }), {
    name: 'InvalidDocumentError',
    path: `host/${id}/dpid`,
    message: /must match pattern/,
  })
  await t.rejects(hosts.put(id, Object.assign({ colour: 'red' }, host)), { name: 'InvalidDocumentError' })
  const app = { name: 'x', source: { file: './x.ts' }, config: {} }
  await t.rejects(apps.put(makeId('app', 'x'), app), { name: 'InvalidDocumentError' })
  await store.transact({ success: [put(hosts.key(id), { ...host, dpid: 1 })] })
  await t.rejects(hosts.get(id), { name: 'InvalidDocumentError', path: `host/${id}/dpid` })
})

t.test('a list and the watch after it miss nothing and see nothing twice', async (t) => {
  const { store, hosts, apps } = await open(t)
  await hosts.put(id, host)
  const { revision } = await hosts.list()
  const app = { name: 'mine', source: { file: '/srv/mine.ts' }, config: {} }
  await apps.put(makeId('app', 'mine'), app)
  const second = { ...host, dpid: '00000000000000b2' }
  const other = makeId('host', 'b2')
  await store.transact({
    success: [hosts.toPut(other, second), { type: 'delete', key: hosts.key(id) }],
  })
  t.same(await take(hosts.watch(revision + 1), 1), [
    {
      revision: revision + 2,
      changes: [
        { type: 'put', item: { id: other, value: second, revision: revision + 2 } },
        { type: 'delete', id },
      ],
    },
  ])
  const watch = hosts.watch()
  const none = take(watch, 1)
  watch.close()
  t.same(await none, [])
})

t.test('ids are names, or random', (t) => {
  t.equal(makeId('network', 'blue'), 'blue')
  t.match(makeId('port'), /^[0-9a-f-]{36}$/)
  for (const name of ['', 'a/b', '-a', 'ü', 'a b', 'x'.repeat(129)]) {
    t.throws(() => makeId('port', name), { name: 'InvalidRequestError', message: /is no name for a port/ })
  }
  t.end()
})
