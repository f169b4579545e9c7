import Type from 'typebox'
import { type FlowStatistics, type LiveSwitch, readStatistics } from '../../engine/index.ts'
import type { Api } from '../api.ts'
import type { ApiContext } from '../context.ts'
import { findSwitches } from '../find.ts'
import { closed, Dpid } from '../schemas.ts'

const DropsQuery = closed({ dpid: Type.Optional(Dpid), app: Type.Optional(Type.String()) })

const Drop = Type.Object({
  dpid: Type.String(),
  host: Type.Optional(Type.String({ description: 'whose integration bridge the switch is' })),
  app: Type.String(),
  drop: Type.String({ description: 'the reason' }),
  flows: Type.Integer({ description: 'that drop for this reason' }),
  packets: Type.Optional(Type.Number({ description: 'dropped; left out where the switch does not say' })),
  bytes: Type.Optional(Type.Number()),
})

/** What one switch drops for one reason. */
interface Sum {
  readonly app: string
  readonly drop: string
  flows: number
  packets: number
  bytes: number
}

const sumsOf = ({ desired }: LiveSwitch, counted: ReadonlyMap<string, FlowStatistics> | undefined): Sum[] => {
  const sums = new Map<string, Sum>()
  for (const [key, { thing, owner }] of desired.flows.entries()) {
    const { drop } = thing
    if (drop === undefined) continue
    const name = `${owner.app} ${drop}`
    const sum = sums.get(name) ?? { app: owner.app, drop, flows: 0, packets: 0, bytes: 0 }
    sums.set(name, sum)
    const { packets = 0n, bytes = 0n } = counted?.get(key) ?? {}
    sum.flows++
    sum.packets += Number(packets)
    sum.bytes += Number(bytes)
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum)
}

const hostNames = ({ engine }: ApiContext): ReadonlyMap<bigint, string> =>
  new Map([...engine.model.hosts.entries()].map(([id, { dpid }]) => [dpid, id]))

/** Packets that switches drop, by the names that apps give the reasons. */
export const drops = (api: Api, context: ApiContext): void => {
  const dropsIn = async (live: LiveSwitch, host: string | undefined, app: string | undefined) => {
    // One switch that does not answer must not hide what the others have counted.
    const counted = await readStatistics(live).catch(() => undefined)
    const about = { dpid: live.session.name, ...(host === undefined ? {} : { host }) }
    return sumsOf(live, counted)
      .filter((sum) => app === undefined || sum.app === app)
      .map(({ packets, bytes, ...sum }) => ({ ...about, ...sum, ...(counted ? { packets, bytes } : {}) }))
  }
  api.get(
    '/v1/drops',
    {
      schema: {
        summary: 'Packets that switches have dropped, by reason',
        querystring: DropsQuery,
        response: { 200: Type.Array(Drop) },
      },
    },
    async ({ query: { dpid, app } }) => {
      const names = hostNames(context)
      const lists = findSwitches(context, dpid).map((live) => dropsIn(live, names.get(live.view.dpid), app))
      return (await Promise.all(lists)).flat()
    },
  )
}
