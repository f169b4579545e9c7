import {
  encapsulationBetween,
  type HostFact,
  type NetworkFact,
  type openflow,
  output,
  setField,
} from '../../controller/index.ts'

type Action = openflow.Action

/** How packets of a network get to another host: out of which port, and to which address. */
export interface Way {
  readonly port: number
  readonly address: string
}

/** The way from one host to another; undefined where they have no encapsulation in common. */
export const wayBetween = (network: NetworkFact, from: HostFact, to: HostFact): Way | undefined => {
  const encapsulation = encapsulationBetween(network, from, to)
  const port = encapsulation && from.tunnels[encapsulation]
  return port === undefined ? undefined : { port, address: to.address }
}

/** Marks what is sent into tunnels from here on with its network. */
export const withTunnelId = (vni: number): Action => setField('tunnelId', BigInt(vni))

/** Sends the packet to another host, in the network that it is marked with. */
export const sendAlong = ({ port, address }: Way): Action[] => [
  setField(address.includes(':') ? 'tunIpv6Dst' : 'tunIpv4Dst', address),
  output(port),
]

/** Sends a copy of the packet along each way. */
export const sendToAll = (vni: number, ways: readonly Way[]): Action[] =>
  ways.length === 0 ? [] : [withTunnelId(vni), ...ways.flatMap(sendAlong)]
