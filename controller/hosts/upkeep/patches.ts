import {
  byUuid,
  expect,
  insert,
  map,
  mapIn,
  mutate,
  type NamedUuidJson,
  namedUuid,
  numberIn,
  type Operation,
  set,
  textIn,
  type UuidJson,
  update,
  uuid as uuidJson,
} from '../../ovsdb/index.ts'
import { type Found, isOurs } from '../inventory.ts'
import { ours } from './bridge.ts'
import type { Repair, Scene } from './repair.ts'

/** One of the two ports that join the integration bridge with that of a physical network. */
interface End {
  readonly name: string
  /** Name of the other one. */
  readonly peer: string
  readonly bridge: string
  /** Undefined where the bridge is made in the same transaction. */
  readonly bridgeUuid: string | undefined
  readonly bridgeRef: UuidJson | NamedUuidJson
}

/** Both are told apart from tunnel ports, and from each other, by how their names begin. */
const outName = (physical: string): string => `hdl-to-${physical}`
const inName = (physical: string): string => `hdl-from-${physical}`

/** The bridge of a physical network, where packets can get to; else why not. */
const bridgeOf = ({ inventory, datapathType }: Scene, physical: string, name: string): Found | string => {
  const found = inventory.bridge(name)
  const begin = `heddle-bridge-mappings: ${physical}:`
  if (!found) return `${begin} there is no bridge ${name}: ovs-vsctl add-br ${name}`
  const [here, there] = [datapathType || 'system', textIn(found.row, 'datapath_type') || 'system']
  if (here === there) return found
  return `${begin} bridge ${name} has datapath_type ${there}, the integration bridge ${here}: they need the same`
}

const endsOf = ({ settings, bridge, bridgeRef }: Scene, physical: string, found: Found): End[] => {
  const [out, back] = [outName(physical), inName(physical)]
  const there = textIn(found.row, 'name')
  return [
    { name: out, peer: back, bridge: settings.bridge, bridgeUuid: bridge?.uuid, bridgeRef },
    { name: back, peer: out, bridge: there, bridgeUuid: found.uuid, bridgeRef: uuidJson(found.uuid) },
  ]
}

const make = ({ name, peer, bridge, bridgeRef }: End): Repair => {
  // Names within a transaction have letters, digits and _ only, and are no longer than others.
  const id = Buffer.from(name).toString('hex')
  const [port, iface] = [`heddle_port_${id}`, `heddle_interface_${id}`]
  const operations: Operation[] = [
    expect('Port', [['name', '==', name]], ['name'], []),
    insert('Interface', { name, type: 'patch', options: map({ peer }), external_ids: ours }, iface),
    insert('Port', { name, interfaces: namedUuid(iface), external_ids: ours }, port),
    mutate('Bridge', [['_uuid', '==', bridgeRef]], ['ports', 'insert', set([namedUuid(port)])]),
  ]
  return { operations, told: `port ${name} made on ${bridge}` }
}

const move = ({ inventory }: Scene, { name, bridge, bridgeUuid, bridgeRef }: End, port: Found): Repair[] => {
  const at = inventory.bridgeOfPort(port.uuid)
  if (at === undefined || at === bridgeUuid) return []
  const member = set([uuidJson(port.uuid)])
  const operations = [
    mutate('Bridge', byUuid(at), ['ports', 'delete', member]),
    mutate('Bridge', [['_uuid', '==', bridgeRef]], ['ports', 'insert', member]),
  ]
  return [{ operations, told: `port ${name} moved to ${bridge}` }]
}

const correct = ({ inventory }: Scene, { name, peer, bridge }: End): Repair[] => {
  const found = inventory.interface(name)
  if (!found) return []
  const right = textIn(found.row, 'type') === 'patch' && mapIn(found.row, 'options').get('peer') === peer
  if (right) return []
  const operations = [update('Interface', byUuid(found.uuid), { type: 'patch', options: map({ peer }) })]
  return [{ operations, told: `port ${name} of ${bridge} mended` }]
}

const keep = (scene: Scene, end: End): Repair[] => {
  const port = scene.inventory.port(end.name)
  return port ? [...move(scene, end, port), ...correct(scene, end)] : [make(end)]
}

const dismiss = ({ inventory }: Scene, name: string): Repair[] => {
  const port = inventory.port(name)
  const at = port && inventory.bridgeOfPort(port.uuid)
  if (!port || at === undefined || !isOurs(port.row)) return []
  return [
    {
      operations: [mutate('Bridge', byUuid(at), ['ports', 'delete', set([uuidJson(port.uuid)])])],
      told: `port ${name} removed`,
    },
  ]
}

/** What the ports to physical networks need to be as they should: two for each, one on either bridge. */
export const patchRepairs = (scene: Scene): Repair[] => {
  const { settings, inventory } = scene
  const ends = [...settings.mappings].flatMap(([physical, bridge]) => {
    const found = bridgeOf(scene, physical, bridge)
    return typeof found === 'string' ? [] : endsOf(scene, physical, found)
  })
  const wanted = new Set(ends.map(({ name }) => name))
  const left = [...inventory.patchNames].filter((name) => !wanted.has(name))
  return [...left.flatMap((name) => dismiss(scene, name)), ...ends.flatMap((end) => keep(scene, end))]
}

/** OpenFlow numbers, on the integration bridge, of the ports to physical networks. */
export const physicalPorts = (scene: Scene): Readonly<Record<string, number>> => {
  const { settings, inventory } = scene
  const numbers = [...settings.mappings].flatMap(([physical, bridge]) => {
    if (typeof bridgeOf(scene, physical, bridge) === 'string') return []
    const ofport = numberIn(inventory.interface(outName(physical))?.row, 'ofport')
    return ofport !== undefined && ofport > 0 ? [[physical, ofport] as const] : []
  })
  return Object.fromEntries(numbers)
}

/** Why packets do not get to physical networks, for people to read. */
export const mappingProblems = (scene: Scene): string[] =>
  [...scene.settings.mappings].flatMap(([physical, bridge]) => {
    const found = bridgeOf(scene, physical, bridge)
    if (typeof found === 'string') return [found]
    const error = textIn(scene.inventory.interface(outName(physical))?.row, 'error')
    return error === '' ? [] : [`heddle-bridge-mappings: ${physical}:${bridge}: ${error}`]
  })
