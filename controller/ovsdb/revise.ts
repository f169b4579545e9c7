import { decodeValue, elementsOf, pairsOf, type Row, sameValue, type Value } from './row.ts'
import type { Column } from './schema.ts'
import type { Atom } from './value.ts'

export type Columns = ReadonlyMap<string, Column>

/** The elements of sets that came or went, by column. */
export type Toggled = ReadonlyMap<string, readonly Atom[]>

/** A row as it is after a change. */
export interface Revised {
  readonly row: Row
  readonly toggled: Toggled
}

/** A whole row; columns that the server leaves out hold their initial values. */
export const decodeRow = (json: Readonly<Record<string, unknown>>, columns: Columns): Row => {
  const row: Record<string, Value> = {}
  for (const [name, column] of columns) row[name] = decodeValue(json[name], column)
  return row
}

/** RFC 7047 has no differences; OVSDB's update2 does: of maps, pairs that came, went or changed. */
const mergeMap = (before: ReadonlyMap<Atom, Atom>, difference: readonly (readonly [Atom, Atom])[]): Value => {
  const merged = new Map(before)
  for (const [key, value] of difference) {
    if (merged.get(key) === value) merged.delete(key)
    else merged.set(key, value)
  }
  return merged
}

const toggle = (live: Set<Atom>, elements: readonly Atom[]): void => {
  for (const element of elements) if (!live.delete(element)) live.add(element)
}

interface Draft {
  readonly row: Record<string, Value>
  readonly toggled: Map<string, readonly Atom[]>
}

const finish = (before: Row, { row, toggled }: Draft): Revised => {
  for (const [name, elements] of toggled) toggle(before[name] as Set<Atom>, elements)
  return { row, toggled }
}

/**
 * A row after a `modify` of update2 (ovsdb-server(7), update2): of sets and maps the difference, of others what
 * they hold now. Nothing is changed where it throws.
 *
 * @throws ProtocolError
 */
export const applyDifference = (before: Row, json: Readonly<Record<string, unknown>>, columns: Columns): Revised => {
  const draft: Draft = { row: { ...before }, toggled: new Map() }
  for (const [name, difference] of Object.entries(json)) {
    const column = columns.get(name)
    if (!column) continue
    if (column.kind === 'set') draft.toggled.set(name, elementsOf(difference))
    else if (column.kind === 'map') {
      draft.row[name] = mergeMap(before[name] as ReadonlyMap<Atom, Atom>, pairsOf(difference))
    } else draft.row[name] = decodeValue(difference, column)
  }
  return finish(before, draft)
}

const differenceOf = (a: ReadonlySet<Atom>, b: ReadonlySet<Atom>): Atom[] => [
  ...[...a].filter((element) => !b.has(element)),
  ...[...b].filter((element) => !a.has(element)),
]

/** A row after it was reported whole; undefined where nothing of it has changed. */
export const applyWhole = (before: Row, now: Row, columns: Columns): Revised | undefined => {
  const draft: Draft = { row: { ...before }, toggled: new Map() }
  let changed = false
  for (const [name, { kind }] of columns) {
    if (sameValue(before[name], now[name])) continue
    changed = true
    const old = before[name]
    if (kind === 'set' && old instanceof Set) draft.toggled.set(name, differenceOf(old, now[name] as ReadonlySet<Atom>))
    else draft.row[name] = now[name]
  }
  return changed ? finish(before, draft) : undefined
}
