import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { openSqliteStore, type Store } from '../../controller/state/index.ts'
import { take } from './collect.ts'
import { put } from './store-suite.ts'

/** Commits one after another, and notes which revision each value got. */
const writer = async (store: Store, name: string, count: number, acknowledged: Map<number, string>): Promise<void> => {
  for (let at = 0; at < count; at++) {
    const value = `${name} ${at}`
    const { revision } = await store.transact({ success: [put(`key/${at % 7}`, value)] })
    acknowledged.set(revision, value)
  }
}

/** What a watcher is told: revision and value of each batch. A slow one lets many commits pass between two batches. */
const follow = async (store: Store, fromRevision: number, last: number, slow: boolean) => {
  const told: [number, unknown][] = []
  for await (const { revision, events } of store.watch({ prefix: 'key/', fromRevision })) {
    for (const event of events) told.push([revision, event.type === 'put' ? event.entry.value : undefined])
    if (revision === last) break
    if (slow && revision % 50 === 0) await setTimeout(1)
  }
  return told
}

t.test('watchers from old revisions see every commit once and in order while others write', async (t) => {
  const store = await openSqliteStore(join(t.testdir(), 'heddle.db'))
  t.teardown(() => store.close())
  const acknowledged = new Map<number, string>()
  await writer(store, 'before', 200, acknowledged)

  const writers = 8
  const each = 100
  const last = (await store.revision()) + writers * each
  const writing = Array.from({ length: writers }, (_, at) => writer(store, `w${at}`, each, acknowledged))
  const following = [2, 57, 150, last - 700, last - 3].flatMap((from) => [
    follow(store, from, last, false),
    setTimeout(5).then(() => follow(store, from, last, true)),
  ])
  await Promise.all(writing)
  t.equal(await store.revision(), last)
  for (const told of await Promise.all(following)) {
    const [first] = told[0] ?? [Number.NaN]
    const wanted = [...acknowledged].filter(([revision]) => revision >= first).sort(([a], [b]) => a - b)
    t.same(told, wanted, `from revision ${first}`)
    t.equal(told.length, last - first + 1)
  }
})

t.test('a watcher of other keys sleeps through a busy store and misses nothing after', async (t) => {
  const store = await openSqliteStore(':memory:')
  t.teardown(() => store.close())
  const seen = take(store.watch({ prefix: 'quiet/' }), 1)
  await writer(store, 'busy', 300, new Map())
  await store.compact(await store.revision())
  const { revision } = await store.transact({ success: [put('quiet/a', 1)] })
  t.same(
    (await seen).map((batch) => batch.revision),
    [revision],
  )
})

t.test('a long replay lets the rest of the process run', async (t) => {
  const store = await openSqliteStore(':memory:')
  t.teardown(() => store.close())
  const count = 20
  await Promise.all(Array.from({ length: count }, (_, at) => store.transact({ success: [put('a', at)] })))
  let turns = 0
  let next: NodeJS.Immediate
  const turn = (): void => {
    turns++
    next = setImmediate(turn)
  }
  next = setImmediate(turn)
  let seen = 0
  for await (const _ of store.watch({ fromRevision: 2 })) {
    // Long on any machine: who reads is busy for 5 ms each time.
    for (const end = performance.now() + 5; performance.now() < end; );
    if (++seen === count) break
  }
  clearImmediate(next)
  t.ok(turns > 3, `${turns} turns of the event loop`)
})
