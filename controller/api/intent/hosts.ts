import Type from 'typebox'
import {
  encapsulationBetween,
  formatDpid,
  type HostFact,
  lacksNicira,
  type Tunnel,
  tunnelsOf,
} from '../../engine/index.ts'
import type { Api } from '../api.ts'
import type { ApiContext } from '../context.ts'
import { ApiError, notFound } from '../errors.ts'
import { EntityId, HostView, TunnelsQuery, TunnelView } from './schemas.ts'

const hostView = (
  { engine, hostProblems }: ApiContext,
  { id, dpid, address, types, tunnels, physical, underlayMtu }: HostFact,
  ports: number,
) => {
  const { name, version } = engine.model.document('host', id) ?? {}
  const problems = hostProblems?.(id) ?? []
  const isRefused = engine.switches.get(dpid)?.view.nicira === false
  return {
    ...{ id, dpid: formatDpid(dpid), connected: engine.switches.has(dpid), address, types: [...types], tunnels },
    ...{ physical, ports },
    warnings: problems.map(({ finding, mend }) => (mend === undefined ? finding : `${finding}; run there: ${mend}`)),
    ...(isRefused ? { refused: lacksNicira } : {}),
    ...(name === undefined ? {} : { name }),
    ...(version === undefined ? {} : { version }),
    ...(underlayMtu === undefined ? {} : { underlayMtu }),
  }
}

const hostViews = (context: ApiContext) => {
  const { model } = context.engine
  const counts = new Map<string, number>()
  for (const [, { host }] of model.ports.entries()) {
    if (host !== undefined) counts.set(host, (counts.get(host) ?? 0) + 1)
  }
  const hosts = [...model.hosts.entries()].sort(([a], [b]) => (a < b ? -1 : 1))
  return hosts.map(([id, host]) => hostView(context, host, counts.get(id) ?? 0))
}

interface NamedTunnel extends Tunnel {
  /** Networks that both hosts have ports of. */
  readonly networks: string[]
}

const tunnelKey = ({ id: from }: HostFact, { id: to }: HostFact, encapsulation = ''): string =>
  `${from} ${to} ${encapsulation}`

const tunnelsAmong = (
  { engine: { model } }: ApiContext,
  among: ReadonlySet<string> | undefined,
): readonly NamedTunnel[] => {
  const hosts = { get: (id: string) => (among && !among.has(id) ? undefined : model.hosts.get(id)) }
  const { networks, spreads, reaches, routers } = model
  const tunnels = new Map<string, NamedTunnel>()
  for (const tunnel of tunnelsOf({ networks, hosts, spreads, reaches, routers })) {
    tunnels.set(tunnelKey(tunnel.from, tunnel.to, tunnel.encapsulation), { ...tunnel, networks: [] })
  }
  for (const [id, spread] of spreads.entries()) {
    const network = networks.get(id)
    const there = spread.hosts.flatMap((host) => hosts.get(host) ?? [])
    for (const [at, from] of network ? there.entries() : []) {
      for (const to of there.slice(at + 1)) {
        const encapsulation = network && encapsulationBetween(network, from, to)
        tunnels.get(tunnelKey(from, to, encapsulation))?.networks.push(id)
      }
    }
  }
  return [...tunnels].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, tunnel]) => tunnel)
}

const tunnelView = ({ tunnelHealth }: ApiContext, { from, to, networks, ...tunnel }: NamedTunnel) => {
  const encapsulation = tunnel.encapsulation ?? ''
  const health = tunnelHealth?.(from.id, to.id, encapsulation)
  return {
    ...{ from: from.id, to: to.id, encapsulation, fromAddress: from.address, toAddress: to.address },
    networks: networks.sort(),
    health: health?.state ?? 'unknown',
    ...(health?.roundTrip === undefined ? {} : { roundTrip: health.roundTrip }),
  }
}

const conflict = 409

const unknownHost = (id: string): ApiError => notFound(`no host has reported itself as ${id}`)

/** Hosts as they report themselves, and the ways between them. */
export const hosts = (api: Api, context: ApiContext): void => {
  api.get('/v1/hosts', { schema: { summary: 'Hosts', response: { 200: Type.Array(HostView) } } }, () =>
    hostViews(context),
  )
  api.get(
    '/v1/hosts/:id',
    { schema: { summary: 'One host', params: EntityId, response: { 200: HostView } } },
    ({ params: { id } }) => {
      const view = hostViews(context).find((host) => host.id === id)
      if (!view) throw unknownHost(id)
      return view
    },
  )
  api.delete(
    '/v1/hosts/:id',
    {
      schema: {
        summary: 'Forget a host that will not come again; until then, its ports and tunnels keep their places',
        params: EntityId,
        response: { 204: Type.Null() },
      },
    },
    async ({ params: { id } }, reply) => {
      const host = context.engine.model.hosts.get(id)
      if (!host) throw unknownHost(id)
      // Shortly after a start, its switch may be there before its database.
      if (context.engine.switches.has(host.dpid) || context.forgetHost?.(id) !== true) {
        const remedy = 'on it, run first: ovs-vsctl del-manager -- --if-exists del-br br-int'
        throw new ApiError(conflict, `host ${id} is connected, and would report itself anew; ${remedy}`)
      }
      return reply.code(204).send(null)
    },
  )
  api.get(
    '/v1/tunnels',
    {
      schema: {
        summary:
          'Pairs of hosts that have networks in common or joined by routers, and how packets travel between them',
        querystring: TunnelsQuery,
        response: { 200: Type.Array(TunnelView) },
      },
    },
    ({ query: { hosts } }) => {
      const among = hosts === undefined ? undefined : new Set(hosts.split(','))
      return tunnelsAmong(context, among).map((tunnel) => tunnelView(context, tunnel))
    },
  )
}
