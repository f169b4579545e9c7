import Type from 'typebox'
import { differences, history as readHistory, rollBack } from '../../state/index.ts'
import type { Api } from '../api.ts'
import type { ApiContext } from '../context.ts'
import { fullPlace, orRefuse } from './errors.ts'
import { differenceView, resultView } from './results.ts'
import { Applied, Diff, DiffQuery, LimitQuery, PastChange, Rollback } from './schemas.ts'
import { doAndWait } from './wait.ts'

const usualLimit = 50

/** What users wanted before, and going back to it. */
export const history = (api: Api, context: ApiContext): void => {
  const { intents } = context
  api.get(
    '/v1/history',
    {
      schema: {
        summary: 'Changes, the newest first',
        querystring: LimitQuery,
        response: { 200: Type.Array(PastChange) },
      },
    },
    async ({ query: { limit } }) => {
      const past = await readHistory(intents.store, limit === undefined ? usualLimit : Number(limit))
      return past.map(({ at, ...rest }) => ({ ...rest, at: new Date(at).toISOString() }))
    },
  )
  api.get(
    '/v1/diff',
    {
      schema: {
        summary: 'What users wanted at one revision and no more, or otherwise, at another',
        querystring: DiffQuery,
        response: { 200: Diff },
      },
    },
    async ({ query }) => {
      const from = Number(query.from)
      const to = query.to === undefined ? await intents.store.revision() : Number(query.to)
      const changes = await orRefuse(fullPlace, () => differences(intents.store, from, to))
      return { from, to, changes: changes.map(differenceView) }
    },
  )
  api.post(
    '/v1/rollback',
    {
      schema: {
        summary: 'Have what was wanted at a revision again',
        body: Rollback,
        response: { 200: Applied },
      },
    },
    async ({ body: { revision, dryRun = false, wait = false } }) => {
      const result = await orRefuse(fullPlace, () =>
        doAndWait(context, wait && !dryRun, () => rollBack(intents, revision, dryRun)),
      )
      return resultView(result, dryRun)
    },
  )
}
