import type { Collection } from '../../controller/engine/facts.ts'
import { type AppContext, collection, defineApp } from '../../controller/index.ts'

/** A container's port: where it is, and what leads to it. */
export interface Port {
  readonly dpid: bigint
  readonly portNo: number
  readonly mac: number
  readonly network: string
}

export interface Network {
  readonly vni: number
}

const collections = { ports: collection<Port>(), networks: collection<Network>() }
type Facts = typeof collections

/** What an app knows, for a benchmark to change. */
export interface Knowledge {
  readonly ports: Collection<Port>
  readonly networks: Collection<Network>
}

/** The port that all other hosts are reached by, as in a mesh of tunnels. */
const tunnel = 4

const kept = (known: (knowledge: Knowledge) => void) => ({
  switchUp: (_: unknown, { collections: facts }: AppContext<Facts>) => known(facts),
})

/** Every host holds a flow for every port: to the port itself, or through the tunnel. */
export const overlay = (known: (knowledge: Knowledge) => void) =>
  defineApp({
    name: 'bench-overlay',
    pipeline: ['switch'],
    collections,
    rules: {
      port: {
        each: 'ports',
        flows({ dpid, portNo, mac, network }, { stages, view, switch: host }) {
          const flow = stages.switch.when({ tunnelId: BigInt(view.networks.get(network)?.vni ?? 0), ethDst: mac })
          return [flow.output(host.dpid === dpid ? portNo : tunnel)]
        },
      },
    },
    ...kept(known),
  })

/** Every port matters on its own host alone. */
export const local = (known: (knowledge: Knowledge) => void) =>
  defineApp({
    name: 'bench-local',
    pipeline: ['switch'],
    collections,
    rules: {
      port: {
        each: 'ports',
        on: ({ dpid }) => dpid,
        flows({ portNo, mac, network }, { stages, view }) {
          const flow = stages.switch.when({ tunnelId: BigInt(view.networks.get(network)?.vni ?? 0), ethDst: mac })
          return [flow.output(portNo)]
        },
      },
    },
    ...kept(known),
  })
