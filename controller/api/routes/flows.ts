import Type from 'typebox'
import { type FlowStatistics, type InstalledFlow, type LiveSwitch, readStatistics } from '../../engine/index.ts'
import type { Api } from '../api.ts'
import type { ApiContext } from '../context.ts'
import { ApiError } from '../errors.ts'
import { findSwitches } from '../find.ts'
import { Flow, FlowsQuery, ForeignFlow, SwitchQuery } from '../schemas.ts'
import { flowView, foreignView, keptView } from '../views.ts'

const defaultLimit = 1000

type Claim = ReturnType<LiveSwitch['desired']['flows']['get']> & object

/** A flow of an app that is missing. */
interface Kept {
  readonly app: string
  readonly thing: InstalledFlow
}

/** What is listed, by key. */
type Listed = readonly (readonly [string, Claim | Kept])[]

/** One switch's part of an answer. */
interface Part {
  readonly live: LiveSwitch
  readonly listed: Listed
}

const appOf = (one: Claim | Kept): string => ('owner' in one ? one.owner.app : one.app)

const keptIn = ({ engine }: ApiContext, { keeper }: LiveSwitch): Listed =>
  [...keeper.kept].map(([key, thing]) => {
    const app = engine.missing.nameOf(Number(thing.cookie >> 32n)) ?? ''
    return [key, { app, thing }]
  })

const selected = (context: ApiContext, live: LiveSwitch, { app, table }: FlowsQuery): Listed =>
  [...live.desired.flows.entries(), ...keptIn(context, live)].filter(
    ([, one]) =>
      (app === undefined || appOf(one) === app) && (table === undefined || one.thing.tableId === Number(table)),
  )

/** As a switch looks them up: by table, the highest priority first. */
const inOrder = (listed: Listed): Listed =>
  [...listed].sort(([, { thing: a }], [, { thing: b }]) => a.tableId - b.tableId || b.priority - a.priority)

const countersOf = (counted: FlowStatistics | undefined) =>
  counted ? { packets: Number(counted.packets), bytes: Number(counted.bytes), age: counted.age } : {}

const viewOf = (live: LiveSwitch, one: Claim | Kept) =>
  'owner' in one ? flowView(live, one) : keptView(live, one.app, one.thing)

const answer = async ({ live, listed }: Part, counters: boolean) => {
  const counted = counters && listed.length > 0 ? await statisticsOf(live) : new Map<string, FlowStatistics>()
  return listed.map(([key, one]) => ({ ...viewOf(live, one), ...countersOf(counted.get(key)) }))
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
  for (const { live, listed } of lists) {
    const room = Math.max(0, limit - total)
    if (room > 0) parts.push({ live, listed: inOrder(listed).slice(0, room) })
    total += listed.length
  }
  return { total, parts }
}

/** Flows: those that apps want or had before they were missing, and those that others made. */
export const flows = (api: Api, context: ApiContext): void => {
  const Flows = Type.Object({ total: Type.Integer(), flows: Type.Array(Flow) })
  api.get(
    '/v1/flows',
    {
      schema: {
        summary: 'Desired flows and who wants them, and what is kept for missing apps',
        querystring: FlowsQuery,
        response: { 200: Flows },
      },
    },
    async ({ query }) => {
      const lists = findSwitches(context, query.dpid).map((live) => ({
        live,
        listed: selected(context, live, query),
      }))
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
