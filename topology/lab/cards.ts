import { contains, parseAddress, parseCidr } from './address.ts'
import type { Client, NetworkView, PortView, SubnetView } from './client.ts'
import type { Description, LabContainer } from './description.ts'
import { LabError } from './errors.ts'
import type { AssignedCard } from './folder.ts'

/** Subnets that routers of the lab join with one of them, by what its file says. */
const joinedWith = ({ resources }: Description): ((subnets: readonly string[]) => readonly string[]) => {
  const routers = resources.flatMap(({ kind, spec }) =>
    kind === 'Router' ? [(spec.subnets ?? []) as readonly string[]] : [],
  )
  return (subnets) => {
    const theirs = routers.filter((joined) => joined.some((id) => subnets.includes(id)))
    return [...new Set(theirs.flat())].filter((id) => !subnets.includes(id))
  }
}

interface Known {
  readonly ports: ReadonlyMap<string, PortView>
  readonly networks: ReadonlyMap<string, NetworkView>
  readonly subnets: readonly SubnetView[]
  readonly joined: ReturnType<typeof joinedWith>
}

const mtuOf = (networks: Known['networks'], id: string): number => {
  const network = networks.get(id)
  if (!network) throw new LabError(`the controller has no network ${id}`)
  return network.mtu
}

const cardOf = ({ ports, networks, subnets, joined }: Known, id: string): AssignedCard => {
  const port = ports.get(id)
  if (!port) throw new LabError(`the controller has no port ${id}`)
  const { network, mac, addresses } = port
  const subnetFor = (address: string): SubnetView => {
    const found = subnets.find((one) => one.network === network && contains(parseCidr(one.cidr), parseAddress(address)))
    if (!found) throw new LabError(`port ${id} has the address ${address}, which no subnet of network ${network} has`)
    return found
  }
  const own = addresses.map((address) => subnetFor(address).id)
  return {
    port: id,
    network,
    mac,
    addresses: addresses.map((address) => `${address}/${parseCidr(subnetFor(address).cidr).length}`),
    subnets: own,
    joined: joined(own),
    gateways: addresses.map(subnetFor).flatMap(({ gateway }) => gateway ?? []),
    mtu: mtuOf(networks, network),
  }
}

const byId = <T extends { readonly id: string }>(rows: readonly T[]): Map<string, T> =>
  new Map(rows.map((row) => [row.id, row]))

/**
 * What the controller assigned to the ports of containers.
 *
 * @throws LabError naming a port that it does not have
 */
export const assignedCards = async (
  client: Client,
  description: Description,
): Promise<Record<string, AssignedCard[]>> => {
  const [ports, networks, subnets] = await Promise.all([client.ports(), client.networks(), client.subnets()])
  const known = { ports: byId(ports), networks: byId(networks), subnets, joined: joinedWith(description) }
  const cardsFor = (container: LabContainer): AssignedCard[] => container.ports.map((id) => cardOf(known, id))
  return Object.fromEntries(description.containers.map((container) => [container.name, cardsFor(container)]))
}
