import Type from 'typebox'
import { partsOfLease } from '../../state/index.ts'
import type { Api } from '../api.ts'
import type { ApiContext } from '../context.ts'
import { LeaseQuery, LeaseView, NetworkQuery, UtilisationView } from './schemas.ts'
import { utilisation } from './utilisation.ts'

const timeText = (milliseconds: number): string => new Date(milliseconds).toISOString()

/** Who has which address, and how many are left. */
export const addresses = (api: Api, { intents: { table } }: ApiContext): void => {
  api.get(
    '/v1/ipam',
    {
      schema: {
        summary: 'How much of each subnet is used',
        querystring: NetworkQuery,
        response: { 200: Type.Array(UtilisationView) },
      },
    },
    ({ query }) =>
      utilisation(table, Date.now()).filter(({ network }) => query.network === undefined || network === query.network),
  )
  api.get(
    '/v1/ipam/leases',
    {
      schema: {
        summary: 'Who has an address, or had it just now',
        querystring: LeaseQuery,
        response: { 200: Type.Array(LeaseView) },
      },
    },
    ({ query }) => {
      const now = Date.now()
      return [...table.entries('lease')].flatMap(([id, { value }]) => {
        const { quarantineUntil, since, ...rest } = value
        const view = { ...partsOfLease(id), ...rest, since: timeText(since) }
        if (quarantineUntil !== undefined && quarantineUntil <= now) return []
        if (
          !(['network', 'subnet', 'port', 'router'] as const).every(
            (name) => (query[name] ?? view[name]) === view[name],
          )
        )
          return []
        return [quarantineUntil === undefined ? view : { ...view, quarantineUntil: timeText(quarantineUntil) }]
      })
    },
  )
}
