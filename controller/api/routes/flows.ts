import Type from 'typebox'
import { type FlowStatistics, type LiveSwitch, readStatistics } from '../../engine/index.ts'
import type { Api } from '../api.ts'
import type { ApiContext } from '../context.ts'
import { ApiError } from '../errors.ts'
import { findSwitches } from '../find.ts'
import { Flow, FlowsQuery, ForeignFlow, SwitchQuery } from '../schemas.ts'
import { flowView, foreignView } from '../views.ts'

const defaultLimit = 1000

type Claims = readonly (readonly [string, ReturnType<LiveSwitch['desired']['flows']['get']> & object])[]

/** One switch's part of an answer. */
interface Part {
  readonly live: LiveSwitch
  readonly claims: Claims
}

const selected = (live: LiveSwitch, { app, table }: FlowsQuery): Claims =>
  [...live.desired.flows.entries()].filter(
    ([, { thing, owner }]) =>
      (app === undefined || owner.app === app) && (table === undefined || thing.tableId === Number(table)),
  )

/** As a switch looks them up: by table, the highest priority first. */
const inOrder = (claims: Claims): Claims =>
  [...claims].sort(([, { thing: a }], [, { thing: b }]) => a.tableId - b.tableId || b.priority - a.priority)

const countersOf = (counted: FlowStatistics | undefined) =>
  counted ? { packets: Number(counted.packets), bytes: Number(counted.bytes), age: counted.age } : {}

const answer = async ({ live, claims }: Part, counters: boolean) => {
  const counted = counters && claims.length > 0 ? await statisticsOf(live) : new Map<string, FlowStatistics>()
  return claims.map(([key, claim]) => ({ ...flowView(live, claim), ...countersOf(counted.get(key)) }))
}

const badGateway = 502

const statisticsOf = async (live: LiveSwitch): Promise<ReadonlyMap<string, FlowStatistics>> => {
  try {
    return await readStatistics(live)
  } catch (error) {
    throw new ApiError(badGateway, `switch ${live.session.name} did not give its counters: ${(error as Error).message}`)
  }
}

/** As many of each as there is room for, and how many there are. */
const page = (lists: readonly Part[], limit: number): { total: number; parts: Part[] } => {
  let total = 0
  const parts: Part[] = []
  for (const { live, claims } of lists) {
    const room = Math.max(0, limit - total)
    if (room > 0) parts.push({ live, claims: inOrder(claims).slice(0, room) })
    total += claims.length
  }
  return { total, parts }
}

/** Flows: those that apps want, and those that others made. */
export const flows = (api: Api, context: ApiContext): void => {
  const Flows = Type.Object({ total: Type.Integer(), flows: Type.Array(Flow) })
  api.get(
    '/v1/flows',
    { schema: { summary: 'Desired flows, and who wants them', querystring: FlowsQuery, response: { 200: Flows } } },
    async ({ query }) => {
      const lists = findSwitches(context, query.dpid).map((live) => ({ live, claims: selected(live, query) }))
      const { total, parts } = page(lists, query.limit === undefined ? defaultLimit : Number(query.limit))
      const answers = await Promise.all(parts.map((part) => answer(part, query.counters === 'true')))
      return { total, flows: answers.flat() }
    },
  )
  api.get(
    '/v1/foreign',
    {
      schema: {
        summary: 'Flows that others made; they are left alone',
        querystring: SwitchQuery,
        response: { 200: Type.Array(ForeignFlow) },
      },
    },
    ({ query }) =>
      findSwitches(context, query.dpid).flatMap((live) =>
        [...live.keeper.foreign.values()].map((flow) => foreignView(live, flow)),
      ),
  )
}
