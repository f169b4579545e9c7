import { columnOf } from './conditions.ts'
import { type Atom, checkSize, type Datum, type Names, parseDatum, parseKeys, type Row } from './datum.ts'
import { OperationError } from './errors.ts'
import type { ColumnType, TableSchema } from './schema.ts'

type Mutate = (held: Datum, value: unknown, type: ColumnType, names: Names) => Datum

const insert: Mutate = (held, value, type, names) => {
  const added = parseDatum(value, type, names, true)
  // Pairs whose keys are there stay as they are.
  return new Map([...added, ...held])
}

const remove: Mutate = (held, value, type, names) => {
  const asked = parseKeys(value, type, names)
  const isMeant = (key: Atom, has: Atom | undefined): boolean => {
    const wanted = asked.get(key)
    return asked.has(key) && (wanted === undefined || wanted === has)
  }
  return new Map([...held].filter(([key, has]) => !isMeant(key, has)))
}

const arithmetic =
  (compute: (a: number, b: number) => number): Mutate =>
  (held, value, type, names) => {
    if (type.key !== 'integer' && type.key !== 'real') {
      throw new OperationError('syntax error', 'arithmetic is for numbers')
    }
    const operand = Number(parseDatum(value, { key: type.key, min: 1, max: 1 }, names).keys().next().value)
    const result = (key: Atom): number => compute(Number(key), operand)
    return new Map(
      [...held.keys()].map((key) => [type.key === 'integer' ? Math.trunc(result(key)) : result(key), undefined]),
    )
  }

const quotient = (compute: (a: number, b: number) => number): Mutate =>
  arithmetic((a, b) => {
    if (b === 0) throw new OperationError('domain error', 'division by zero')
    return compute(a, b)
  })

/** RFC 7047 §5.1, mutator */
const mutators: ReadonlyMap<unknown, Mutate> = new Map<string, Mutate>([
  ['insert', insert],
  ['delete', remove],
  ['+=', arithmetic((a, b) => a + b)],
  ['-=', arithmetic((a, b) => a - b)],
  ['*=', arithmetic((a, b) => a * b)],
  ['/=', quotient((a, b) => a / b)],
  ['%=', quotient((a, b) => a % b)],
])

/**
 * A row after mutations (RFC 7047 §5.2.4).
 *
 * @throws OperationError
 */
export const mutated = (row: Row, json: unknown, table: TableSchema, names: Names): Row => {
  if (!Array.isArray(json)) throw new OperationError('syntax error', 'mutations have to be a list')
  const now: Record<string, Datum> = { ...row }
  for (const mutation of json) {
    const [column, name, value] = Array.isArray(mutation) ? (mutation as unknown[]) : []
    const type = columnOf(table, column)
    const mutate = mutators.get(name)
    if (!mutate) throw new OperationError('syntax error', `${String(name)} is no mutator`)
    if (type.fixed === true) throw new OperationError('constraint violation', `${column} cannot be changed`)
    const held = now[String(column)] ?? new Map()
    now[String(column)] = checkSize(mutate(held, value, type, names), type, 'constraint violation')
  }
  return now
}
