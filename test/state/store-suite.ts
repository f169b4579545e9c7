import t, { type Test } from 'tap'
import { absent, exists, type Operation, type Store, unchanged } from '../../controller/state/index.ts'
import { refusal, take } from './collect.ts'

export const put = (
  key: string,
  value: Operation extends infer O ? (O extends { value: infer V } ? V : never) : never,
) => ({ type: 'put', key, value }) as const
export const remove = (key: string) => ({ type: 'delete', key }) as const

type Case = (t: Test, store: Store) => Promise<void>

/** What every store does, whatever lies beneath it. Only differences of revisions count: a store may start at any. */
const cases: Readonly<Record<string, Case>> = {
  'a document that was put is read back with its revisions': async (t, store) => {
    const start = await store.revision()
    const value = { name: 'blue', vni: 7, subnets: ['10.0.0.0/24'], note: null, 'ключ/"': 'väl\u0000ue\ud800' }
    t.equal(await store.get('network/blue'), undefined)
    t.same(await store.transact({ success: [put('network/blue', value)] }), {
      succeeded: true,
      revision: start + 1,
      deleted: 0,
    })
    await store.transact({ success: [put('network/blue', { ...value, vni: 8 })] })
    t.same(await store.get('network/blue'), {
      key: 'network/blue',
      value: { ...value, vni: 8 },
      createRevision: start + 1,
      modRevision: start + 2,
      version: 2,
    })
    t.equal(await store.revision(), start + 2)
  },

  'a key that is deleted and put again is a new one': async (t, store) => {
    await store.transact({ success: [put('a', 1)] })
    const gone = await store.transact({ success: [remove('a')] })
    t.equal(gone.deleted, 1)
    t.equal(await store.get('a'), undefined)
    const { revision } = await store.transact({ success: [put('a', 2)] })
    t.same(await store.get('a'), { key: 'a', value: 2, createRevision: revision, modRevision: revision, version: 1 })
  },

  'all of a transaction has one revision, and one that changes nothing has none': async (t, store) => {
    const { revision } = await store.transact({ success: [put('a', 1), put('b', 2), put('c', 3)] })
    const { entries } = await store.range({})
    t.same(
      entries.map(({ modRevision }) => modRevision),
      [revision, revision, revision],
    )
    for (const success of [[], [remove('nobody')], [{ type: 'deleteRange', span: { prefix: 'no/' } } as const]]) {
      t.same(await store.transact({ success }), { succeeded: true, revision, deleted: 0 })
    }
    t.equal(await store.revision(), revision)
  },

  'ranges go by prefix or bounds, in order, and say when a limit left something out': async (t, store) => {
    const keys = ['port/10', 'port/9', 'port', 'port-x/1', 'host/1', 'porta/2', 'port/~z', 'port/A']
    await store.transact({ success: keys.map((key) => put(key, key)) })
    const found = async (request: Parameters<Store['range']>[0]) => {
      const { entries, more } = await store.range(request)
      return [entries.map(({ key }) => key).join(' '), more]
    }
    t.same(await found({ prefix: 'port/' }), ['port/10 port/9 port/A port/~z', false])
    t.same(await found({ prefix: 'port/', limit: 3 }), ['port/10 port/9 port/A', true])
    t.same(await found({ prefix: 'port/', limit: 4 }), ['port/10 port/9 port/A port/~z', false])
    t.same(await found({ from: 'port/9 ', to: 'port/~z' }), ['port/A', false])
    t.same(await found({ from: 'port/~z' }), ['port/~z porta/2', false])
    t.same(await found({}), [[...keys].sort().join(' '), false])
  },

  'a transaction does its other branch where a comparison fails': async (t, store) => {
    const { revision } = await store.transact({ success: [put('a', { x: 1, y: [2] })] })
    const holds = async (...compare: Parameters<typeof store.transact>[0]['compare'] & object) =>
      (await store.transact({ compare })).succeeded
    t.equal(await holds(exists('a'), absent('b'), unchanged('a', revision)), true)
    t.equal(await holds(exists('a'), exists('b')), false, 'all must hold')
    t.equal(
      await holds({ key: 'a', target: 'value', is: 'equal', value: { y: [2], x: 1 } }),
      true,
      'whatever the order',
    )
    t.equal(await holds({ key: 'a', target: 'value', is: 'notEqual', value: { y: [2], x: 1 } }), false)
    t.equal(await holds({ key: 'b', target: 'value', is: 'notEqual', value: 1 }), false, 'an absent key has no value')
    t.equal(await holds({ key: 'a', target: 'version', is: 'less', value: 2 }), true)
    t.equal(await holds({ key: 'a', target: 'createRevision', is: 'greater', value: revision }), false)
    const lost = await store.transact({
      compare: [unchanged('a', revision - 1)],
      success: [put('a', 'theirs')],
      failure: [put('loser', true)],
    })
    t.equal(lost.succeeded, false)
    t.same((await store.get('a'))?.value, { x: 1, y: [2] })
    t.equal((await store.get('loser'))?.modRevision, revision + 1)
  },

  'of writers that race from one revision exactly one wins': async (t, store) => {
    const { revision } = await store.transact({ success: [put('a', 0)] })
    const attempts = Array.from({ length: 50 }, (_, at) =>
      store.transact({ compare: [unchanged('a', revision)], success: [put('a', at + 1)] }),
    )
    const won = (await Promise.all(attempts)).filter(({ succeeded }) => succeeded)
    t.equal(won.length, 1)
    t.equal((await store.get('a'))?.version, 2)
  },

  'the past can be read': async (t, store) => {
    const { revision } = await store.transact({ success: [put('a', 1), put('b', 1)] })
    await store.transact({ success: [put('a', 2), remove('b'), put('c', 1)] })
    const then = await store.range({ revision })
    t.same(
      then.entries.map(({ key, value }) => [key, value]),
      [
        ['a', 1],
        ['b', 1],
      ],
    )
    t.equal(then.revision, revision)
    t.equal((await store.range({ revision, limit: 1 })).more, true)
    t.equal((await store.get('b', revision))?.value, 1)
    t.equal(await store.get('b', revision + 1), undefined)
    t.equal(await store.get('c', revision), undefined)
    t.equal(await refusal(store.get('a', revision + 2)), 'FutureRevisionError')
    t.equal(await refusal(store.range({ revision: revision + 2 })), 'FutureRevisionError')
  },

  'a watch tells history first, then what comes, one batch a transaction': async (t, store) => {
    const { revision } = await store.transact({ success: [put('p/a', 1), put('q/a', 1)] })
    await store.transact({ success: [put('q/b', 1)] })
    const watch = store.watch({ prefix: 'p/', fromRevision: revision })
    const seen = take(watch, 3)
    await store.transact({ success: [put('p/b', 2), remove('p/a'), remove('q/a')] })
    await store.transact({ success: [{ type: 'deleteRange', span: { prefix: '' } }] })
    t.same(
      (await seen).map((batch) => [
        batch.revision - revision,
        ...batch.events.map((event) => (event.type === 'put' ? event.entry : `- ${event.key}`)),
      ]),
      [
        [0, { key: 'p/a', value: 1, createRevision: revision, modRevision: revision, version: 1 }],
        [2, { key: 'p/b', value: 2, createRevision: revision + 2, modRevision: revision + 2, version: 1 }, '- p/a'],
        [3, '- p/b'],
      ],
    )
  },

  'a watch without a revision begins after the present': async (t, store) => {
    await store.transact({ success: [put('a', 1)] })
    const watch = store.watch()
    const { revision } = await store.transact({ success: [put('a', 2)] })
    t.same(
      (await take(watch, 1)).map((batch) => batch.revision),
      [revision],
    )
  },

  'a watch ends when it is closed, or the store is': async (t, store) => {
    const [one, other] = [store.watch(), store.watch()]
    const ends = [take(one, 1), take(other, 1)]
    one.close()
    t.same(await ends[0], [])
    await store.close()
    t.same(await ends[1], [])
  },

  'compaction forgets the past and keeps the present': async (t, store) => {
    const { revision } = await store.transact({ success: [put('a', 1), put('gone', 1)] })
    await store.transact({ success: [put('a', 2), remove('gone')] })
    await store.transact({ success: [put('b', 1)] })
    t.equal(await refusal(store.compact(revision + 3)), 'FutureRevisionError')
    await store.compact(revision + 1)
    await store.compact(revision)
    t.equal(await refusal(store.get('a', revision)), 'CompactedError')
    t.equal(await refusal(store.range({ revision })), 'CompactedError')
    t.equal(await refusal(take(store.watch({ fromRevision: revision + 1 }), 1)), 'CompactedError')
    t.same(
      (await store.range({ revision: revision + 1 })).entries.map(({ key, value }) => [key, value]),
      [['a', 2]],
    )
    t.equal((await take(store.watch({ fromRevision: revision + 2 }), 1))[0]?.revision, revision + 2)
    t.equal((await store.get('a'))?.createRevision, revision)
  },

  'a watcher that compaction overtakes is told so': async (t, store) => {
    const watch = store.watch()
    for (const value of [1, 2, 3]) await store.transact({ success: [put('a', value)] })
    await store.compact(await store.revision())
    await t.rejects(take(watch, 1), { name: 'CompactedError' })
  },

  'a closed store refuses everything': async (t, store) => {
    const under = store.transact({ success: [put('a', 1)] })
    await store.close()
    await store.close()
    t.equal((await under).succeeded, true, 'what was under way is finished')
    for (const promise of [store.get('a'), store.range({}), store.transact({}), store.compact(1), store.revision()]) {
      t.equal(await refusal(promise), 'StoreClosedError')
    }
    t.throws(() => store.watch(), { name: 'StoreClosedError' })
  },
}

/** Runs the suite on one implementation; each case gets a store of its own. */
export const storeSuite = (name: string, open: (t: Test) => Promise<Store>): void => {
  t.test(name, async (t) => {
    for (const [title, run] of Object.entries(cases)) {
      await t.test(title, async (t) => {
        const store = await open(t)
        t.teardown(() => store.close())
        await run(t, store)
      })
    }
  })
}
