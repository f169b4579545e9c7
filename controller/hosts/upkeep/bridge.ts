import {
  byUuid,
  expect,
  insert,
  map,
  mutate,
  namedUuid,
  type Operation,
  type RowJson,
  set,
  setIn,
  textIn,
  update,
} from '../../ovsdb/index.ts'
import { madeByHeddle } from '../columns.ts'
import type { Found } from '../inventory.ts'
import { pinnedDpid } from '../settings.ts'
import type { Repair, Scene } from './repair.ts'

const protocol = 'OpenFlow13'
export const ours = map({ [madeByHeddle]: 'true' })

/** Names that rows of one transaction have for one another. */
export const newBridge = 'heddle_bridge'

const make = ({ settings, dpid, datapathType }: Scene): Repair => {
  const name = settings.bridge
  const row: RowJson = {
    ...{ name, ports: namedUuid('heddle_bridge_port'), datapath_type: datapathType, external_ids: ours },
    ...{ fail_mode: 'secure', protocols: set([protocol]), other_config: map({ 'datapath-id': dpid }) },
  }
  const operations = [
    // Unless somebody else makes it at this moment.
    expect('Bridge', [['name', '==', name]], ['name'], []),
    insert('Interface', { name, type: 'internal', external_ids: ours }, 'heddle_bridge_interface'),
    insert(
      'Port',
      { name, interfaces: namedUuid('heddle_bridge_interface'), external_ids: ours },
      'heddle_bridge_port',
    ),
    insert('Bridge', row, newBridge),
    mutate('Open_vSwitch', [], ['bridges', 'insert', namedUuid(newBridge)]),
  ]
  return { operations, told: `bridge ${name} made` }
}

type Check = (scene: Scene, bridge: Found) => Repair[]

const repair = (told: string, ...operations: readonly Operation[]): Repair[] => [{ operations, told }]

/** In `standalone` the flows vanish about 15 s after the controller has gone. */
const failMode: Check = ({ settings }, { uuid, row }) => {
  const mode = textIn(row, 'fail_mode')
  if (mode === 'secure') return []
  const told = `fail_mode of ${settings.bridge} set to secure; it was ${mode || 'not set'}`
  return repair(told, update('Bridge', byUuid(uuid), { fail_mode: 'secure' }))
}

/** Others may be allowed besides. */
const protocols: Check = ({ settings }, { uuid, row }) => {
  if (setIn(row, 'protocols').has(protocol)) return []
  const told = `${protocol} allowed on ${settings.bridge}`
  return repair(told, mutate('Bridge', byUuid(uuid), ['protocols', 'insert', set([protocol])]))
}

const datapathId: Check = ({ settings, dpid }, { uuid, row }) => {
  if (pinnedDpid(row) !== undefined) return []
  const change = mutate(
    ...(['Bridge', byUuid(uuid)] as const),
    ...([
      ['other_config', 'delete', set(['datapath-id'])],
      ['other_config', 'insert', map({ 'datapath-id': dpid })],
    ] as const),
  )
  return repair(`datapath id of ${settings.bridge} pinned to ${dpid}`, change)
}

/** A bridge is made anew with another data path and loses its flows: only where the operator has written so. */
const datapath: Check = ({ settings }, { uuid, row }) => {
  const [wanted, has] = [settings.datapathType, textIn(row, 'datapath_type')]
  if (wanted === undefined || wanted === has) return []
  const told = `datapath_type of ${settings.bridge} set to ${wanted || 'system'}; it was ${has || 'system'}`
  return repair(told, update('Bridge', byUuid(uuid), { datapath_type: wanted }))
}

const checks: readonly Check[] = [failMode, protocols, datapathId, datapath]

/** What the integration bridge needs to be as it should. */
export const bridgeRepairs = (scene: Scene): Repair[] => {
  const { bridge } = scene
  return bridge ? checks.flatMap((check) => check(scene, bridge)) : [make(scene)]
}
