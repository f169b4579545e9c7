import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import {
  type IntentChange,
  type IntentKind,
  intentKinds,
  intentNames,
  intentSchemas,
  namedBy,
} from '../../state/index.ts'
import type { Api } from '../api.ts'
import type { ApiContext } from '../context.ts'
import { badField, notFound } from '../errors.ts'
import { fullPlace, orRefuse, type PlaceOf } from './errors.ts'
import { EntityId, EntityName, WriteQuery } from './schemas.ts'
import { type Chosen, type View, viewOf, viewSchemas, viewsOf } from './views/views.ts'
import { doAndWait } from './wait.ts'

/** What things of a kind can be chosen by: those that they name, but routers not by their external network only. */
const choices: Readonly<Record<IntentKind, readonly IntentKind[]>> = { ...namedBy, router: ['subnet', 'qos'] }

const queryOf = (kind: IntentKind) =>
  Type.Object(Object.fromEntries(choices[kind].map((named) => [named, Type.Optional(EntityName)])), {
    additionalProperties: false,
  })

type Precondition = Pick<IntentChange, 'ifRevision'>

/** RFC 9110 §13.1: what must be so of the thing for the request to be done. */
const preconditionOf = ({ headers }: FastifyRequest): Precondition => {
  const match = headers['if-match']
  const noneMatch = headers['if-none-match']
  if (noneMatch !== undefined) {
    if (noneMatch !== '*') throw badField('if-none-match', 'only * is taken: do it where there is none')
    return { ifRevision: 0 }
  }
  if (match === undefined) return {}
  if (match === '*') return { ifRevision: '*' }
  const [, revision] = /^"(\d{1,15})"$/.exec(match) ?? []
  if (revision === undefined) throw badField('if-match', 'an ETag such as "17" is expected, with its quotes, or *')
  return { ifRevision: Number(revision) }
}

const placeIn =
  (kind: IntentKind, id: string): PlaceOf =>
  (problem) =>
    problem.kind === kind && problem.id === id ? problem.path : fullPlace(problem)

interface Asked {
  readonly dryRun?: string
  readonly wait?: string
}

/** Does it, and gives what became of it with the thing as it is then, or would be. */
const changeOne = async (context: ApiContext, change: IntentChange, { dryRun, wait }: Asked) => {
  const { kind, id } = change
  let view: View | undefined
  const preview = () => {
    view = viewOf(context, kind, id)
  }
  const options = { by: `${change.do} ${kind} ${id}`.slice(0, 128), dryRun: dryRun === 'true', preview }
  const result = await orRefuse(placeIn(kind, id), () =>
    doAndWait(context, wait === 'true' && !options.dryRun, () => context.intents.change([change], options)),
  )
  if (!options.dryRun) preview()
  return { action: result.outcomes[0]?.action, view }
}

const missing = (kind: IntentKind, id: string) => notFound(`there is no ${kind} ${id}`)

const reading = (api: Api, context: ApiContext, kind: IntentKind): void => {
  const View = viewSchemas[kind]
  const { list, many } = intentNames[kind]
  const by = choices[kind].length === 0 ? '' : `, or those of one ${choices[kind].join(' or ')}`
  api.get(
    `/v1/${list}`,
    { schema: { summary: `All ${many}${by}`, querystring: queryOf(kind), response: { 200: Type.Array(View) } } },
    ({ query }) => viewsOf(context, kind, query as Chosen),
  )
  api.get(
    `/v1/${list}/:id`,
    { schema: { summary: `One ${kind}`, params: EntityId, response: { 200: View } } },
    ({ params: { id } }, reply) => {
      const view = viewOf(context, kind, id)
      if (!view) throw missing(kind, id)
      void reply.header('etag', `"${view.revision}"`)
      return view
    },
  )
}

const writing = (api: Api, context: ApiContext, kind: IntentKind): void => {
  const { list } = intentNames[kind]
  const View = viewSchemas[kind]
  api.put(
    `/v1/${list}/:id`,
    {
      schema: {
        summary: `Make a ${kind}, or change it`,
        ...{ params: EntityId, querystring: WriteQuery, body: intentSchemas[kind] },
        response: { 200: View, 201: View },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const change = { do: 'put', kind, id, spec: request.body, ...preconditionOf(request) } as IntentChange
      const { action, view } = await changeOne(context, change, request.query)
      // Deleted by somebody else in the same moment.
      if (!view) throw missing(kind, id)
      return reply
        .code(action === 'created' ? 201 : 200)
        .header('etag', `"${view.revision}"`)
        .send(view)
    },
  )
  api.delete(
    `/v1/${list}/:id`,
    {
      schema: {
        summary: `Delete a ${kind}`,
        params: EntityId,
        querystring: WriteQuery,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const precondition = preconditionOf(request)
      if (!context.intents.table.get(kind, id) && precondition.ifRevision === undefined) throw missing(kind, id)
      await changeOne(context, { do: 'delete', kind, id, ...precondition }, request.query)
      return reply.code(204).send(null)
    },
  )
}

/** What users want, one thing at a time. */
export const entities = (api: Api, context: ApiContext): void => {
  for (const kind of intentKinds) {
    reading(api, context, kind)
    writing(api, context, kind)
  }
}
