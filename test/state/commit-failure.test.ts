import t from 'tap'
import { type Database, loadSqlite } from '../../controller/state/sqlite/database.ts'
import { configure, migrate } from '../../controller/state/sqlite/schema.ts'
import { SqliteStore } from '../../controller/state/sqlite/sqlite-store.ts'
import { refusal, take } from './collect.ts'
import { put } from './store-suite.ts'

/** A database in memory whose statements fail as often as the test says. */
const failing = async (sql: string) => {
  const real = (await loadSqlite())(':memory:')
  configure(real, ':memory:')
  migrate(real)
  const faults = { left: 0 }
  const database: Database = {
    prepare: (text) => real.prepare(text),
    close: () => real.close(),
    exec: (text) => {
      if (text === sql && faults.left-- > 0) throw new Error('disk I/O error')
      real.exec(text)
    },
  }
  return { store: new SqliteStore(database, () => undefined), faults }
}

for (const sql of ['begin immediate', 'commit']) {
  t.test(`where "${sql}" fails, nothing has happened, and the store goes on`, async (t) => {
    const { store, faults } = await failing(sql)
    await store.transact({ success: [put('a', 1)] })
    const seen = take(store.watch(), 1)
    faults.left = 1
    const lost = [1, 2, 3].map((value) => store.transact({ success: [put(`lost/${value}`, value)] }))
    for (const one of lost) await t.rejects(one, { name: 'StoreFailedError', message: /disk I\/O error/ })
    t.equal(await store.revision(), 2)
    t.same((await store.range({})).entries.length, 1)
    const { revision } = await store.transact({ success: [put('b', 1)] })
    t.equal(revision, 3)
    t.same((await seen)[0]?.events.length, 1)
    faults.left = 1
    await store.close()
    t.equal(await refusal(store.get('a')), 'StoreClosedError')
  })
}

t.test('a refused compaction does not fail what is committed with it', async (t) => {
  const { store } = await failing('')
  const answers = await Promise.allSettled([
    store.transact({ success: [put('a', 1)] }),
    store.compact(9),
    store.transact({ success: [put('b', 1)] }),
  ])
  t.same(
    answers.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
  t.equal((await store.range({})).entries.length, 2)
  await store.close()
})

t.test('a compaction leaves no history but what the oldest readable state needs', async (t) => {
  const database = (await loadSqlite())(':memory:')
  configure(database, ':memory:')
  migrate(database)
  const store = new SqliteStore(database, () => undefined)
  for (let at = 0; at < 1500; at++) await store.transact({ success: [put(`k/${at % 3}`, at)] })
  await store.transact({ success: [{ type: 'delete', key: 'k/0' }, put('new', 1)] })
  await store.compact(1501)
  await store.compact(1502)
  const left = database.prepare('select key, revision from history').all()
  t.same(
    left.map((row) => ({ ...(row as object) })),
    [
      { key: 'k/1', revision: 1500 },
      { key: 'k/2', revision: 1501 },
      { key: 'new', revision: 1502 },
    ],
  )
  await store.close()
})
