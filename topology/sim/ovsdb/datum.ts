import { OperationError } from './errors.ts'
import type { AtomType, ColumnType } from './schema.ts'

export type Atom = string | number | boolean

/** What a column holds: a map; a set is one without values, a scalar a set of one. UUIDs are their text. */
export type Datum = ReadonlyMap<Atom, Atom | undefined>
export type Row = Readonly<Record<string, Datum>>

/** UUIDs of rows that the same transaction inserts, by their names there. */
export type Names = ReadonlyMap<string, string>

export const noUuid = '00000000-0000-0000-0000-000000000000'
const uuidForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

const shown = (json: unknown): string => JSON.stringify(json)?.slice(0, 80) ?? 'nothing'
const wrong = (json: unknown, expected: string): OperationError =>
  new OperationError('syntax error', `${shown(json)} where ${expected} is expected`)

const parseUuid = (json: unknown, names: Names): string => {
  const [tag, text] = Array.isArray(json) && json.length === 2 ? (json as unknown[]) : []
  if (tag === 'uuid' && typeof text === 'string' && uuidForm.test(text)) return text.toLowerCase()
  const named = tag === 'named-uuid' && typeof text === 'string' ? names.get(text) : undefined
  if (named !== undefined) return named
  throw wrong(json, 'a UUID')
}

const isOf = (json: unknown, type: AtomType): json is Atom => {
  if (type === 'integer') return Number.isInteger(json)
  return typeof json === (type === 'real' ? 'number' : type)
}

const parseAtom = (json: unknown, type: AtomType, names: Names): Atom => {
  if (type === 'uuid') return parseUuid(json, names)
  if (isOf(json, type)) return json
  throw wrong(json, `a value of type ${type}`)
}

/** @throws OperationError for a value that the column may not hold */
const checkAtom = (atom: Atom, { allowed, least, most }: ColumnType): void => {
  if (allowed !== undefined && !allowed.includes(String(atom))) {
    throw new OperationError('constraint violation', `${atom} is not one of ${allowed.join(', ')}`)
  }
  const number = Number(atom)
  if ((least !== undefined && number < least) || (most !== undefined && number > most)) {
    throw new OperationError('constraint violation', `${atom} is not in the range ${least ?? ''} to ${most ?? ''}`)
  }
}

const contentOf = (json: unknown, tag: 'set' | 'map'): readonly unknown[] | undefined =>
  Array.isArray(json) && json.length === 2 && json[0] === tag && Array.isArray(json[1]) ? json[1] : undefined

const parsePair = (json: unknown, type: ColumnType, names: Names): [Atom, Atom] => {
  if (!Array.isArray(json) || json.length !== 2) throw wrong(json, 'a pair')
  return [parseAtom(json[0], type.key, names), parseAtom(json[1], type.value ?? 'string', names)]
}

const parseElements = (json: unknown, type: ColumnType, names: Names): [Atom, undefined][] =>
  (contentOf(json, 'set') ?? [json]).map((one) => [parseAtom(one, type.key, names), undefined])

const parsePairs = (json: unknown, type: ColumnType, names: Names): [Atom, Atom][] => {
  const pairs = contentOf(json, 'map')
  if (pairs === undefined) throw wrong(json, 'a map')
  return pairs.map((one) => parsePair(one, type, names))
}

/** @throws OperationError */
export const checkSize = (datum: Datum, { min, max }: ColumnType, error = 'syntax error'): Datum => {
  if (datum.size >= min && datum.size <= max) return datum
  throw new OperationError(error, `${datum.size} values where ${min} to ${max} may be`)
}

/**
 * A value of RFC 7047 §5.1.
 *
 * @param isPart whether it may be of another size than the column has to be, as in mutations and conditions
 * @throws OperationError
 */
export const parseDatum = (json: unknown, type: ColumnType, names: Names, isPart = false): Datum => {
  const entries = type.value === undefined ? parseElements(json, type, names) : parsePairs(json, type, names)
  for (const [atom] of entries) checkAtom(atom, type)
  const datum = new Map<Atom, Atom | undefined>(entries)
  return isPart ? datum : checkSize(datum, type)
}

/** The keys that `delete` takes away from a map, which need not come with their values (RFC 7047 §5.1, mutation). */
export const parseKeys = (json: unknown, type: ColumnType, names: Names): Datum =>
  type.value !== undefined && contentOf(json, 'map') === undefined
    ? new Map(parseElements(json, type, names))
    : parseDatum(json, type, names, true)

const atomJson = (atom: Atom, type: AtomType): unknown => (type === 'uuid' ? ['uuid', atom] : atom)

export const datumJson = (datum: Datum, { key, value }: ColumnType): unknown => {
  if (value !== undefined) {
    return ['map', [...datum].map(([one, other]) => [atomJson(one, key), atomJson(other ?? '', value)])]
  }
  const atoms = [...datum.keys()].map((atom) => atomJson(atom, key))
  return atoms.length === 1 ? atoms[0] : ['set', atoms]
}

const initials: Readonly<Record<AtomType, Atom>> = { string: '', integer: 0, real: 0, boolean: false, uuid: noUuid }

/** What a column holds in a row that says nothing of it (RFC 7047 §5.2.1). */
export const initialDatum = ({ key, min }: ColumnType): Datum => new Map(min === 0 ? [] : [[initials[key], undefined]])

export const sameDatum = (a: Datum, b: Datum): boolean =>
  a.size === b.size && [...a].every(([key, value]) => b.has(key) && b.get(key) === value)

/** What stands in one of two only: of pairs with other values, those of `now`, but with the old value where `now` has none. */
export const datumDifference = (before: Datum, now: Datum): Datum =>
  new Map([
    ...[...before].filter(([key]) => !now.has(key)),
    ...[...now].filter(([key, value]) => !before.has(key) || before.get(key) !== value),
  ])
