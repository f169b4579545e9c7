import type { Description } from '../../../topology/lab/description.ts'
import type { LabFolder } from '../../../topology/lab/folder.ts'
import { daemonsOf } from '../../../topology/lab/host.ts'
import { inNamespace } from '../../../topology/lab/ip.ts'
import { externalBridge, namespaceOf } from '../../../topology/lab/names.ts'
import { OvnDaemons } from '../../two-hosts/ovn.ts'
import { peerOf, replug } from './plain.ts'

export const ovnBridge = 'br-ovn'

/** Tunnels of OVN have addresses of their own: those with a fixed remote would take heddle's packets too. */
const encaps = { h1: '172.30.9.1', h2: '172.30.9.2' } as const
type HostName = keyof typeof encaps
const hosts = Object.keys(encaps) as HostName[]

/** The router's, in each network of the lab that is OVN's. */
const gateways = { 'ovn-web': '10.0.4.1', 'ovn-db': '10.0.5.1' } as const
type NetworkName = keyof typeof gateways
/** Outside, an address of the external subnet. */
const routerOutside = '203.0.113.60'
const outsideGateway = '203.0.113.1'

interface OvnContainer {
  readonly name: string
  readonly host: HostName
  readonly network: NetworkName
  readonly mac: string
  readonly address: string
}

/** What the lab has given to the containers that are called ovn. */
const containersOf = (folder: LabFolder, { containers }: Description): OvnContainer[] =>
  containers.flatMap(({ name, host }) => {
    const card = folder.facts.cards?.[name]?.[0]
    if (!name.startsWith('ovn') || !card) return []
    const { network, mac, addresses } = card
    const address = addresses[0]?.replace(/\/.*/, '') ?? ''
    return [{ name, host: host as HostName, network: network as NetworkName, mac, address }]
  })

const portName = (container: string): string => `port-${container}`
const mac = (at: number): string => `02:0b:00:02:00:0${at}`

/** A logical switch's port to the router, and the router's. */
const joined = (network: string, at: number, address: string): string[] => [
  ...['--', 'lrp-add', 'blue', `blue-${network}`, mac(at), `${address}/24`],
  ...['--', 'lsp-add', network, `${network}-blue`, '--', 'lsp-set-type', `${network}-blue`, 'router'],
  ...['--', 'lsp-set-addresses', `${network}-blue`, 'router'],
  ...['--', 'lsp-set-options', `${network}-blue`, `router-port=blue-${network}`],
]

/** The same networks, router, guards and way outside by the first host as heddle has in this lab. */
const network = (containers: readonly OvnContainer[]): string[] => [
  ...['--wait=hv', 'ls-add', 'ovn-web', '--', 'ls-add', 'ovn-db', '--', 'ls-add', 'internet', '--', 'lr-add', 'blue'],
  ...joined('ovn-web', 1, gateways['ovn-web']),
  ...joined('ovn-db', 2, gateways['ovn-db']),
  ...joined('internet', 3, routerOutside),
  ...['--', 'lrp-set-gateway-chassis', 'blue-internet', 'h1'],
  ...['--', 'lsp-add', 'internet', 'localnet', '--', 'lsp-set-type', 'localnet', 'localnet'],
  ...['--', 'lsp-set-addresses', 'localnet', 'unknown', '--', 'lsp-set-options', 'localnet', 'network_name=internet'],
  ...['--', 'lr-route-add', 'blue', '0.0.0.0/0', outsideGateway],
  ...['--', 'lr-nat-add', 'blue', 'snat', routerOutside, '10.0.4.0/24'],
  ...containers.flatMap((one) => [
    ...['--', 'lsp-add', one.network, portName(one.name)],
    ...['--', 'lsp-set-addresses', portName(one.name), `${one.mac} ${one.address}`],
    ...['--', 'lsp-set-port-security', portName(one.name), `${one.mac} ${one.address}`],
  ]),
]

/** The bridge, the host's address for tunnels, and the containers' cards. */
const prepareHost = async (
  folder: LabFolder,
  description: Description,
  host: HostName,
  containers: readonly OvnContainer[],
): Promise<void> => {
  const daemons = daemonsOf(folder, host)
  await daemons.exec('ip', 'address', 'add', `${encaps[host]}/24`, 'dev', externalBridge)
  const cards = containers.flatMap(({ name }) => [
    ...replug(description, name, ovnBridge),
    ...['--', 'set', 'interface', peerOf(description, name), `external_ids:iface-id=${portName(name)}`],
  ])
  const bridge = ['add-br', ovnBridge, '--', 'set', 'bridge', ovnBridge, 'datapath_type=netdev', 'fail_mode=secure']
  await daemons.vsctl(...bridge, ...cards)
}

/** So that the first packet through a tunnel is not lost. */
const acquaint = async (folder: LabFolder, description: Description): Promise<void> => {
  for (const [host, other] of [hosts, hosts.toReversed()] as const) {
    const { mac } = description.hosts.find(({ name }) => name === other) ?? {}
    if (host && other) await daemonsOf(folder, host).appctl('tnl/neigh/set', externalBridge, encaps[other], mac ?? '')
  }
}

/** Has OVN take the containers that are called ovn, on bridges of its own in the same daemons as heddle's. */
export const plugOvn = async (folder: LabFolder, description: Description): Promise<OvnDaemons> => {
  const containers = containersOf(folder, description)
  const ovn = new OvnDaemons(folder.part('ovn'), namespaceOf(folder.name, 'h1'))
  await ovn.start()
  for (const name of hosts) {
    const own = containers.filter(({ host }) => host === name)
    await prepareHost(folder, description, name, own)
    const ids = {
      'ovn-set-local-ip': 'true',
      ...(name === 'h1' ? { 'ovn-bridge-mappings': 'internet:br-internet' } : {}),
    }
    await ovn.join({ name, address: encaps[name], bridge: ovnBridge, ovs: daemonsOf(folder, name), ids })
  }
  await acquaint(folder, description)
  await ovn.nbctl(...network(containers))
  for (const { name, network } of containers) {
    const namespace = namespaceOf(folder.name, name)
    await inNamespace(namespace, 'ip', 'route', 'replace', 'default', 'via', gateways[network])
  }
  return ovn
}
