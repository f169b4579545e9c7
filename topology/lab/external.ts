import type { Description, LabExternal, LabOutside } from './description.ts'
import type { LabRecord } from './folder.ts'
import { inNamespace, ipBatch } from './ip.ts'
import { namespaceOf, underlayNode } from './names.ts'
import { inParallel } from './parallel.ts'

// A physical network is a Linux bridge beside those of the underlay, without an address there.

/** A host's card in a physical network. */
export interface OutsideCard {
  readonly external: LabExternal
  /** On the host; eth0 is in the underlay. */
  readonly name: string
  /** Its other end, at the physical network. */
  readonly peer: string
  /** The host's bridge that has the card. */
  readonly bridge: string
}

/** The cards that a host has in physical networks. */
export const cardsOutside = ({ externals }: Description, host: string): OutsideCard[] =>
  externals
    .filter(({ hosts }) => hosts.includes(host))
    .map((external, index) => ({
      external,
      name: `eth${index + 1}`,
      peer: `${host}_${index + 1}`,
      bridge: `br-${external.name}`,
    }))

const bridgeLines = ({ name, mtu }: LabExternal): string[] => [
  `link add name ${name} mtu ${mtu} type bridge mcast_snooping 0`,
  // The kernel answers for addresses of other cards on any card that it may.
  `link set dev ${name} addrgenmode none arp off up`,
]

const cableLines = (external: LabExternal, peer: string, namespace: string, card: string): string[] => [
  `link add name ${peer} mtu ${external.mtu} type veth peer name ${card} mtu ${external.mtu} netns ${namespace}`,
  `link set dev ${peer} master ${external.name} addrgenmode none up`,
]

const isIpv6 = (address: string): boolean => address.includes(':')

/** Its inside: addresses on its card; those behind it on its loopback. */
const insideLines = ({ addresses, behind }: LabOutside): string[] => [
  'link set dev lo up',
  'link set dev eth0 up',
  ...addresses.map((one) => `address add ${one} dev eth0${isIpv6(one) ? ' nodad' : ''}`),
  ...behind.map((one) => `address add ${one}/${isIpv6(one) ? 128 : 32} dev lo${isIpv6(one) ? ' nodad' : ''}`),
]

/** The userspace data path needs whole checksums: with offload, ping works and TCP stalls. */
const setUp = async (lab: string, machine: LabOutside): Promise<void> => {
  const namespace = namespaceOf(lab, machine.name)
  await inNamespace(namespace, 'ethtool', '-K', 'eth0', 'tx', 'off')
  await ipBatch(insideLines(machine), namespace)
}

/** Lays the physical networks, a cable from each to its hosts, and the machines there. The namespaces are there. */
export const buildExternals = async ({ name: lab, description }: LabRecord): Promise<void> => {
  const { externals, hosts, outside } = description
  const cables = hosts.flatMap((host) =>
    cardsOutside(description, host.name).flatMap(({ external, name, peer }) =>
      cableLines(external, peer, namespaceOf(lab, host.name), name),
    ),
  )
  const machines = outside.flatMap((machine) => {
    const external = externals.find(({ name }) => name === machine.external)
    return external ? cableLines(external, machine.name, namespaceOf(lab, machine.name), 'eth0') : []
  })
  await ipBatch([...externals.flatMap(bridgeLines), ...cables, ...machines], namespaceOf(lab, underlayNode))
  await inParallel(outside, outside.length, (machine) => setUp(lab, machine))
}
