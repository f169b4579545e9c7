// How routers and translations of addresses are shown.
import Type from 'typebox'
import type { Entities, Held, PortRange } from '../../../state/index.ts'
import type { ApiContext } from '../../context.ts'
import { given, tail, tailOf } from './parts.ts'

export const RouterView = Type.Object({
  id: Type.String(),
  mac: Type.String({ description: 'in all its networks, on every host' }),
  subnets: Type.Array(Type.String()),
  networks: Type.Array(Type.String(), { description: 'those of the subnets' }),
  external: Type.Optional(Type.String({ description: 'its external network' })),
  addresses: Type.Array(Type.String(), { description: 'its own in the external network' }),
  host: Type.Optional(Type.String({ description: 'that packets leave by where nothing better is known' })),
  zone: Type.Integer({ description: 'of connection tracking for its address translation: 0x8000 and this' }),
  limit: Type.Optional(Type.Integer({ description: 'connections that are translated at a time, on each host' })),
  routes: Type.Integer(),
  nat: Type.Integer({ description: 'translations of addresses' }),
  qos: Type.Optional(Type.String()),
  ...tail,
})

export const NatView = Type.Object({
  id: Type.String(),
  router: Type.String(),
  kind: Type.String({ description: 'source, forward or floating' }),
  outside: Type.String({ description: 'address, and port' }),
  inside: Type.String({ description: 'address or range of addresses, and port' }),
  protocol: Type.Optional(Type.String()),
  ...tail,
})

export const routerView = ({ intents: { table }, engine }: ApiContext, id: string, held: Held<Entities['router']>) => {
  const { subnets, external, routes = [], qos, conntrack } = held.value
  const networks = subnets.flatMap((subnet) => table.get('subnet', subnet)?.value.network ?? [])
  const { mac = '', zone = 0 } = table.get('routerNumber', id)?.value ?? {}
  const host = engine.model.routers.get(id)?.external?.host
  return {
    ...{ id, mac, subnets, networks: [...new Set(networks)] },
    ...given({ external: external?.network, host, qos, limit: conntrack?.limit }),
    ...{ addresses: external?.addresses ?? [], zone, routes: routes.length },
    nat: table.users('nat', 'router', id).size,
    ...tailOf(held),
  }
}

/** RFC 3986 §3.2.2: an IPv6 address stands in brackets before a port. */
const withPort = (address: string, port: PortRange | undefined): string => {
  if (port === undefined) return address
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

const sidesOf = ({ source, forward, floating }: Entities['nat']) => {
  if (source) return { kind: 'source', outside: withPort(source.to, source.ports), inside: source.from }
  if (floating) return { kind: 'floating', outside: floating.address, inside: floating.to }
  const { protocol = '', address = '', port, to = '', toPort = port } = forward ?? {}
  return { kind: 'forward', outside: withPort(address, port), inside: withPort(to, toPort), protocol }
}

export const natView = (_context: ApiContext, id: string, held: Held<Entities['nat']>) => ({
  ...{ id, router: held.value.router, ...sidesOf(held.value) },
  ...tailOf(held),
})
