import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { OvsDaemons } from '../ovs/daemons.ts'
import { unixctl } from '../ovs/unixctl.ts'
import { type LabHost, subnetOf } from './description.ts'
import type { LabFolder, LabRecord } from './folder.ts'
import { ipBatch } from './ip.ts'
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
  const ids = {
    'system-id': host.name,
    hostname: host.name,
    'heddle-encap-ip': host.address,
    'heddle-underlay-mtu': String(mtu),
    'heddle-datapath-type': record.datapath,
    // A bridge's unix sockets must lie inside the folder of its ovs-vswitchd.
    'heddle-controller': `unix:${join(directory, 'of.sock')}`,
    ...(host.encapsulation.length === 0 ? {} : { 'heddle-encap-type': host.encapsulation.join(',') }),
  }
  return Object.entries(ids).map(([key, value]) => `external_ids:${key}=${quoted(value)}`)
}

/** What an operator would tell a new host: its names, and the bridge with the underlay card. The controller makes br-int. */
const configuration = (record: LabRecord, host: LabHost, directory: string): string[] => {
  const { datapath, description } = record
  const { mtu } = subnetOf(description, host)
  return [
    ...['--no-wait', 'init', '--', 'set', 'open_vswitch', '.', ...externalIds(record, host, directory)],
    ...['--', 'add-br', externalBridge, '--', 'set', 'bridge', externalBridge, `datapath_type=${datapath}`],
    ...['fail_mode=standalone', `other_config:hwaddr=${quoted(host.mac)}`],
    ...['--', 'set', 'interface', externalBridge, `mtu_request=${mtu}`],
    ...['--', 'add-port', externalBridge, 'eth0'],
  ]
}

/** The host's address on its external bridge, and its way to the other subnets. */
const addressLines = ({ description }: LabRecord, host: LabHost): string[] => {
  const subnet = subnetOf(description, host)
  const family = host.address.includes(':') ? '-6 ' : ''
  return [
    'link set dev lo up',
    'link set dev eth0 up',
    `link set dev ${externalBridge} up`,
    `address add ${host.address}/${prefixLength(subnet)} dev ${externalBridge}${family === '' ? '' : ' nodad'}`,
    `route add default via ${subnet.router} dev ${externalBridge}`,
  ]
}

/** Without this the first packets through a tunnel are lost, while Open vSwitch asks for the neighbour. */
const neighbourCommands = ({ description }: LabRecord, host: LabHost): string[][] =>
  neighboursOf(description, host).map(([address, mac]) => ['tnl/neigh/set', externalBridge, address, mac])

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
  await daemons.startSwitch()
  await ipBatch(addressLines(record, host), daemons.namespace)
  await unixctl(await daemons.controlSocket(), neighbourCommands(record, host))
}

/** Tells a host who manages it: the second of the two commands of an operator. */
export const manageHost = async (folder: LabFolder, host: string, sockets: Sockets): Promise<void> => {
  const daemons = daemonsOf(folder, host)
  await symlink(sockets.openflow, join(daemons.directory, 'of.sock'))
  await daemons.vsctl('--no-wait', 'set-manager', `unix:${sockets.ovsdb}`)
}
