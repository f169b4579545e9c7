import Type from 'typebox'
import type { Api } from '../api.ts'
import type { ApiContext } from '../context.ts'
import { closed } from '../schemas.ts'

const defaultLimit = 1_000
const mostListed = 100_000

const Query = closed({
  router: Type.Optional(Type.String()),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: mostListed })),
})

const Ends = Type.Object({ from: Type.String(), to: Type.String() })

const Connection = Type.Object({
  at: Type.String({ description: 'when it was seen' }),
  router: Type.String(),
  host: Type.String({ description: 'where it was translated' }),
  protocol: Type.String(),
  before: Type.Object(Ends.properties, { description: 'as who began it sent it' }),
  after: Type.Object(Ends.properties, { description: 'as it was passed on' }),
})

/** Connections that were translated when they began, as the app records them that is there for it. */
export const connections = (api: Api, { translated }: ApiContext): void => {
  api.get(
    '/v1/connections',
    {
      schema: {
        summary:
          'Connections that began with a translation, the newest first; recorded while the app nat-record is loaded',
        querystring: Query,
        response: { 200: Type.Array(Connection) },
      },
    },
    ({ query: { router, limit = defaultLimit } }) =>
      (translated?.(limit, router) ?? []).map(({ at, ...one }) => ({ at: new Date(at).toISOString(), ...one })),
  )
}
