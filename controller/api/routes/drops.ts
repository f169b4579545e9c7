import Type from 'typebox'
import { type LiveSwitch, readMeterStatistics, readStatistics } from '../../engine/index.ts'
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
  flows: Type.Integer({ description: 'flows and meters that drop for this reason' }),
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

interface Counted {
  readonly packets: bigint
  readonly bytes: bigint
}

/** What a switch has counted, by the keys of flows and the numbers of meters. */
interface Counters {
  readonly flows: ReadonlyMap<string, Counted>
  readonly meters: ReadonlyMap<number, { readonly dropped: Counted }>
}

/** Drops of one switch, summed up by app and reason. */
class Sums {
  private readonly sums = new Map<string, Sum>()

  add(app: string, drop: string | undefined, { packets, bytes }: Counted = { packets: 0n, bytes: 0n }): void {
    if (drop === undefined) return
    const name = `${app} ${drop}`
    const sum = this.sums.get(name) ?? { app, drop, flows: 0, packets: 0, bytes: 0 }
    this.sums.set(name, sum)
    sum.flows++
    sum.packets += Number(packets)
    sum.bytes += Number(bytes)
  }

  get all(): Sum[] {
    return [...this.sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum)
  }
}

const sumsOf = ({ desired }: LiveSwitch, counted: Counters | undefined): Sum[] => {
  const sums = new Sums()
  for (const [key, { thing, owner }] of desired.flows.entries()) {
    sums.add(owner.app, thing.drop, counted?.flows.get(key))
  }
  for (const [id, { thing, owner }] of desired.meters.entries()) {
    sums.add(owner.app, thing.drop, counted?.meters.get(id)?.dropped)
  }
  return sums.all
}

const countersOf = async (live: LiveSwitch): Promise<Counters> => {
  const hasMeters = [...live.desired.meters.entries()].some(([, { thing }]) => thing.drop !== undefined)
  const [flows, meters] = await Promise.all([readStatistics(live), hasMeters ? readMeterStatistics(live) : noMeters])
  return { flows, meters }
}

const noMeters: Counters['meters'] = new Map()

const hostNames = ({ engine }: ApiContext): ReadonlyMap<bigint, string> =>
  new Map([...engine.model.hosts.entries()].map(([id, { dpid }]) => [dpid, id]))

/** Packets that switches drop, by the names that apps give the reasons. */
export const drops = (api: Api, context: ApiContext): void => {
  const dropsIn = async (live: LiveSwitch, host: string | undefined, app: string | undefined) => {
    // One switch that does not answer must not hide what the others have counted.
    const counted = await countersOf(live).catch(() => undefined)
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
