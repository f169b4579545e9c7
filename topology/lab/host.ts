import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { OvsDaemons } from '../ovs/daemons.ts'
import { unixctl } from '../ovs/unixctl.ts'
import { type LabHost, subnetOf, type UnderlaySubnet } from './description.ts'
import { cardsOutside } from './external.ts'
import type { LabFolder, LabRecord } from './folder.ts'
import { bridgedOnly, ipBatch } from './ip.ts'
import { externalBridge, namespaceOf } from './names.ts'
import { neighboursOf, prefixLength } from './underlay.ts'

/** Where the controller is, as unix sockets. */
export interface Sockets {
  /** For managers of databases. */
  readonly ovsdb: string
  /** For bridges. */
  readonly openflow: string
}

export const daemonsOf = (folder: LabFolder, host: string): OvsDaemons =>
  new OvsDaemons(namespaceOf(folder.name, host), folder.part(host))

/** A value that ovs-vsctl takes as one, whatever stands in it. */
const quoted = (text: string): string => JSON.stringify(text)

const externalIds = (record: LabRecord, host: LabHost, directory: string): string[] => {
  const { mtu } = subnetOf(record.description, host)
  const mappings = cardsOutside(record.description, host.name).map(
    ({ external, bridge }) => `${external.name}:${bridge}`,
  )
  const ids = {
    'system-id': host.name,
    hostname: host.name,
    'heddle-encap-ip': host.address,
    'heddle-underlay-mtu': String(mtu),
    'heddle-datapath-type': record.datapath,
    // A bridge's unix sockets must lie inside the folder of its ovs-vswitchd.
    'heddle-controller': `unix:${join(directory, 'of.sock')}`,
    ...(mappings.length === 0 ? {} : { 'heddle-bridge-mappings': mappings.join() }),
    ...(host.encapsulation.length === 0 ? {} : { 'heddle-encap-type': host.encapsulation.join(',') }),
  }
  return Object.entries(ids).map(([key, value]) => `external_ids:${key}=${quoted(value)}`)
}

/** Bridges with the cards in physical networks, as an operator has them. */
const physicalBridges = ({ datapath, description }: LabRecord, host: LabHost): string[] =>
  cardsOutside(description, host.name).flatMap(({ external, bridge, name }) => [
    ...['--', 'add-br', bridge, '--', 'set', 'bridge', bridge, `datapath_type=${datapath}`, 'fail_mode=standalone'],
    ...['--', 'set', 'interface', bridge, `mtu_request=${external.mtu}`, '--', 'add-port', bridge, name],
  ])

/** What an operator would tell a new host: its names, and the bridges with its cards. The controller makes br-int. */
const configuration = (record: LabRecord, host: LabHost, directory: string): string[] => {
  const { datapath, description } = record
  const { mtu } = subnetOf(description, host)
  return [
    ...['--no-wait', 'init', '--', 'set', 'open_vswitch', '.', ...externalIds(record, host, directory)],
    ...['--', 'add-br', externalBridge, '--', 'set', 'bridge', externalBridge, `datapath_type=${datapath}`],
    ...['fail_mode=standalone', `other_config:hwaddr=${quoted(host.mac)}`],
    ...['--', 'set', 'interface', externalBridge, `mtu_request=${mtu}`],
    ...['--', 'add-port', externalBridge, 'eth0'],
    ...physicalBridges(record, host),
  ]
}

const upLines = ({ description }: LabRecord, { name }: LabHost): string[] => [
  'link set dev lo up',
  ...['eth0', ...cardsOutside(description, name).map((card) => card.name)].map(
    (card) => `link set dev ${card} ${bridgedOnly}`,
  ),
]

/** The host's address on its external bridge, and its way to the other subnets. */
const addressLines = (subnet: UnderlaySubnet, host: LabHost): string[] => {
  const family = host.address.includes(':') ? '-6 ' : ''
  return [
    `link set dev ${externalBridge} up`,
    `address add ${host.address}/${prefixLength(subnet)} dev ${externalBridge}${family === '' ? '' : ' nodad'}`,
    `route add default via ${subnet.router} dev ${externalBridge}`,
  ]
}

/** The same in a dummy data path, whose bridges the kernel does not see. */
const dummyCommands = ({ cidr, router }: UnderlaySubnet, { address }: LabHost, length: number): string[][] => [
  [`netdev-dummy/ip${address.includes(':') ? 6 : 4}addr`, externalBridge, `${address}/${length}`],
  ['ovs/route/add', cidr, externalBridge],
  ['ovs/route/add', address.includes(':') ? '::/0' : '0.0.0.0/0', externalBridge, router],
]

/** There, no kernel answers those who ask for the host's address. */
const arpAnswer = ({ address, mac }: LabHost): string =>
  [
    `priority=10,arp,arp_op=1,arp_tpa=${address},actions=move:eth_src->eth_dst,set_field:${mac}->eth_src`,
    `set_field:2->arp_op,move:arp_sha->arp_tha,move:arp_spa->arp_tpa,set_field:${mac}->arp_sha`,
    `set_field:${address}->arp_spa,in_port`,
  ].join()

/** Without this the first packets through a tunnel are lost, while Open vSwitch asks for the neighbour. */
const neighbourCommands = ({ description }: LabRecord, host: LabHost): string[][] =>
  neighboursOf(description, host).map(([address, mac]) => ['tnl/neigh/set', externalBridge, address, mac])

const startSwitch = async (daemons: OvsDaemons, record: LabRecord, host: LabHost): Promise<void> => {
  const subnet = subnetOf(record.description, host)
  const isDummy = record.datapath === 'dummy'
  await daemons.startSwitch(...(isDummy ? ['--enable-dummy', '--disable-system'] : []))
  const up = upLines(record, host)
  await ipBatch(isDummy ? up : [...up, ...addressLines(subnet, host)], daemons.namespace)
  const addresses = isDummy ? dummyCommands(subnet, host, prefixLength(subnet)) : []
  await unixctl(await daemons.controlSocket(), [...addresses, ...neighbourCommands(record, host)])
  if (isDummy) await daemons.ofctl('add-flow', externalBridge, arpAnswer(host))
}

/**
 * Starts a host's Open vSwitch and gives it its underlay address. No controller knows of it yet.
 *
 * @param template an empty database
 */
export const startHost = async (
  folder: LabFolder,
  record: LabRecord,
  host: LabHost,
  template: string,
): Promise<void> => {
  const daemons = daemonsOf(folder, host.name)
  await daemons.startDatabase(template)
  await daemons.vsctl(...configuration(record, host, daemons.directory))
  await startSwitch(daemons, record, host)
}

/** Tells a host who manages it: the second of the two commands of an operator. */
export const manageHost = async (folder: LabFolder, host: string, sockets: Sockets): Promise<void> => {
  const daemons = daemonsOf(folder, host)
  await symlink(sockets.openflow, join(daemons.directory, 'of.sock'))
  await daemons.vsctl('--no-wait', 'set-manager', `unix:${sockets.ovsdb}`)
}
