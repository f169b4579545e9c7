import t from 'tap'
import { type Json, type Operation, openSqliteStore, type Span } from '../../controller/state/index.ts'
import { put, remove } from './store-suite.ts'

const store = await openSqliteStore(':memory:')
t.teardown(() => store.close())

t.test('keys are paths of printable ASCII', async (t) => {
  for (const key of ['', '/a', 'a/', 'a//b', 'a b', 'a\n', 'ü', 'a\0', 'x'.repeat(513)]) {
    await t.rejects(store.get(key), { name: 'InvalidRequestError', message: /is no key/ }, JSON.stringify(key))
    await t.rejects(store.transact({ success: [put(key, 1)] }), { name: 'InvalidRequestError' })
  }
  for (const key of ['a', '!/~', "it's/100%", 'x'.repeat(512)]) t.equal(await store.get(key), undefined)
})

t.test('ranges, revisions and limits that make no sense are refused', async (t) => {
  const spans: Span[] = [{ prefix: '/a' }, { prefix: 'a//' }, { prefix: 'ü' }, { from: 'a\0' }, { to: 'ü' }]
  for (const span of spans) await t.rejects(store.range(span), { name: 'InvalidRequestError' }, JSON.stringify(span))
  for (const number of [0, -1, 1.5, Number.NaN]) {
    await t.rejects(store.range({ limit: number }), { message: /limit .* is no integer of 1 or more/ })
    await t.rejects(store.get('a', number), { message: /revision .* is no integer/ })
    await t.rejects(store.compact(number), { message: /revision .* is no integer/ })
    t.throws(() => store.watch({ fromRevision: number }), { message: /fromRevision .* is no integer/ })
  }
  t.throws(() => store.watch({ prefix: '//' }), { name: 'InvalidRequestError' })
})

t.test('a transaction that gives a key two states is refused, and does nothing', async (t) => {
  const branches: Operation[][] = [
    [put('a', 1), put('a', 1)],
    [put('a', 1), remove('a')],
    [{ type: 'deleteRange', span: { prefix: '' } }, put('a/b', 1)],
  ]
  for (const branch of branches) {
    await t.rejects(store.transact({ success: branch }), { message: /the transaction .*puts .*a/ })
    await t.rejects(store.transact({ failure: branch }), { name: 'InvalidRequestError' }, 'in either branch')
  }
  t.equal(await store.revision(), 1)
})

t.test('what JSON cannot carry is refused by its place', async (t) => {
  const cycle: { self?: unknown } = {}
  cycle.self = cycle
  const refused: [unknown, RegExp][] = [
    [undefined, /^the document is a undefined/],
    [{ a: [0, { b: 1n }] }, /^a\[1\]\.b is a bigint/],
    [{ at: new Date(0) }, /^at is a Date/],
    [[Number.NaN], /^\[0\] is NaN/],
    [{ f: () => 1 }, /^f is a function/],
    [[undefined], /^\[0\] is a undefined/],
    [cycle, /^self\.self.* lies deeper than 64 levels/],
    ['x'.repeat(1_000_001), /^the document has 1000003 characters/],
  ]
  for (const [value, message] of refused) {
    await t.rejects(store.transact({ success: [put('a', value as Json)] }), { name: 'InvalidDocumentError', message })
  }
})

t.test('documents come back as JSON would bring them, names in order', async (t) => {
  const value = JSON.parse('{"__proto__":{"x":1},"b":[-0,1e21,0.1],"a":{"d":1,"c":"\\u2028"},"":true}')
  await store.transact({ success: [put('a', { ...value, left: undefined })] })
  const read = (await store.get('a'))?.value
  t.equal(JSON.stringify(read), '{"":true,"__proto__":{"x":1},"a":{"c":"\u2028","d":1},"b":[0,1e+21,0.1]}')
})
