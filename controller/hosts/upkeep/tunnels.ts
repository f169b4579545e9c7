import {
  byUuid,
  expect,
  insert,
  map,
  mapIn,
  mutate,
  namedUuid,
  numberIn,
  type Operation,
  type Row,
  set,
  setIn,
  textIn,
  update,
  uuid as uuidJson,
} from '../../ovsdb/index.ts'
import type { Encapsulation } from '../../state/index.ts'
import { isOurs } from '../inventory.ts'
import { ours } from './bridge.ts'
import type { Repair, Scene } from './repair.ts'

/** Numbers that tunnel ports ask for, high above those that bridges give out by themselves. */
const ofports: Readonly<Record<Encapsulation, number>> = { geneve: 65001, vxlan: 65002, gre: 65003, stt: 65004 }
export const allTypes = Object.keys(ofports) as Encapsulation[]

export const tunnelName = (type: Encapsulation): string => `hdl-${type}`

/** Why a host does not carry a type; undefined where it does, as far as can be said before it is tried. */
export const refusal = (
  type: Encapsulation,
  interfaceTypes: ReadonlySet<string>,
  datapathType: string,
): string | undefined => {
  if (!interfaceTypes.has(type)) return `its Open vSwitch has no interfaces of type ${type}`
  if (type === 'stt' && datapathType === 'netdev') {
    return 'the userspace data path lists stt and carries no packet of it: choose geneve, vxlan or gre'
  }
  return undefined
}

/**
 * One port serves all remote hosts and all networks: flows say where to, and in which. The kernel
 * needs a checksum outside to offload those inside; the userspace data path would compute it itself.
 */
const optionsOf = (type: Encapsulation, datapathType: string): Readonly<Record<string, string>> => ({
  remote_ip: 'flow',
  key: 'flow',
  ...(datapathType !== 'netdev' && (type === 'geneve' || type === 'vxlan') ? { csum: 'true' } : {}),
})

const make = ({ settings, bridgeRef, datapathType }: Scene, type: Encapsulation): Repair => {
  const name = tunnelName(type)
  const [port, iface] = [`heddle_port_${type}`, `heddle_interface_${type}`]
  const row = { name, type, options: map(optionsOf(type, datapathType)), ofport_request: ofports[type] }
  const operations: Operation[] = [
    expect('Port', [['name', '==', name]], ['name'], []),
    insert('Interface', { ...row, external_ids: ours }, iface),
    insert('Port', { name, interfaces: namedUuid(iface), external_ids: ours }, port),
    mutate('Bridge', [['_uuid', '==', bridgeRef]], ['ports', 'insert', set([namedUuid(port)])]),
  ]
  return { operations, told: `tunnel port ${name} made on ${settings.bridge}` }
}

const sameOptions = (row: Row, wanted: Readonly<Record<string, string>>): boolean => {
  const has = mapIn(row, 'options')
  // Options beyond ours are the operator's, such as tos=inherit.
  return Object.entries(wanted).every(([key, value]) => has.get(key) === value)
}

const correct = ({ settings, inventory, datapathType }: Scene, type: Encapsulation): Repair[] => {
  const name = tunnelName(type)
  const found = inventory.interface(name)
  if (!found) return []
  const wanted = optionsOf(type, datapathType)
  const right = textIn(found.row, 'type') === type && numberIn(found.row, 'ofport_request') === ofports[type]
  if (right && sameOptions(found.row, wanted)) return []
  const options = map({ ...Object.fromEntries(mapIn(found.row, 'options')), ...wanted })
  const row = { type, options, ofport_request: ofports[type] }
  return [
    {
      operations: [update('Interface', byUuid(found.uuid), row)],
      told: `tunnel port ${name} of ${settings.bridge} mended`,
    },
  ]
}

/** The port stands on another bridge, as after `heddle-bridge` was changed: names of ports are unique. */
const move = ({ settings, inventory, bridge, bridgeRef }: Scene, name: string): Repair[] => {
  const port = inventory.port(name)
  const at = port && inventory.bridgeOfPort(port.uuid)
  if (!port || at === undefined || at === bridge?.uuid) return []
  const member = set([uuidJson(port.uuid)])
  const operations = [
    mutate('Bridge', byUuid(at), ['ports', 'delete', member]),
    mutate('Bridge', [['_uuid', '==', bridgeRef]], ['ports', 'insert', member]),
  ]
  return [{ operations, told: `tunnel port ${name} moved to ${settings.bridge}` }]
}

const dismiss = ({ inventory }: Scene, type: Encapsulation): Repair[] => {
  const port = inventory.port(tunnelName(type))
  const at = port && inventory.bridgeOfPort(port.uuid)
  if (!port || at === undefined || !isOurs(port.row)) return []
  const operations = [mutate('Bridge', byUuid(at), ['ports', 'delete', set([uuidJson(port.uuid)])])]
  return [{ operations, told: `tunnel port ${tunnelName(type)} removed` }]
}

/** What the tunnel ports need to be as they should. Until the switch has said what it knows, nothing is made. */
export const tunnelRepairs = (scene: Scene): Repair[] => {
  const { inventory, settings, datapathType } = scene
  const known = setIn(inventory.root, 'iface_types')
  if (known.size === 0) return []
  return allTypes.flatMap((type) => {
    const isWanted = settings.types.includes(type) && refusal(type, known, datapathType) === undefined
    if (!isWanted) return dismiss(scene, type)
    if (!inventory.port(tunnelName(type))) return [make(scene, type)]
    return [...move(scene, tunnelName(type)), ...correct(scene, type)]
  })
}
