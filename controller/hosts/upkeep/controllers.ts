import {
  type Atom,
  byUuid,
  expect,
  insert,
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
import { type Found, isOurs } from '../inventory.ts'
import { ours } from './bridge.ts'
import type { Repair, Scene } from './repair.ts'

const mode = 'out-of-band'
/** Milliseconds between attempts to connect. */
const backoff = 1_000
/** Milliseconds of silence after which a switch asks whether the controller is there; what is within the limits stays. */
const probe = 10_000
const leastProbe = 5_000
const mostProbe = 60_000

/** What is to be set in a row that has the right target. */
const corrections = (row: Row): Record<string, Atom> => {
  const found: Record<string, Atom> = {}
  if (textIn(row, 'connection_mode') !== mode) found.connection_mode = mode
  if (numberIn(row, 'max_backoff') !== backoff) found.max_backoff = backoff
  const has = numberIn(row, 'inactivity_probe')
  if (has === undefined || has < leastProbe || has > mostProbe) found.inactivity_probe = probe
  return found
}

const correct = ({ uuid, row }: Found): Repair[] => {
  const found = corrections(row)
  const names = Object.keys(found)
  if (names.length === 0) return []
  const told = `${names.join(', ')} of controller ${textIn(row, 'target')} set`
  return [{ operations: [update('Controller', byUuid(uuid), found)], told }]
}

/** The address within a target such as `tcp:192.0.2.1:6653`. */
const addressIn = (target: string): string => target.replace(/^[^:]*:/, '').replace(/:\d+$/, '')

/**
 * Rows that heddle made for targets which are not wanted any more. Without `heddle-controller`, those
 * beside other managers of the host stay: they belong to other controllers.
 */
const outdated = ({ inventory, settings }: Scene, rows: readonly Found[]): Found[] => {
  const managers = [...inventory.mirror.table('Manager').values()].map((row) => addressIn(textIn(row, 'target')))
  const isAnothers = (target: string) => !settings.controllersGiven && managers.includes(addressIn(target))
  return rows.filter(({ row }) => {
    const target = textIn(row, 'target')
    return isOurs(row) && !settings.controllers.includes(target) && !isAnothers(target)
  })
}

/** Adds and takes away rows in one step: a bridge that is without a controller for a moment loses its flows. */
const exchange = (scene: Scene, rows: readonly Found[]): Repair[] => {
  const { settings, bridge, bridgeRef } = scene
  const missing = settings.controllers.filter((target) => !rows.some(({ row }) => textIn(row, 'target') === target))
  // The last controller is not taken away, since that would flush the flows.
  const leaving = settings.controllers.length === 0 ? [] : outdated(scene, rows)
  if (missing.length === 0 && leaving.length === 0) return []
  const where = [['_uuid', '==', bridgeRef]] as const
  const seen = set(rows.map(({ uuid }) => uuidJson(uuid)))
  const fixed = { connection_mode: mode, max_backoff: backoff, inactivity_probe: probe, external_ids: ours }
  const operations: Operation[] = [
    ...(bridge ? [expect('Bridge', byUuid(bridge.uuid), ['controller'], [{ controller: seen }])] : []),
    ...missing.map((target, index) => insert('Controller', { target, ...fixed }, `heddle_controller_${index}`)),
    mutate(
      'Bridge',
      where,
      ['controller', 'insert', set(missing.map((_, index) => namedUuid(`heddle_controller_${index}`)))],
      ['controller', 'delete', set(leaving.map(({ uuid }) => uuidJson(uuid)))],
    ),
  ]
  const told = [
    ...missing.map((target) => `controller ${target} added to ${settings.bridge}`),
    ...leaving.map(({ row }) => `controller ${textIn(row, 'target')} removed from ${settings.bridge}`),
  ]
  return [{ operations, told: told.join(', ') }]
}

/** What the controllers of the integration bridge need to be as they should; those of others stay as they are. */
export const controllerRepairs = (scene: Scene): Repair[] => {
  const { inventory, settings, bridge } = scene
  const rows = [...setIn(bridge?.row, 'controller')].flatMap((uuid): Found[] => {
    const row = inventory.mirror.table('Controller').get(uuid)
    return row ? [{ uuid, row }] : []
  })
  const right = rows.filter(({ row }) => settings.controllers.includes(textIn(row, 'target')))
  return [...exchange(scene, rows), ...right.flatMap(correct)]
}
