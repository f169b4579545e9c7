import { type Datum, type Names, parseDatum, type Row, sameDatum } from './datum.ts'
import { OperationError } from './errors.ts'
import { type ColumnType, type TableSchema, text } from './schema.ts'

/** The column that every row has. */
export const uuidColumn: ColumnType = { ...text, key: 'uuid', fixed: true }

/** @throws OperationError where the table has no such column */
export const columnOf = ({ columns }: TableSchema, name: unknown, error = 'syntax error'): ColumnType => {
  const found = name === '_uuid' ? uuidColumn : Object.hasOwn(columns, String(name)) && columns[String(name)]
  if (found) return found
  throw new OperationError(error, `there is no column ${String(name).slice(0, 80)}`)
}

/** A column of a row, its UUID among them. */
export const datumOf = (uuid: string, row: Row, column: string): Datum =>
  column === '_uuid' ? new Map([[uuid, undefined]]) : (row[column] ?? new Map())

type Compare = (held: Datum, asked: Datum) => boolean

const scalar = (datum: Datum): number => Number(datum.keys().next().value)
const ordered =
  (compare: (a: number, b: number) => boolean): Compare =>
  (held, asked) =>
    held.size === 1 && compare(scalar(held), scalar(asked))

const includes: Compare = (held, asked) => [...asked].every(([key, value]) => held.has(key) && held.get(key) === value)
const excludes: Compare = (held, asked) => [...asked].every(([key, value]) => !held.has(key) || held.get(key) !== value)

/** RFC 7047 §5.1, function */
const comparisons: ReadonlyMap<unknown, Compare> = new Map<string, Compare>([
  ['==', sameDatum],
  ['!=', (held, asked) => !sameDatum(held, asked)],
  ['includes', includes],
  ['excludes', excludes],
  ['<', ordered((a, b) => a < b)],
  ['<=', ordered((a, b) => a <= b)],
  ['>', ordered((a, b) => a > b)],
  ['>=', ordered((a, b) => a >= b)],
])
const onNumbers = new Set<unknown>(['<', '<=', '>', '>='])

type Holds = (uuid: string, row: Row) => boolean

const parseClause = (json: unknown, table: TableSchema, names: Names): Holds => {
  if (typeof json === 'boolean') return () => json
  const [column, name, value] = Array.isArray(json) && json.length === 3 ? (json as unknown[]) : []
  const type = columnOf(table, column)
  const compare = comparisons.get(name)
  const isMeant = !onNumbers.has(name) || type.key === 'integer' || type.key === 'real'
  if (!compare || !isMeant) throw new OperationError('syntax error', `${String(name)} does not compare ${column}`)
  const isPart = name === 'includes' || name === 'excludes'
  const asked = parseDatum(value, type, names, isPart)
  return (uuid, row) => compare(datumOf(uuid, row, String(column)), asked)
}

/**
 * Whether rows are meant by a `where` (RFC 7047 §5.1, condition): all of its clauses have to hold.
 *
 * @throws OperationError
 */
export const parseWhere = (json: unknown, table: TableSchema, names: Names): Holds => {
  if (!Array.isArray(json)) throw new OperationError('syntax error', 'where has to be a list of conditions')
  const clauses = json.map((clause) => parseClause(clause, table, names))
  return (uuid, row) => clauses.every((holds) => holds(uuid, row))
}
