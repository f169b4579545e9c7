import { closeSync, existsSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openSqliteStore } from '../../controller/state/index.ts'
import { type Database, loadSqlite } from '../../controller/state/sqlite/database.ts'
import { configure } from '../../controller/state/sqlite/schema.ts'
import { refusal, take } from './collect.ts'
import { put } from './store-suite.ts'

/** A store with some documents, closed. */
const filled = async (t: Test): Promise<string> => {
  const file = join(t.testdir(), 'data', 'heddle.db')
  const store = await openSqliteStore(file)
  const padding = 'x'.repeat(2000)
  await store.transact({ success: Array.from({ length: 100 }, (_, at) => put(`a/${at}`, { at, padding })) })
  await store.close()
  t.equal(existsSync(`${file}-wal`), false, 'closing leaves one file with all in it, and the lock')
  return file
}

const raw = async <T>(file: string, use: (database: Database) => T): Promise<T> => {
  const database = (await loadSqlite())(file)
  try {
    return use(database)
  } finally {
    database.close()
  }
}

t.test('a store opened again goes on where it was', async (t) => {
  const file = await filled(t)
  const store = await openSqliteStore(file)
  t.teardown(() => store.close())
  t.equal(await store.revision(), 2)
  t.equal((await store.range({ prefix: 'a/' })).entries.length, 100)
  const { revision } = await store.transact({ success: [put('b', 1)] })
  t.equal(revision, 3)
  t.same(
    (await take(store.watch({ fromRevision: 2 }), 2)).map(({ events }) => events.length),
    [100, 1],
  )
})

t.test('the file is readable for its owner alone, and serves one store at a time', async (t) => {
  const file = await filled(t)
  t.equal(statSync(file).mode & 0o777, 0o600)
  const store = await openSqliteStore(file)
  t.equal(await refusal(openSqliteStore(file)), 'StoreLockedError')
  const count = await raw(file, (database) => database.prepare('select count(*) as n from document').get())
  t.equal((count as { n: number }).n, 100, 'other programs can read meanwhile')
  await store.close()
  await (await openSqliteStore(file)).close()
})

t.test('commits are flushed to the disk before they are answered', async (t) => {
  const file = join(t.testdir(), 'x.db')
  await raw(file, (database) => {
    configure(database, file)
    t.same(Object.values(database.prepare('pragma synchronous').get() as object), [2], 'FULL')
    t.same(Object.values(database.prepare('pragma journal_mode').get() as object), ['wal'])
  })
})

t.test('a file of a newer heddle is refused and left alone', async (t) => {
  const file = await filled(t)
  await raw(file, (database) => database.exec(`insert into migration values (99, 'from the future', '')`))
  const before = readFileSync(file)
  await t.rejects(openSqliteStore(file), { name: 'SchemaTooNewError', message: /schema 99.*newer heddle/ })
  t.ok(before.equals(readFileSync(file)))
})

t.test('a file that is no store, or a damaged one, is refused and left alone', async (t) => {
  const file = await filled(t)
  const middle = Math.floor(statSync(file).size / 2)
  const descriptor = openSync(file, 'r+')
  writeSync(descriptor, Buffer.alloc(4096, 0x5a), 0, 4096, middle)
  closeSync(descriptor)
  await t.rejects(openSqliteStore(file), { name: 'StoreCorruptError', message: /damaged/ })

  const text = join(t.testdir(), 'text.db')
  writeFileSync(text, 'Lorem ipsum dolor sit amet. '.repeat(200))
  await t.rejects(openSqliteStore(text), { name: 'StoreCorruptError' })

  const foreign = join(t.testdir(), 'foreign.db')
  await raw(foreign, (database) => database.exec('create table mine (x)'))
  const before = readFileSync(foreign)
  await t.rejects(openSqliteStore(foreign), { name: 'StoreCorruptError', message: /another program/ })
  t.ok(before.equals(readFileSync(foreign)))
})

t.test('a place where no file can be is named in the error', async (t) => {
  const folder = t.testdir({ file: '' })
  await t.rejects(openSqliteStore(join(folder, 'file', 'x.db')), { message: /x\.db/ })
  await t.rejects(openSqliteStore(folder), { name: 'StoreFailedError' })
})
