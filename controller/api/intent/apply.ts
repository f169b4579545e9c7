import type { Static } from 'typebox'
import {
  type Entities,
  forEachKind,
  type IntentChange,
  type IntentKind,
  type IntentProblem,
  intentKinds,
  intentSchemas,
  type Table,
} from '../../state/index.ts'
import type { Api } from '../api.ts'
import type { ApiContext } from '../context.ts'
import { ApiError } from '../errors.ts'
import { fullPlace, orRefuse, type PlaceOf } from './errors.ts'
import { judgeOf, kindOf } from './judge.ts'
import { resultView } from './results.ts'
import { Applied, Apply } from './schemas.ts'
import { doAndWait } from './wait.ts'

type Order = Static<typeof Apply>

/** Bytes of a request: a hundred thousand ports. */
const bodyLimit = 64 * 1024 * 1024

const judges = forEachKind((kind) => judgeOf(intentSchemas[kind]))

/** @throws ApiError naming each field that its kind does not take */
const putsOf = ({ resources = [] }: Order): IntentChange[] => {
  const problems = resources.flatMap(({ kind, spec }, at) =>
    judges[kindOf(kind)](spec).map(({ path, message }) => ({
      path: [`resources/${at}/spec`, path].filter((part) => part !== '').join('/'),
      message,
    })),
  )
  if (problems.length > 0) {
    const first = problems.map(({ path, message }) => `${path}: ${message}`).join('; ')
    throw new ApiError(400, first, problems)
  }
  return resources.map(
    ({ kind, id, spec }) => ({ do: 'put', kind: kindOf(kind), id, spec: spec as Entities[IntentKind] }) as IntentChange,
  )
}

const keyOf = (kind: string, id: string): string => `${kind}/${id}`

/** What is there and not named. */
const pruned = (table: Table, named: readonly IntentChange[]): IntentChange[] => {
  const names = new Set(named.map(({ kind, id }) => keyOf(kind, id)))
  return intentKinds.flatMap((kind) =>
    [...table.entries(kind)].flatMap(([id]) =>
      names.has(keyOf(kind, id)) ? [] : [{ do: 'delete' as const, kind, id }],
    ),
  )
}

const placesOf = ({ resources = [], delete: deletes = [] }: Order): PlaceOf => {
  const places = new Map<string, string>()
  for (const [at, { kind, id }] of deletes.entries()) places.set(keyOf(kindOf(kind), id), `delete/${at}`)
  for (const [at, { kind, id }] of resources.entries()) places.set(keyOf(kindOf(kind), id), `resources/${at}`)
  return (problem: IntentProblem) => {
    const place = places.get(keyOf(problem.kind, problem.id))
    if (place === undefined) return fullPlace(problem)
    return problem.path === '' ? place : `${place}/spec/${problem.path}`
  }
}

/** Many things at once, as one transaction. */
export const apply = (api: Api, context: ApiContext): void => {
  api.post(
    '/v1/apply',
    {
      bodyLimit,
      schema: { summary: 'Make, change and delete many things at once', body: Apply, response: { 200: Applied } },
    },
    async ({ body }) => {
      const puts = putsOf(body)
      const deletes = (body.delete ?? []).map(({ kind, id }) => ({ do: 'delete' as const, kind: kindOf(kind), id }))
      const named: readonly IntentChange[] = [...puts, ...deletes]
      const changes = body.prune === true ? (table: Table) => [...named, ...pruned(table, named)] : named
      const dryRun = body.dryRun === true
      const result = await orRefuse(placesOf(body), () =>
        doAndWait(context, body.wait === true && !dryRun, () =>
          context.intents.change(changes, { by: 'apply', dryRun }),
        ),
      )
      return resultView(result, dryRun)
    },
  )
}
