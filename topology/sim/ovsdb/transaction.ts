import { randomUUID } from 'node:crypto'
import { columnOf, datumOf, parseWhere } from './conditions.ts'
import type { Database } from './database.ts'
import { type Datum, datumJson, initialDatum, type Names, parseDatum, type Row, sameDatum } from './datum.ts'
import { OperationError } from './errors.ts'
import { mutated } from './mutations.ts'
import type { TableSchema } from './schema.ts'

export type Json = Readonly<Record<string, unknown>>

const isObject = (json: unknown): json is Json => typeof json === 'object' && json !== null && !Array.isArray(json)

/** UUIDs of the rows to come: they may be named before the operation that inserts them. */
const namesIn = (operations: readonly unknown[]): Names => {
  const names = new Map<string, string>()
  for (const operation of operations) {
    const name = isObject(operation) && operation.op === 'insert' ? operation['uuid-name'] : undefined
    if (typeof name !== 'string') continue
    if (names.has(name)) throw new OperationError('duplicate uuid-name', `${name} names two rows`)
    names.set(name, randomUUID())
  }
  return names
}

/** Operations on a database, of which nobody sees anything before they are committed (RFC 7047 §5.2). */
export class Transaction {
  /** Rows that are other than in the database, undefined where they are deleted; by table and UUID. */
  readonly drafts = new Map<string, Map<string, Row | undefined>>()
  private readonly database: Database
  private readonly names: Names

  /** @throws OperationError */
  constructor(database: Database, operations: readonly unknown[]) {
    this.database = database
    this.names = namesIn(operations)
  }

  /**
   * Does one operation.
   *
   * @returns its result
   * @throws OperationError
   */
  run(json: unknown): unknown {
    if (!isObject(json)) throw new OperationError('syntax error', 'an operation is an object')
    if (json.op === 'comment') return {}
    if (json.op === 'abort') throw new OperationError('aborted', 'aborted by request')
    const name = String(json.table)
    const table = this.database.schema.tables[name]
    if (!table) throw new OperationError('syntax error', `there is no table ${name.slice(0, 80)}`)
    return this.runOn(name, table, json)
  }

  private runOn(name: string, table: TableSchema, json: Json): unknown {
    switch (json.op) {
      case 'insert':
        return this.insert(name, table, json)
      case 'select':
        return { rows: this.select(name, table, json).map((row) => this.rowJson(table, row)) }
      case 'update':
        return this.change(name, table, json, (row) => ({ ...row, ...this.parseRow(table, json.row, true) }))
      case 'mutate':
        return this.change(name, table, json, (row) => mutated(row, json.mutations, table, this.names))
      case 'delete':
        return this.change(name, table, json, () => undefined)
      case 'wait':
        return this.wait(name, table, json)
      default:
        throw new OperationError('syntax error', `there is no operation ${String(json.op).slice(0, 80)}`)
    }
  }

  /** All rows of a table, as they are by now. */
  *rows(table: string): Generator<[uuid: string, row: Row]> {
    const drafts = this.drafts.get(table)
    for (const [uuid, row] of this.database.table(table)) if (!drafts?.has(uuid)) yield [uuid, row]
    for (const [uuid, row] of drafts ?? []) if (row !== undefined) yield [uuid, row]
  }

  put(table: string, uuid: string, row: Row | undefined): void {
    const drafts = this.drafts.get(table)
    if (drafts) drafts.set(uuid, row)
    else this.drafts.set(table, new Map([[uuid, row]]))
  }

  private parseRow(table: TableSchema, json: unknown, isUpdate = false): Record<string, Datum> {
    if (!isObject(json)) throw new OperationError('syntax error', 'row has to be an object')
    return Object.fromEntries(
      Object.entries(json).map(([column, value]) => {
        const type = columnOf(table, column, 'unknown column')
        if (column === '_uuid' || (isUpdate && type.fixed === true)) {
          throw new OperationError('constraint violation', `${column} cannot be changed`)
        }
        return [column, parseDatum(value, type, this.names)]
      }),
    )
  }

  private insert(name: string, table: TableSchema, json: Json): unknown {
    const given = this.parseRow(table, json.row ?? {})
    const initial = Object.entries(table.columns).map(([column, type]) => [column, initialDatum(type)])
    const uuid = this.names.get(String(json['uuid-name'])) ?? randomUUID()
    this.put(name, uuid, { ...Object.fromEntries(initial), ...given })
    return { uuid: ['uuid', uuid] }
  }

  private meant(name: string, table: TableSchema, json: Json): [uuid: string, row: Row][] {
    const holds = parseWhere(json.where, table, this.names)
    return [...this.rows(name)].filter(([uuid, row]) => holds(uuid, row))
  }

  private change(name: string, table: TableSchema, json: Json, work: (row: Row) => Row | undefined): unknown {
    const meant = this.meant(name, table, json)
    for (const [uuid, row] of meant) this.put(name, uuid, work(row))
    return { count: meant.length }
  }

  /** Columns of the rows that are meant: all unless some are asked for. */
  private select(name: string, table: TableSchema, json: Json): Record<string, Datum>[] {
    const columns = Array.isArray(json.columns) ? json.columns.map(String) : ['_uuid', ...Object.keys(table.columns)]
    for (const column of columns) columnOf(table, column)
    return this.meant(name, table, json).map(([uuid, row]) =>
      Object.fromEntries(columns.map((column) => [column, datumOf(uuid, row, column)])),
    )
  }

  private rowJson(table: TableSchema, row: Row): Json {
    return Object.fromEntries(
      Object.entries(row).map(([column, datum]) => [column, datumJson(datum, columnOf(table, column))]),
    )
  }

  /** Waits for nothing: what is not so now is refused, as with a timeout of 0. */
  private wait(name: string, table: TableSchema, json: Json): unknown {
    if (!Array.isArray(json.rows)) throw new OperationError('syntax error', 'rows has to be a list')
    const wanted = json.rows.map((row) => this.parseRow(table, row))
    const found = this.select(name, table, json)
    const isAmong = (row: Row, rows: readonly Row[]): boolean =>
      rows.some((other) => Object.entries(other).every(([column, datum]) => sameDatum(datum, row[column] ?? new Map())))
    const isSame = found.length === wanted.length && found.every((row) => isAmong(row, wanted))
    if (isSame === (json.until === '==')) return {}
    throw new OperationError('timed out', '"wait" timed out')
  }
}
