import Type from 'typebox'
import { integrationTable, type LiveSwitch, readStatistics } from '../../engine/index.ts'
import type { Api } from '../api.ts'
import type { ApiContext } from '../context.ts'
import { closed } from '../schemas.ts'

const Query = closed({ router: Type.Optional(Type.String()) })

const Counted = Type.Object({ packets: Type.Number(), bytes: Type.Number() })

const Translation = Type.Object({
  id: Type.String(),
  router: Type.String(),
  kind: Type.String({ description: 'source, forward or floating' }),
  protocol: Type.Optional(Type.String()),
  outside: Type.String({ description: 'with the port or ports, where only those are translated' }),
  inside: Type.String(),
  host: Type.Optional(
    Type.String({ description: 'where it is done; left out while no host has the external network' }),
  ),
  zone: Type.Integer({ description: 'of connection tracking, there' }),
  out: Type.Optional(Counted),
  in: Type.Optional(
    Type.Object(Counted.properties, {
      description: 'left out for source translations, whose replies are not told apart',
    }),
  ),
})

interface Sum {
  packets: number
  bytes: number
}

/** Tables in which translations count what goes out, and what comes in. */
const ways = { out: integrationTable('snat'), in: integrationTable('unnat') } as const
type Way = keyof typeof ways

const nothing = (): Sum => ({ packets: 0, bytes: 0 })

/** What one switch has counted of translations, by their ids; undefined where it does not answer. */
const countedBy = async (live: LiveSwitch, way: Way): Promise<ReadonlyMap<string, Sum> | undefined> => {
  const counted = await readStatistics(live, ways[way]).catch(() => undefined)
  if (!counted) return undefined
  const sums = new Map<string, Sum>()
  for (const [key, { packets, bytes }] of counted) {
    const owner = live.desired.flows.get(key)?.owner
    if (owner?.app !== 'nat' || owner.rule !== 'translation') continue
    const sum = sums.get(owner.object) ?? nothing()
    sums.set(owner.object, { packets: sum.packets + Number(packets), bytes: sum.bytes + Number(bytes) })
  }
  return sums
}

type Fact = NonNullable<ReturnType<ApiContext['engine']['model']['translations']['get']>>

const withPort = (address: string, port: number | string): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`

/** Both sides of a translation, for people. */
const sides = (fact: Fact): { readonly outside: string; readonly inside: string; readonly protocol?: string } => {
  if (fact.kind === 'floating') return { outside: fact.address, inside: fact.to }
  if (fact.kind === 'forward') {
    const { protocol, address, port, to, toPort } = fact
    return { protocol, outside: withPort(address, port), inside: withPort(to, toPort) }
  }
  const { from, to, ports } = fact
  return { outside: ports ? withPort(to, `${ports.first}-${ports.last}`) : to, inside: from }
}

/** Translations of addresses, with the hosts that do them, and what has passed. */
export const translations = (api: Api, { engine }: ApiContext): void => {
  const counters = async (dpid: bigint): Promise<Readonly<Record<Way, ReadonlyMap<string, Sum> | undefined>>> => {
    const live = engine.switches.get(dpid)
    if (!live) return { out: undefined, in: undefined }
    const [out, back] = await Promise.all([countedBy(live, 'out'), countedBy(live, 'in')])
    return { out, in: back }
  }
  api.get(
    '/v1/translations',
    {
      schema: {
        summary: 'Translations of addresses: where each is done, and what has passed it',
        querystring: Query,
        response: { 200: Type.Array(Translation) },
      },
    },
    async ({ query: { router } }) => {
      const facts = [...engine.model.translations.entries()].filter(
        ([, fact]) => router === undefined || fact.router === router,
      )
      const dpids = [...new Set(facts.flatMap(([, { dpid }]) => (dpid === undefined ? [] : [dpid])))]
      const counted = new Map(await Promise.all(dpids.map(async (dpid) => [dpid, await counters(dpid)] as const)))
      return facts.map(([id, fact]) => {
        const { router: of, kind, host, dpid, zone } = fact
        const there = dpid === undefined ? undefined : counted.get(dpid)
        return {
          ...{ id, router: of, kind, ...sides(fact), zone },
          ...(host === undefined ? {} : { host }),
          ...(there?.out ? { out: there.out.get(id) ?? nothing() } : {}),
          // Replies to them are those of the address, whichever translation they belong to.
          ...(there?.in && kind !== 'source' ? { in: there.in.get(id) ?? nothing() } : {}),
        }
      })
    },
  )
}
