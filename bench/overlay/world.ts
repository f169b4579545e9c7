// What users want, and what hosts report, where all of it is simulated.
import type { Binding, Host, IntentChange } from '../../controller/state/index.ts'
import type { Scale } from './simulated.ts'

export const hostId = (at: number): string => `host-${at}`
export const portId = (at: number): string => `port-${at}`
const networkId = (at: number): string => `net-${at}`

const geneveOfport = 65_001

export const hostDocument = (at: number): Host => ({
  ...{ dpid: (at + 1).toString(16).padStart(16, '0'), name: hostId(at), tunnels: { geneve: geneveOfport } },
  encap: { address: `172.16.${at >> 8}.${at & 255}`, types: ['geneve'] },
})

/** Each network is on hosts that stand side by side, and its ports go round them. */
const hostOf = ({ hosts, hostsPerNetwork }: Scale, network: number, number: number): number =>
  (network * hostsPerNetwork + (number % hostsPerNetwork)) % hosts

export const bindingPlace = (scale: Scale, at: number) => {
  const network = at % scale.networks
  return { network, host: hostOf(scale, network, Math.floor(at / scale.networks)) }
}

/** Numbers from 1 on, with room for one more port of each network. */
const ofportOf = ({ hosts, ports, networks, hostsPerNetwork }: Scale, at: number): number => {
  const before = Math.floor(((at % networks) * hostsPerNetwork) / hosts)
  const perNetwork = Math.ceil(ports / networks / hostsPerNetwork) + 1
  return 1 + before * perNetwork + Math.floor(at / networks / hostsPerNetwork)
}

export const bindingOf = (scale: Scale, at: number): Binding => ({
  host: hostId(bindingPlace(scale, at).host),
  interface: `tap${at}`,
  ofport: ofportOf(scale, at),
})

/** Datapath ids of the hosts that a network is on. */
export const switchesOf = (scale: Scale, network: number): bigint[] =>
  Array.from({ length: scale.hostsPerNetwork }, (_, number) => BigInt(hostOf(scale, network, number) + 1))

export const networkChanges = ({ networks }: Scale): IntentChange[] =>
  Array.from({ length: networks }, (_, at) => networkId(at)).flatMap((id): IntentChange[] => [
    { do: 'put', kind: 'network', id, spec: {} },
    // All the same: networks do not see each other.
    { do: 'put', kind: 'subnet', id, spec: { network: id, cidr: '10.0.0.0/16' } },
  ])

export const portChange = ({ networks }: Scale, at: number): IntentChange => ({
  ...({ do: 'put', kind: 'port', id: portId(at) } as const),
  spec: { network: networkId(at % networks) },
})
