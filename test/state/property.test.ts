import { deepStrictEqual } from 'node:assert/strict'
import t from 'tap'
import {
  type Compare,
  type Json,
  type Operation,
  openSqliteStore,
  type RangeRequest,
  type Span,
  type Store,
  type Transaction,
} from '../../controller/state/index.ts'
import fc from '../support/random.ts'
import { refusal, take } from './collect.ts'
import { ModelStore } from './model.ts'

/** One thing done to a store. Revisions are told as steps back from the present, so that most of them exist. */
type Step =
  | { readonly do: 'transact'; readonly transaction: Transaction }
  | { readonly do: 'get'; readonly key: string; readonly back: number | undefined }
  | { readonly do: 'range'; readonly request: RangeRequest; readonly back: number | undefined }
  | { readonly do: 'compact'; readonly back: number }

/** Few keys, so that they meet; '0' follows '/' in ASCII, where a wrong upper bound would show. */
const key = fc.constantFrom('a', 'a/b', 'a/c', 'a0', 'b', 'b/a/c', 'b/~')
const prefix = fc.constantFrom('', 'a', 'a/', 'b/', 'zz')
const value: fc.Arbitrary<Json> = fc.constantFrom<Json[]>(0, 1, 'x', null, { n: 1, m: [2] }, { m: [2], n: 1 })
const back = fc.option(fc.integer({ min: -1, max: 12 }), { nil: undefined })

const span: fc.Arbitrary<Span> = fc.oneof(
  prefix.map((prefix) => ({ prefix })),
  key.map((from) => ({ from })),
  fc.tuple(key, key).map(([from, to]) => ({ from, to })),
)

const compare: fc.Arbitrary<Compare> = fc.oneof(
  fc.record({
    key,
    target: fc.constant('value' as const),
    is: fc.constantFrom('equal' as const, 'notEqual' as const),
    value,
  }),
  fc.record({
    key,
    target: fc.constantFrom('version' as const, 'modRevision' as const, 'createRevision' as const),
    is: fc.constantFrom('equal' as const, 'notEqual' as const, 'less' as const, 'greater' as const),
    value: fc.integer({ min: 0, max: 8 }),
  }),
)

const puts: fc.Arbitrary<Operation[]> = fc.uniqueArray(fc.record({ type: fc.constant('put' as const), key, value }), {
  maxLength: 3,
  selector: (put) => put.key,
})
const removal: fc.Arbitrary<Operation> = fc.oneof(
  key.map((key) => ({ type: 'delete' as const, key })),
  span.map((span) => ({ type: 'deleteRange' as const, span })),
)
const branch: fc.Arbitrary<Operation[]> = fc.oneof({ weight: 3, arbitrary: puts }, fc.array(removal, { maxLength: 2 }))

const transaction: fc.Arbitrary<Transaction> = fc.record({
  compare: fc.array(compare, { maxLength: 2 }),
  success: branch,
  failure: branch,
})
const request: fc.Arbitrary<RangeRequest> = fc.oneof(
  span,
  fc.tuple(span, fc.integer({ min: 1, max: 4 })).map(([span, limit]) => ({ ...span, limit })),
)

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: transaction.map((transaction) => ({ do: 'transact' as const, transaction })) },
  { weight: 2, arbitrary: fc.tuple(key, back).map(([key, back]) => ({ do: 'get' as const, key, back })) },
  { weight: 2, arbitrary: fc.tuple(request, back).map(([request, back]) => ({ do: 'range' as const, request, back })) },
  { weight: 1, arbitrary: fc.nat(9).map((back) => ({ do: 'compact' as const, back })) },
)

const perform = async (store: Store, step: Step): Promise<unknown> => {
  if (step.do === 'transact') return store.transact(step.transaction)
  const revision = step.back === undefined ? undefined : Math.max(1, (await store.revision()) - step.back)
  if (step.do === 'get') return store.get(step.key, revision)
  if (step.do === 'compact') return store.compact(revision ?? 1)
  return store.range({ ...step.request, ...(revision === undefined ? {} : { revision }) })
}

/** What comes of a step: its result, or the name of the error. */
const outcome = async (store: Store, step: Step): Promise<unknown> => {
  const doing = perform(store, step)
  const error = await refusal(doing)
  return error === undefined ? doing : error
}

/** Every batch of the history after `compacted`; each revision has one. */
const history = async (store: Store, compacted: number): Promise<unknown> => {
  const fromRevision = Math.max(compacted, 1) + 1
  return take(store.watch({ fromRevision }), (await store.revision()) - fromRevision + 1)
}

const sameAnswers = async (steps: readonly Step[]): Promise<void> => {
  const [store, model] = [await openSqliteStore(':memory:'), new ModelStore()]
  let compacted = 0
  for (const [at, one] of steps.entries()) {
    if (one.do === 'compact') compacted = Math.max(compacted, (await model.revision()) - one.back)
    deepStrictEqual(await outcome(store, one), await outcome(model, one), `step ${at}`)
  }
  const last = await model.revision()
  for (let back = 0; back < last; back++) {
    const reading = { do: 'range', request: {}, back } as const
    deepStrictEqual(await outcome(store, reading), await outcome(model, reading), `the state ${back} revisions ago`)
  }
  deepStrictEqual(await history(store, compacted), await history(model, compacted), 'the history')
  await store.close()
}

t.test('whatever is done to it, the SQLite store answers as the model does', async (t) => {
  const runs = 200
  const { failed, counterexample, errorInstance } = await fc.check(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), sameAnswers),
    { numRuns: runs },
  )
  t.equal(failed, false, `${runs} histories`, { counterexample, error: String(errorInstance) })
})
