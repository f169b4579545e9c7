import { numberIn, setIn, textIn } from '../ovsdb/index.ts'
import type { Encapsulation } from '../state/index.ts'
import type { HostFact } from './observer.ts'
import { physicalPorts, refusal, type Scene, tunnelName } from './upkeep/index.ts'

/** The OpenFlow number of a tunnel port, or why it has none; neither before the switch has said. */
const tunnelOf = ({ inventory, datapathType }: Scene, type: Encapsulation): number | string | undefined => {
  const refused = refusal(type, setIn(inventory.root, 'iface_types'), datapathType)
  if (refused !== undefined) return refused
  const row = inventory.interface(tunnelName(type))?.row
  const ofport = numberIn(row, 'ofport')
  if (ofport !== undefined && ofport > 0) return ofport
  return textIn(row, 'error') || (ofport === undefined ? undefined : `Open vSwitch made no port ${tunnelName(type)}`)
}

/** What a host says of itself; undefined before it has its bridge and its switch has started once. */
export const factOf = (id: string, scene: Scene): HostFact | undefined => {
  const { inventory, settings, bridge, dpid } = scene
  const interfaceTypes = setIn(inventory.root, 'iface_types')
  if (!bridge || interfaceTypes.size === 0) return undefined
  const tunnels: Partial<Record<Encapsulation, number>> = {}
  const refused: Record<string, string> = {}
  for (const type of settings.types) {
    const tunnel = tunnelOf(scene, type)
    if (typeof tunnel === 'number') tunnels[type] = tunnel
    else if (tunnel !== undefined) refused[type] = tunnel
  }
  const version = textIn(inventory.root, 'ovs_version')
  return {
    ...{ id, dpid: BigInt(`0x${dpid}`), name: settings.name, encapAddress: settings.encapAddress },
    types: settings.types.filter((type) => tunnels[type] !== undefined),
    ...{ tunnels, refused, interfaceTypes: [...interfaceTypes].sort(), physical: physicalPorts(scene) },
    ...(settings.underlayMtu === undefined ? {} : { underlayMtu: settings.underlayMtu }),
    ...(version === '' ? {} : { version }),
  }
}
