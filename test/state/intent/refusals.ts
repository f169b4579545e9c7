import type { Test } from 'tap'
import { type IntentChange, IntentError, type Intents, openSqliteStore } from '../../../controller/state/index.ts'
import { openManager } from './manager.ts'

/** A change, the fields that are refused, such as `nat web/floating/to`, and what is said of the first. */
export type Refusal = readonly [changes: readonly IntentChange[], places: string | readonly string[], message: RegExp]

/** What users want in a store of its own, beginning with some changes. */
export const managerFor = async (t: Test, start: readonly IntentChange[]): Promise<Intents> => {
  const store = await openSqliteStore(':memory:')
  const intents = await openManager(store)
  t.teardown(async () => {
    intents.close()
    await store.close()
  })
  await intents.change(start, { by: 'test' })
  return intents
}

const placeOf = ({ kind, id, path }: IntentError['problems'][number]): string =>
  [`${kind} ${id}`, path].filter((part) => part !== '').join('/')

/** Each change is refused for its own reasons alone, and nothing of it is done. */
export const refuses = async (t: Test, intents: Intents, refusals: readonly Refusal[]): Promise<void> => {
  const before = await intents.store.revision()
  for (const [changes, places, message] of refusals) {
    const error: unknown = await intents.change(changes, { by: 'test' }).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    if (!(error instanceof IntentError)) {
      t.fail(`${places} ${message}: ${error === undefined ? 'was taken' : String(error)}`)
      continue
    }
    t.same(error.problems.map(placeOf), [places].flat(), error.message)
    t.match(error.problems[0]?.message, message)
  }
  t.equal(await intents.store.revision(), before, 'nothing was done')
}
