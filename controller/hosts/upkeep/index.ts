import { namedUuid, textIn, uuid } from '../../ovsdb/index.ts'
import type { Inventory } from '../inventory.ts'
import { dpidOf, type HostSettings, pinnedDpid } from '../settings.ts'
import { bridgeRepairs, newBridge } from './bridge.ts'
import { controllerRepairs } from './controllers.ts'
import { patchRepairs } from './patches.ts'
import type { Bounds, Repair, Scene } from './repair.ts'
import { tunnelRepairs } from './tunnels.ts'
import { zoneRepairs } from './zones.ts'

export { mappingProblems, physicalPorts } from './patches.ts'
export type { Repair, Scene, ZoneLimit } from './repair.ts'
export { allTypes, refusal, tunnelName } from './tunnels.ts'
export { zoneProblem } from './zones.ts'

/** The data path of a bridge that is to be made: as the operator says, else as other bridges of the host have it. */
const datapathTypeOf = (inventory: Inventory, settings: HostSettings): string => {
  if (settings.datapathType !== undefined) return settings.datapathType
  const others = [...inventory.mirror.table('Bridge').values()]
  return others.some((row) => textIn(row, 'datapath_type') === 'netdev') ? 'netdev' : ''
}

export const sceneOf = (id: string, inventory: Inventory, settings: HostSettings, bounds: Bounds): Scene => {
  const bridge = inventory.bridge(settings.bridge)
  return {
    ...{ inventory, settings, bridge, bounds },
    dpid: pinnedDpid(bridge?.row) ?? dpidOf(id),
    bridgeRef: bridge ? uuid(bridge.uuid) : namedUuid(newBridge),
    datapathType:
      settings.datapathType ?? (bridge ? textIn(bridge.row, 'datapath_type') : datapathTypeOf(inventory, settings)),
  }
}

/** All that is not as it should be, in the order in which it is to be done. */
export const repairsFor = (scene: Scene): Repair[] => [
  ...bridgeRepairs(scene),
  ...controllerRepairs(scene),
  ...tunnelRepairs(scene),
  ...patchRepairs(scene),
  ...zoneRepairs(scene),
]
