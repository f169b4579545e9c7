import t, { type Test } from 'tap'
import { compact, openSqliteStore, type Store } from '../../controller/state/index.ts'
import { refusal, take } from './collect.ts'
import { put } from './store-suite.ts'

const day = 86_400_000
const now = 100 * day

const storeFor = async (t: Test): Promise<Store> => {
  const store = await openSqliteStore(':memory:')
  t.teardown(() => store.close())
  return store
}

/** Makes so many revisions; where `at` is given, each is a change of what users want, made then. */
const fill = (store: Store, count: number, at?: (index: number) => number): Promise<unknown> =>
  Promise.all(
    Array.from({ length: count }, (_, index) =>
      store.transact({ success: [put('a', index), ...(at ? [put('change/last', { at: at(index) })] : [])] }),
    ),
  )

/** The oldest revision that can be read. */
const oldest = async (store: Store): Promise<number> => {
  let revision = await store.revision()
  while (revision > 1 && (await refusal(store.get('a', revision - 1))) === undefined) revision--
  return revision
}

t.test('the newest revisions are kept, what is before them is forgotten', async (t) => {
  const store = await storeFor(t)
  await fill(store, 1000)
  t.equal(await compact(store, { revisions: 300, days: 7 }, now), 701)
  t.equal(await oldest(store), 701)
  t.match(await store.get('a', 701), { value: 699 })
  t.match(await store.get('a'), { value: 999 })
  t.equal((await take(store.watch({ fromRevision: 702 }), 300)).length, 300)
})

t.test('changes of the last days are kept, however many there are', async (t) => {
  const store = await storeFor(t)
  await fill(store, 400, (index) => now - 8 * day + index)
  await fill(store, 600, (index) => now - 6 * day + index)
  t.equal(await compact(store, { revisions: 300, days: 7 }, now), 401)
  t.equal(await oldest(store), 401, 'the state before the first of them, so that it can be undone')
  t.equal(await compact(store, { revisions: 300, days: 7 }, now), 401, 'again, nothing changes')
  t.equal(await compact(store, { revisions: 300, days: 0 }, now), 701, 'by number alone')
  t.equal(await compact(store, { revisions: 300, days: 7 }, now + 30 * day), 701)
})

t.test('what is hardly more than is kept stays', async (t) => {
  const store = await storeFor(t)
  await fill(store, 350)
  t.equal(await compact(store, { revisions: 300, days: 7 }, now), 0)
  t.equal(await oldest(store), 1)
})

t.test('transactions go on while a long history is forgotten', async (t) => {
  const store = await storeFor(t)
  await fill(store, 20_000)
  const done: string[] = []
  const compaction = compact(store, { revisions: 300, days: 7 }, now).then(() => done.push('compaction'))
  await store.transact({ success: [put('b', 1)] }).then(() => done.push('transaction'))
  await compaction
  t.same(done, ['transaction', 'compaction'])
})
