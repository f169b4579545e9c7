// How many connections are tracked in zones: limits that routers have, in the database of their hosts.
import {
  type Atom,
  byUuid,
  insert,
  mutate,
  type NamedUuidJson,
  namedUuid,
  numberIn,
  type Operation,
  type Row,
  set,
  type UuidJson,
  update,
  uuid as uuidJson,
} from '../../ovsdb/index.ts'
import { type Found, isOurs } from '../inventory.ts'
import type { Problem } from '../once.ts'
import { ours } from './bridge.ts'
import type { Repair, Scene } from './repair.ts'

/** The key of the bridge's data path among `datapaths` of Open_vSwitch. */
const typeOf = ({ datapathType }: Scene): string => datapathType || 'system'

const mapOf = (row: Row | undefined, column: string): ReadonlyMap<Atom, Atom> => {
  const value = row?.[column]
  return value instanceof Map ? value : new Map<Atom, Atom>()
}

const rowOf = ({ inventory }: Scene, table: string, uuid: Atom | undefined): Found | undefined => {
  const row = inventory.mirror.table(table).get(String(uuid))
  return row && { uuid: String(uuid), row }
}

/** Data paths that the database knows, by their types. */
const datapathsIn = (scene: Scene): ReadonlyMap<string, Found> =>
  new Map(
    [...mapOf(scene.inventory.root, 'datapaths')].flatMap(([type, uuid]) => {
      const found = rowOf(scene, 'Datapath', uuid)
      return found ? [[String(type), found] as const] : []
    }),
  )

/** Zones that the database knows of a data path, by their numbers. */
const zonesIn = (scene: Scene, datapath: Found | undefined): ReadonlyMap<number, Found> =>
  new Map(
    [...mapOf(datapath?.row, 'ct_zones')].flatMap(([zone, uuid]) => {
      const found = rowOf(scene, 'CT_Zone', uuid)
      return found ? [[Number(zone), found] as const] : []
    }),
  )

const named = 20

/** `33000, 33001 and 7 more`: a line stays a line. */
const listed = (zones: readonly number[]): string => {
  const more = zones.length - named
  return `${zones.slice(0, named).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

const repair = (what: string, zones: readonly number[], operations: readonly Operation[]): Repair[] =>
  zones.length === 0 ? [] : [{ operations, told: `limit of connection tracking ${what} in zone ${listed(zones)}` }]

const newDatapath = 'heddle_datapath'

/** Whoever makes a row for the same key at this moment has it: what is inserted then belongs to nobody, and goes. */
const makeDatapath = (type: string): Operation[] => [
  insert('Datapath', { external_ids: ours }, newDatapath),
  mutate('Open_vSwitch', [], ['datapaths', 'insert', ['map', [[type, namedUuid(newDatapath)]]]]),
]

const makeZone = (datapath: UuidJson | NamedUuidJson, zone: number, limit: number): Operation[] => {
  const name = `heddle_zone_${zone}`
  return [
    insert('CT_Zone', { limit, external_ids: ours }, name),
    mutate('Datapath', [['_uuid', '==', datapath]], ['ct_zones', 'insert', ['map', [[zone, namedUuid(name)]]]]),
  ]
}

const keep = (scene: Scene, datapath: Found | undefined): Repair[] => {
  const there = zonesIn(scene, datapath)
  const wanted = [...scene.bounds.limits]
  const missing = wanted.filter(([zone]) => !there.has(zone))
  const wrong = wanted.flatMap(([zone, { limit }]) => {
    const found = there.get(zone)
    return found && isOurs(found.row) && numberIn(found.row, 'limit') !== limit ? [{ zone, found, limit }] : []
  })
  const made = missing.flatMap(([zone, { limit }]) =>
    makeZone(datapath ? uuidJson(datapath.uuid) : namedUuid(newDatapath), zone, limit),
  )
  const numbers = missing.map(([zone]) => zone)
  return [
    ...repair('set', numbers, [...(datapath ? [] : makeDatapath(typeOf(scene))), ...made]),
    ...repair(
      'corrected',
      wrong.map(({ zone }) => zone),
      wrong.map(({ found, limit }) => update('CT_Zone', byUuid(found.uuid), { limit })),
    ),
  ]
}

/** Takes away what is ours and is not wanted any more, and our row of a data path for which there is nothing left to say. */
const dismiss = (scene: Scene, type: string, datapath: Found, wanted: ReadonlyMap<number, unknown>): Repair[] => {
  const zones = zonesIn(scene, datapath)
  const left = [...zones].filter(([zone, { row }]) => isOurs(row) && !wanted.has(zone)).map(([zone]) => zone)
  if (left.length === 0) return []
  const isOver = isOurs(datapath.row) && left.length === zones.size && wanted.size === 0
  const hasMore = numberIn(datapath.row, 'ct_zone_default_limit') !== undefined
  const operation =
    isOver && !hasMore
      ? mutate('Open_vSwitch', [], ['datapaths', 'delete', set([type])])
      : mutate('Datapath', byUuid(datapath.uuid), ['ct_zones', 'delete', set(left)])
  return repair('removed', left, [operation])
}

/** What the limits of zones need to be as they should, where the database has them: since Open vSwitch 3.3. */
export const zoneRepairs = (scene: Scene): Repair[] => {
  const { bridge, bounds } = scene
  if (!bridge || !bounds.canLimit) return []
  const datapaths = datapathsIn(scene)
  const here = typeOf(scene)
  return [
    ...[...datapaths].flatMap(([type, row]) => dismiss(scene, type, row, type === here ? bounds.limits : new Map())),
    ...(bounds.limits.size === 0 ? [] : keep(scene, datapaths.get(here))),
  ]
}

/** Names that ovs-appctl and ovs-dpctl have for the data path of a type. */
const datapathName = (type: string): string => `${type}@ovs-${type}`

/** Which limits do not hold, and what does it by hand. */
export const zoneProblem = (scene: Scene): Problem | undefined => {
  const { bounds } = scene
  const type = typeOf(scene)
  if (bounds.limits.size === 0) return undefined
  const routers = [...bounds.limits.values()].map(({ router }) => router).sort()
  if (!bounds.canLimit) {
    const limits = [...bounds.limits].map(([zone, { limit }]) => `zone=${zone},limit=${limit}`)
    const why = 'its database has no limits of zones, as that of Open vSwitch 3.3 and later has'
    return {
      finding: `the conntrack limit of ${routers.join(', ')} is not enforced: ${why}`,
      mend: `ovs-appctl dpctl/ct-set-limits ${datapathName(type)} ${limits.join(' ')}`,
    }
  }
  const zones = zonesIn(scene, datapathsIn(scene).get(type))
  const taken = [...bounds.limits].filter(([zone, { limit }]) => {
    const row = zones.get(zone)?.row
    return row && !isOurs(row) && numberIn(row, 'limit') !== limit
  })
  if (taken.length === 0) return undefined
  return {
    finding: `the conntrack limit of ${taken.map(([, { router }]) => router).join(', ')} is not enforced: others have made the rows of zone ${listed(taken.map(([zone]) => zone))}`,
    mend: taken.map(([zone, { limit }]) => `ovs-vsctl set-zone-limit ${type} ${zone} ${limit}`).join('; '),
  }
}
