import { ProtocolError } from './errors.ts'
import type { Column } from './schema.ts'
import type { Atom } from './value.ts'

/**
 * What a column holds, as programs see it: an atom (a UUID is its text); an atom or nothing; a set;
 * a map. Sets are changed in place, maps are replaced.
 */
export type Value = Atom | undefined | ReadonlySet<Atom> | ReadonlyMap<Atom, Atom>
export type Row = Readonly<Record<string, Value>>

const noEntries: ReadonlyMap<Atom, Atom> = new Map()

const atomOf = (json: unknown): Atom => {
  if (typeof json === 'string' || typeof json === 'number' || typeof json === 'boolean') return json
  if (Array.isArray(json) && json.length === 2 && json[0] === 'uuid' && typeof json[1] === 'string') return json[1]
  throw new ProtocolError(`${JSON.stringify(json)?.slice(0, 80)} where a value is expected`)
}

const contentOf = (json: unknown, tag: 'set' | 'map'): readonly unknown[] | undefined =>
  Array.isArray(json) && json[0] === tag && Array.isArray(json[1]) ? json[1] : undefined

/** The atoms of a set; one that has a single element may stand for itself (RFC 7047 §5.1). */
export const elementsOf = (json: unknown): Atom[] => (contentOf(json, 'set') ?? [json]).map(atomOf)

const pairOf = (json: unknown): [Atom, Atom] => {
  if (Array.isArray(json) && json.length === 2) return [atomOf(json[0]), atomOf(json[1])]
  throw new ProtocolError('a map has what is no pair')
}

export const pairsOf = (json: unknown): [Atom, Atom][] => {
  const pairs = contentOf(json, 'map')
  if (!pairs) throw new ProtocolError(`${JSON.stringify(json)?.slice(0, 80)} where a map is expected`)
  return pairs.map(pairOf)
}

/** @throws ProtocolError for what a column of this kind cannot hold */
export const decodeValue = (json: unknown, { kind, initial }: Column): Value => {
  if (json === undefined) return kind === 'scalar' ? initial : emptyOf(kind)
  if (kind === 'scalar') return atomOf(json)
  if (kind === 'optional') return elementsOf(json)[0]
  if (kind === 'set') return new Set(elementsOf(json))
  const pairs = pairsOf(json)
  return pairs.length === 0 ? noEntries : new Map(pairs)
}

const emptyOf = (kind: 'optional' | 'set' | 'map'): Value => {
  if (kind === 'optional') return undefined
  return kind === 'set' ? new Set() : noEntries
}

const isMap = (value: Value): value is ReadonlyMap<Atom, Atom> => value instanceof Map
const isSet = (value: Value): value is ReadonlySet<Atom> => value instanceof Set

/** Whether two values of one column are the same. */
export const sameValue = (a: Value, b: Value): boolean => {
  if (isSet(a)) return isSet(b) && a.size === b.size && [...a].every((element) => b.has(element))
  if (isMap(a)) return isMap(b) && a.size === b.size && [...a].every(([key, value]) => b.get(key) === value)
  return a === b
}

/** Readers of rows by column. A column of another kind, or that the server does not have, reads as empty. */
export const textIn = (row: Row | undefined, column: string): string => {
  const value = row?.[column]
  return typeof value === 'string' ? value : ''
}

export const numberIn = (row: Row | undefined, column: string): number | undefined => {
  const value = row?.[column]
  return typeof value === 'number' ? value : undefined
}

const noElements: ReadonlySet<string> = new Set()

/** A set of texts or of UUIDs. */
export const setIn = (row: Row | undefined, column: string): ReadonlySet<string> => {
  const value = row?.[column]
  return isSet(value) ? (value as ReadonlySet<string>) : noElements
}

/** A map from text to text. */
export const mapIn = (row: Row | undefined, column: string): ReadonlyMap<string, string> => {
  const value = row?.[column]
  return (isMap(value) ? value : noEntries) as ReadonlyMap<string, string>
}

/** A map from text to text, as it is on the wire. */
export const pairsIn = (json: unknown): ReadonlyMap<string, string> =>
  json === undefined ? new Map() : (new Map(pairsOf(json)) as ReadonlyMap<Atom, Atom> as ReadonlyMap<string, string>)
