import Type from 'typebox'
import { encapsulationBetween, formatDpid, type HostFact, lacksNicira } from '../../engine/index.ts'
import type { Api } from '../api.ts'
import type { ApiContext } from '../context.ts'
import { ApiError, notFound } from '../errors.ts'
import { EntityId, HostView, TunnelsQuery, TunnelView } from './schemas.ts'

const hostView = (
  { engine }: ApiContext,
  { id, dpid, address, types, tunnels, physical, underlayMtu }: HostFact,
  ports: number,
) => {
  const { name, version } = engine.model.document('host', id) ?? {}
  const isRefused = engine.switches.get(dpid)?.view.nicira === false
  return {
    ...{ id, dpid: formatDpid(dpid), connected: engine.switches.has(dpid), address, types: [...types], tunnels },
    ...{ physical, ports },
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

/** Hosts by the networks that they have ports of. */
const hostsOfNetworks = (
  { engine: { model } }: ApiContext,
  among: ReadonlySet<string> | undefined,
): ReadonlyMap<string, HostFact[]> => {
  const byNetwork = new Map<string, HostFact[]>()
  for (const [, { network, host: id }] of model.sites.entries()) {
    const host = model.hosts.get(id)
    if (!host || (among && !among.has(id))) continue
    const list = byNetwork.get(network) ?? []
    byNetwork.set(network, list)
    list.push(host)
  }
  return byNetwork
}

interface Tunnel {
  readonly from: HostFact
  readonly to: HostFact
  readonly encapsulation: string
  readonly networks: string[]
}

const tunnelsOf = (context: ApiContext, among: ReadonlySet<string> | undefined): Tunnel[] => {
  const { model } = context.engine
  const tunnels = new Map<string, Tunnel>()
  for (const [id, unsorted] of hostsOfNetworks(context, among)) {
    const hosts = unsorted.sort((a, b) => (a.id < b.id ? -1 : 1))
    const network = model.networks.get(id)
    for (const [at, from] of network ? hosts.entries() : []) {
      for (const to of hosts.slice(at + 1)) {
        const encapsulation = encapsulationBetween(network ?? { encapsulation: undefined }, from, to) ?? ''
        const key = `${from.id} ${to.id} ${encapsulation}`
        const tunnel = tunnels.get(key) ?? { from, to, encapsulation, networks: [] }
        tunnels.set(key, tunnel)
        tunnel.networks.push(id)
      }
    }
  }
  return [...tunnels].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, tunnel]) => tunnel)
}

const tunnelView = ({ tunnelHealth }: ApiContext, { from, to, encapsulation, networks }: Tunnel) => {
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
        summary: 'Pairs of hosts with a network in common, and how packets travel between them',
        querystring: TunnelsQuery,
        response: { 200: Type.Array(TunnelView) },
      },
    },
    ({ query: { hosts } }) => {
      const among = hosts === undefined ? undefined : new Set(hosts.split(','))
      return tunnelsOf(context, among).map((tunnel) => tunnelView(context, tunnel))
    },
  )
}
