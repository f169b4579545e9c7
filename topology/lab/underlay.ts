import { contains, parseAddress, parseCidr } from './address.ts'
import { type Description, type LabHost, subnetOf, type UnderlaySubnet } from './description.ts'
import { LabError } from './errors.ts'
import type { LabRecord } from './folder.ts'
import { inNamespace, ipBatch } from './ip.ts'
import { namespaceOf, underlayNode } from './names.ts'

/** Ethernet address of the router in a subnet, known beforehand so that hosts need not ask for it. */
export const routerMac = (index: number): string => `02:68:6c:01:00:${(index + 1).toString(16).padStart(2, '0')}`

export const prefixLength = ({ cidr }: UnderlaySubnet): number => parseCidr(cidr).length

/** The router's address and prefix length in a subnet. */
export const routerAddress = (subnet: UnderlaySubnet): string => `${subnet.router}/${prefixLength(subnet)}`

const subnetLines = (subnet: UnderlaySubnet, index: number): string[] => [
  `link add name ${subnet.name} address ${routerMac(index)} mtu ${subnet.mtu} type bridge mcast_snooping 0`,
  `address add ${routerAddress(subnet)} dev ${subnet.name}${subnet.router.includes(':') ? ' nodad' : ''}`,
  `link set dev ${subnet.name} up`,
]

const cableLines = (lab: string, description: Description, host: LabHost): string[] => {
  const { name: bridge, mtu } = subnetOf(description, host)
  const there = `name eth0 mtu ${mtu} netns ${namespaceOf(lab, host.name)}`
  return [
    `link add name ${host.name} mtu ${mtu} type veth peer ${there}`,
    `link set dev ${host.name} master ${bridge} up`,
  ]
}

const hasFaults = ({ faults }: LabHost): boolean => faults.delay !== undefined || faults.loss !== undefined

/** tc-netem(8) on both ends of a host's link, where its description asks for it. */
const disturb = async (lab: string, { name, faults }: LabHost): Promise<void> => {
  const delay = faults.delay === undefined ? [] : ['delay', faults.delay]
  const loss = faults.loss === undefined ? [] : ['loss', faults.loss]
  for (const [node, card] of [
    [underlayNode, name],
    [name, 'eth0'],
  ] as const) {
    const where = ['qdisc', 'add', 'dev', card, 'root', 'netem']
    await inNamespace(namespaceOf(lab, node), 'tc', ...where, ...delay, ...loss)
  }
}

/**
 * Whether this kernel can delay and lose packets of a link, tried in the underlay's namespace.
 *
 * @throws LabError naming the host that asks for it in vain
 */
const checkFaults = async (lab: string, { hosts }: Description): Promise<void> => {
  const asking = hosts.find(hasFaults)
  if (!asking) return
  const trial = ['qdisc', 'add', 'dev', 'lo', 'root', 'netem', 'delay', '1ms']
  await inNamespace(namespaceOf(lab, underlayNode), 'tc', ...trial).catch(() => {
    const what = Object.keys(asking.faults).join(' and ')
    throw new LabError(
      `hosts/${asking.name}: ${what} cannot be had, for this kernel has no netem (CONFIG_NET_SCH_NETEM): leave it out`,
    )
  })
  await inNamespace(namespaceOf(lab, underlayNode), 'tc', 'qdisc', 'del', 'dev', 'lo', 'root')
}

/** @throws LabError naming a subnet that this data path cannot tunnel through */
const checkFamilies = ({ datapath, description }: LabRecord): void => {
  const ipv6 = description.underlay.find(({ cidr }) => cidr.includes(':'))
  if (datapath === 'netdev' || !ipv6) return
  throw new LabError(`underlay/${ipv6.name}: an IPv6 underlay needs /dev/net/tun, which this user may not open`)
}

/** Lays bridges, a router between them, and a cable to each host. The namespaces are there. */
export const buildUnderlay = async (record: LabRecord): Promise<void> => {
  const { name: lab, description } = record
  checkFamilies(record)
  const { underlay, hosts } = description
  await checkFaults(lab, description)
  const namespace = namespaceOf(lab, underlayNode)
  const lines = [...underlay.flatMap(subnetLines), ...hosts.flatMap((host) => cableLines(lab, description, host))]
  await ipBatch(['link set dev lo up', ...lines], namespace)
  await inNamespace(namespace, 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1')
  for (const host of hosts.filter(hasFaults)) await disturb(lab, host)
}

/** Addresses that a host sends to directly, and the Ethernet addresses behind them: neighbours and the router. */
export const neighboursOf = ({ underlay, hosts }: Description, host: LabHost): [address: string, mac: string][] => {
  const index = underlay.findIndex(({ name }) => name === host.subnet)
  const subnet = underlay[index] as UnderlaySubnet
  const others = hosts.filter(
    (other) => other !== host && contains(parseCidr(subnet.cidr), parseAddress(other.address)),
  )
  return [[subnet.router, routerMac(index)], ...others.map(({ address, mac }): [string, string] => [address, mac])]
}
