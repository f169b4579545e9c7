// How networks, subnets and ports are shown.
import Type from 'typebox'
import { mtuAcross } from '../../../engine/index.ts'
import { type Entities, gatewayText, type Held } from '../../../state/index.ts'
import type { ApiContext } from '../../context.ts'
import { given, tail, tailOf, vni } from './parts.ts'

export const NetworkView = Type.Object({
  id: Type.String(),
  vni: Type.Integer(),
  encapsulation: Type.Optional(Type.String()),
  mtu: Type.Integer({ description: 'bytes of an IP packet: as the user said, else what fits through the tunnels' }),
  mtuLimit: Type.Integer({ description: 'bytes of an IP packet that fits between all its hosts' }),
  warning: Type.Optional(Type.String()),
  external: Type.Optional(Type.String({ description: 'the physical network that it is' })),
  vlan: Type.Optional(Type.Integer({ description: 'there; untagged where it is left out' })),
  qos: Type.Optional(Type.String()),
  subnets: Type.Array(Type.String()),
  ports: Type.Integer(),
  ...tail,
})

export const SubnetView = Type.Object({
  id: Type.String(),
  network: Type.String(),
  cidr: Type.String(),
  family: Type.Integer({ description: '4 or 6' }),
  gateway: Type.Union([Type.String(), Type.Null()]),
  router: Type.Optional(Type.String({ description: 'that has the address of the gateway' })),
  dns: Type.Array(Type.String()),
  ...tail,
})

export const PortView = Type.Object({
  id: Type.String(),
  network: Type.String(),
  vni: Type.Integer(),
  mac: Type.String(),
  addresses: Type.Array(Type.String()),
  groups: Type.Array(Type.String(), { description: 'of the firewall' }),
  qos: Type.Optional(Type.String()),
  status: Type.String({ description: 'unbound, bound or installed' }),
  host: Type.Optional(Type.String()),
  interface: Type.Optional(Type.String()),
  ofport: Type.Optional(Type.Integer()),
  ...tail,
})

/** Bytes of an IP packet that fits between any two hosts of a network. */
const mtuLimitOf = ({ engine: { model } }: ApiContext, id: string, { encapsulation }: Entities['network']): number => {
  const hosts = (model.spreads.get(id)?.hosts ?? []).flatMap((host) => model.hosts.get(host) ?? [])
  return mtuAcross({ encapsulation }, hosts)
}

export const networkView = (context: ApiContext, id: string, held: Held<Entities['network']>) => {
  const { table } = context.intents
  const { encapsulation, mtu, external, vlan, qos } = held.value
  const limit = mtuLimitOf(context, id, held.value)
  const tooLarge = mtu !== undefined && mtu > limit
  const warning = `packets of ${mtu} bytes do not fit through its tunnels, of at most ${limit} do`
  return {
    ...{ id, vni: vni(table, id), mtu: mtu ?? limit, mtuLimit: limit },
    ...given({ encapsulation, warning: tooLarge ? warning : undefined, external, vlan, qos }),
    subnets: [...table.of('subnet', id)].sort(),
    ports: table.of('port', id).size,
    ...tailOf(held),
  }
}

export const subnetView = ({ intents: { table } }: ApiContext, id: string, held: Held<Entities['subnet']>) => {
  const { network, cidr, dns = [] } = held.value
  const [router] = table.users('router', 'subnet', id)
  return {
    ...{ id, network, cidr, family: cidr.includes(':') ? 6 : 4, gateway: gatewayText(held.value) ?? null },
    ...given({ router }),
    ...{ dns, ...tailOf(held) },
  }
}

export const portView = (context: ApiContext, id: string, held: Held<Entities['port']>) => {
  const { table } = context.intents
  const { network, groups = [], qos } = held.value
  const binding = context.engine.model.document('binding', id)
  const { mac = '', addresses = [] } = table.get('assignment', id)?.value ?? {}
  const status = !binding ? 'unbound' : context.isInstalled?.(id) === true ? 'installed' : 'bound'
  return {
    ...{ id, network, vni: vni(table, network), mac, addresses, groups, ...given({ qos }), status },
    ...(binding ? { host: binding.host, interface: binding.interface, ofport: binding.ofport } : {}),
    ...tailOf(held),
  }
}
