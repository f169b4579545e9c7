import {
  contains,
  type HostFact,
  type InterfaceFact,
  mtuAcross,
  type NetworkFact,
  type PortFact,
  type packet,
  parseAddress,
  parseCidr,
  type RouterFact,
  type SpreadFact,
  type SubnetFact,
} from '../../controller/index.ts'

interface Facts<V> {
  get(key: string): V | undefined
  entries(): Iterable<readonly [key: string, value: V]>
}

/** What is known of networks and hosts. */
export interface Known {
  readonly networks: Facts<NetworkFact>
  readonly subnets: Facts<SubnetFact>
  readonly hosts: Facts<HostFact>
  readonly spreads: Facts<SpreadFact>
  readonly routers: Facts<RouterFact>
  readonly interfaces: Facts<InterfaceFact>
}

/** An address of a port, in a subnet of its network. */
export interface Placed {
  readonly address: string
  readonly subnet: SubnetFact
  /** Bits. */
  readonly prefix: number
}

const placeOf = (address: string, subnets: readonly SubnetFact[]): Placed[] => {
  const number = parseAddress(address)
  for (const subnet of subnets) {
    const cidr = parseCidr(subnet.cidr)
    if (number && cidr && contains(cidr, number)) return [{ address, subnet, prefix: cidr.prefix }]
  }
  return []
}

/** The addresses of a port of one family, but for those that are in no subnet. */
export const placedOf = ({ subnets }: Known, { network, addresses }: PortFact, family: 4 | 6): Placed[] => {
  const own = addresses.filter((address) => address.includes(':') === (family === 6))
  if (own.length === 0) return []
  const around: SubnetFact[] = []
  for (const [, subnet] of subnets.entries()) if (subnet.network === network) around.push(subnet)
  return own.flatMap((address) => placeOf(address, around))
}

/** Bytes of the largest IP packet in the network of a port. */
export const mtuOf = ({ networks, hosts, spreads }: Known, { network: id }: PortFact): number | undefined => {
  const network = networks.get(id)
  if (!network) return undefined
  const on = (spreads.get(id)?.hosts ?? []).flatMap((host) => hosts.get(host) ?? [])
  return network.mtu ?? mtuAcross(network, on)
}

/**
 * Ways that the routers of a subnet know to neighbours in that subnet: its other containers may send there themselves.
 * All else goes by the gateway, also where neighbours share a route, which the router does for each connection.
 */
export const routesOf = ({ routers, interfaces }: Known, { address, subnet }: Placed): packet.DhcpRoute[] => {
  const cidr = parseCidr(subnet.cidr)
  const isNear = (neighbour: string): boolean => {
    const number = parseAddress(neighbour)
    return number !== undefined && cidr !== undefined && contains(cidr, number) && neighbour !== address
  }
  const here = [...interfaces.entries()].flatMap(([, one]) =>
    one.subnet === subnet.id ? (routers.get(one.router) ?? []) : [],
  )
  return here.flatMap(({ routes }) =>
    routes.flatMap(({ family, to, via }) => {
      const [destination = '', prefix] = to.split('/')
      const [neighbour, more] = via
      if (family !== 4 || !neighbour || more || Number(prefix) === 0 || !isNear(neighbour.address)) return []
      return [{ destination, prefix: Number(prefix), router: neighbour.address }]
    }),
  )
}
