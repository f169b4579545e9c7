import Type from 'typebox'
import { type LimitFact, type LiveSwitch, type MeterStatistics, readMeterStatistics } from '../../engine/index.ts'
import type { Api } from '../api.ts'
import type { ApiContext } from '../context.ts'

/** The app that bounds; its rules are called as the directions, and its objects are ports. */
const app = 'qos'
const directions = ['out', 'in'] as const

type Direction = (typeof directions)[number]

const LimitsQuery = Type.Object({ port: Type.Optional(Type.String()) }, { additionalProperties: false })

const Counted = Type.Object({ packets: Type.Number(), bytes: Type.Number() })

const LimitView = Type.Object({
  port: Type.String(),
  host: Type.Optional(Type.String()),
  profile: Type.String({ description: 'that is in force: of the port, its network or a router' }),
  direction: Type.String({ description: 'out: what the port sends; in: what it receives' }),
  kbps: Type.Optional(Type.Integer({ description: 'asked; with Ethernet headers' })),
  pps: Type.Optional(Type.Integer({ description: 'asked' })),
  dscp: Type.Optional(Type.Integer({ description: 'what packets are marked with' })),
  passed: Type.Optional(Counted),
  dropped: Type.Optional(Counted),
})

const noPackets = { packets: 0, bytes: 0 }

/** What came through the meters of a port in one direction, one after the other, and what did not. */
const countedBy = (meters: readonly MeterStatistics[]) => {
  const [first] = meters
  if (!first) return {}
  const dropped = meters.reduce(
    (sum, one) => ({
      packets: sum.packets + Number(one.dropped.packets),
      bytes: sum.bytes + Number(one.dropped.bytes),
    }),
    noPackets,
  )
  const passed = {
    packets: Number(first.packets) - dropped.packets,
    bytes: Number(first.bytes) - dropped.bytes,
  }
  return { passed, dropped }
}

/** Numbers of the meters of ports in one switch, in the order in which packets pass them. */
const metersIn = ({ desired }: LiveSwitch): ReadonlyMap<string, number[]> => {
  const meters = new Map<string, number[]>()
  for (const [id, { owner }] of desired.meters.entries()) {
    if (owner.app !== app) continue
    const key = `${owner.rule} ${owner.object}`
    meters.set(
      key,
      [...(meters.get(key) ?? []), id].sort((a, b) => a - b),
    )
  }
  return meters
}

/** What the switches say of ports that are bound, by the switches' ids. */
type Read = ReadonlyMap<bigint, ((direction: Direction, port: string) => MeterStatistics[]) | undefined>

const readAll = async ({ engine }: ApiContext, dpids: ReadonlySet<bigint>): Promise<Read> => {
  const read = [...dpids].map(async (dpid) => {
    const live = engine.switches.get(dpid)
    // One switch that does not answer must not hide what the others have counted.
    const counted = live && (await readMeterStatistics(live).catch(() => undefined))
    if (!live || !counted) return [dpid, undefined] as const
    const meters = metersIn(live)
    const countedFor = (direction: Direction, port: string) =>
      (meters.get(`${direction} ${port}`) ?? []).flatMap((meter) => counted.get(meter) ?? [])
    return [dpid, countedFor] as const
  })
  return new Map(await Promise.all(read))
}

/** One direction of a port; none where nothing is asked of it. */
const viewOf = (limit: LimitFact, direction: Direction, host: string | undefined, read: Read) => {
  const { port, profile, dpid } = limit
  const { kbps, pps } = limit[direction]
  const dscp = direction === 'out' ? limit.dscp : undefined
  if (kbps === undefined && pps === undefined && dscp === undefined) return []
  const view = {
    ...{ port, ...(host === undefined ? {} : { host }), profile, direction },
    ...(kbps === undefined ? {} : { kbps }),
    ...(pps === undefined ? {} : { pps }),
    ...(dscp === undefined ? {} : { dscp }),
    ...countedBy(read.get(dpid)?.(direction, port) ?? []),
  }
  return [view]
}

/** What bounds ports, and what came of it. */
export const limits = (api: Api, context: ApiContext): void => {
  api.get(
    '/v1/limits',
    {
      schema: {
        summary: 'Bandwidth of ports: what was asked, what passed and what was dropped',
        querystring: LimitsQuery,
        response: { 200: Type.Array(LimitView) },
      },
    },
    async ({ query: { port } }) => {
      const { model } = context.engine
      const chosen = [...model.limits.entries()].filter(([id]) => port === undefined || id === port)
      const read = await readAll(context, new Set(chosen.map(([, { dpid }]) => dpid)))
      const inOrder = chosen.sort(([one], [two]) => (one < two ? -1 : 1))
      return inOrder.flatMap(([id, limit]) =>
        directions.flatMap((direction) => viewOf(limit, direction, model.ports.get(id)?.host, read)),
      )
    },
  )
}
