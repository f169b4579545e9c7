// Reading and writing rows of a simulated host's database.
import type { Atom, Database, Row } from '../../sim/ovsdb/index.ts'

const first = (row: Row | undefined, column: string): Atom | undefined => row?.[column]?.keys().next().value

/** Empty where there is none. */
export const textIn = (row: Row | undefined, column: string): string => String(first(row, column) ?? '')

export const numberIn = (row: Row | undefined, column: string): number | undefined => {
  const value = first(row, column)
  return typeof value === 'number' ? value : undefined
}

/** The elements of a set of texts or UUIDs. */
export const setIn = (row: Row | undefined, column: string): string[] => [...(row?.[column]?.keys() ?? [])].map(String)

/** An element of a map from text to text. */
export const mappedIn = (row: Row | undefined, column: string, key: string): string | undefined => {
  const value = row?.[column]?.get(key)
  return value === undefined ? undefined : String(value)
}

/** The rows of a table that a row refers to. */
export const referred = (database: Database, table: string, row: Row | undefined, column: string): FoundRow[] =>
  setIn(row, column).flatMap((uuid): FoundRow[] => {
    const found = database.table(table).get(uuid)
    return found ? [[uuid, found]] : []
  })

export type FoundRow = readonly [uuid: string, row: Row]

export type Operation = Readonly<Record<string, unknown>>

export const set = (elements: readonly unknown[]): unknown => ['set', elements]
export const map = (pairs: Readonly<Record<string, string>>): unknown => ['map', Object.entries(pairs)]
const named = (name: string): unknown => ['named-uuid', name]
/** A value, or none. */
const optional = (value: Atom | undefined): unknown => set(value === undefined ? [] : [value])

const insert = (table: string, row: Operation, name: string): Operation => ({
  ...{ op: 'insert', table, row },
  'uuid-name': name,
})

const update = (table: string, uuid: string, row: Operation): Operation => ({
  ...{ op: 'update', table, row },
  where: [['_uuid', '==', ['uuid', uuid]]],
})

/** What is to be written where it stands otherwise. */
export type Told = Readonly<Record<string, Atom | undefined>>

const isTold = (row: Row, told: Told): boolean =>
  Object.entries(told).every(([column, value]) => {
    const held = row[column]
    return value === undefined ? held?.size === 0 : held?.size === 1 && held.has(value)
  })

/** Writes what stands otherwise. */
export const tell = (table: string, [uuid, row]: FoundRow, told: Told): Operation[] => {
  if (isTold(row, told)) return []
  return [update(table, uuid, Object.fromEntries(Object.entries(told).map(([name, value]) => [name, optional(value)])))]
}

/** Adds rows of the same transaction to what a row refers to. */
const attach = (table: string, where: readonly unknown[], column: string, name: string): Operation => ({
  ...{ op: 'mutate', table, where },
  mutations: [[column, 'insert', set([named(name)])]],
})

/** What `ovs-vsctl add-port` does. @param index differs for each within a transaction */
export const addPort = (bridge: string, index: number, name: string, row: Operation): Operation[] => [
  insert('Interface', { name, ...row }, `interface_${index}`),
  insert('Port', { name, interfaces: named(`interface_${index}`) }, `port_${index}`),
  attach('Bridge', [['name', '==', bridge]], 'ports', `port_${index}`),
]

/** What `ovs-vsctl add-br` does. @param index differs for each within a transaction */
export const addBridge = (index: number, name: string, row: Operation): Operation[] => [
  insert('Interface', { name, type: 'internal' }, `own_interface_${index}`),
  insert('Port', { name, interfaces: named(`own_interface_${index}`) }, `own_port_${index}`),
  insert('Bridge', { name, ports: named(`own_port_${index}`), ...row }, `bridge_${index}`),
  attach('Open_vSwitch', [], 'bridges', `bridge_${index}`),
]
