import { columnOf, parseWhere } from './conditions.ts'
import type { Database, RowChange } from './database.ts'
import { type Datum, datumDifference, datumJson, initialDatum, type Row, sameDatum } from './datum.ts'
import { OperationError } from './errors.ts'
import type { ColumnType, TableSchema } from './schema.ts'
import type { Json } from './transaction.ts'

type Part = 'initial' | 'insert' | 'delete' | 'modify'

interface Request {
  readonly columns: ReadonlyMap<string, ColumnType>
  readonly selects: (part: Part) => boolean
}

/** How changes are told: in whole rows (RFC 7047 §4.1.6), or in differences (ovsdb-server(7), update2). */
export type Form = 'update' | 'update2'

const requestOf = (table: TableSchema, json: Json): Request => {
  const holds = parseWhere(json.where ?? [], { ...table, columns: {} }, new Map())
  if (!holds('', {})) throw new OperationError('not supported', 'a monitor of no rows')
  const names = Array.isArray(json.columns) ? json.columns.map(String) : Object.keys(table.columns)
  const select = (json.select ?? {}) as Readonly<Record<Part, boolean>>
  return {
    columns: new Map(names.map((name) => [name, columnOf(table, name)])),
    selects: (part) => select[part] !== false,
  }
}

/** Columns that more than one request names are told by each: of one table there is one request as a rule. */
const requestsIn = ({ schema }: Database, json: unknown): Map<string, readonly Request[]> => {
  if (typeof json !== 'object' || json === null) throw new OperationError('syntax error', 'requests are an object')
  return new Map(
    Object.entries(json).map(([name, asked]) => {
      const table = schema.tables[name]
      if (!table) throw new OperationError('syntax error', `there is no table ${name.slice(0, 80)}`)
      const all = (Array.isArray(asked) ? asked : [asked]) as readonly Json[]
      return [name, all.map((one) => requestOf(table, one))]
    }),
  )
}

type Shown = (name: string, type: ColumnType) => Datum | undefined

const shown = ({ columns }: Request, of: Shown): Json =>
  Object.fromEntries(
    [...columns].flatMap(([name, type]) => {
      const datum = of(name, type)
      return datum === undefined ? [] : [[name, datumJson(datum, type)] as const]
    }),
  )

const differs = (before: Row, after: Row, name: string): boolean =>
  !sameDatum(before[name] ?? new Map(), after[name] ?? new Map())

const whole = (request: Request, row: Row): Json => shown(request, (name) => row[name])

/** Columns that hold what they do in a new row are left out. */
const written = (request: Request, row: Row): Json =>
  shown(request, (name, type) => {
    const datum = row[name]
    return datum !== undefined && sameDatum(datum, initialDatum(type)) ? undefined : datum
  })

const update = (request: Request, { before, after }: RowChange, part: Part): Json | undefined => {
  if (before === undefined) return after && { new: whole(request, after) }
  if (after === undefined) return { old: whole(request, before) }
  if (part !== 'modify') return { new: whole(request, after) }
  const old = shown(request, (name) => (differs(before, after, name) ? before[name] : undefined))
  return Object.keys(old).length === 0 ? undefined : { old, new: whole(request, after) }
}

const update2 = (request: Request, { before, after }: RowChange, part: Part): Json | undefined => {
  if (before === undefined) return after && { [part]: written(request, after) }
  if (after === undefined) return { delete: null }
  const changed = shown(request, (name, { max }) => {
    if (!differs(before, after, name)) return undefined
    // Of what holds one value at the most, that; of others, what came and what went.
    return max === 1 ? after[name] : datumDifference(before[name] ?? new Map(), after[name] ?? new Map())
  })
  return Object.keys(changed).length === 0 ? undefined : { modify: changed }
}

const partOf = ({ before, after }: RowChange): Part => {
  if (before === undefined) return 'insert'
  return after === undefined ? 'delete' : 'modify'
}

/** What somebody wants to be told of a database. */
export class Monitor {
  readonly form: Form
  private readonly requests: ReadonlyMap<string, readonly Request[]>

  /** @throws OperationError */
  constructor(database: Database, form: Form, requests: unknown) {
    this.form = form
    this.requests = requestsIn(database, requests)
  }

  /** All rows that there are, as the answer to the request for a monitor has them. */
  initial(database: Database): Json {
    const changes = [...this.requests.keys()].flatMap((table) =>
      [...database.table(table)].map(([uuid, after]): RowChange => ({ table, uuid, before: undefined, after })),
    )
    return this.told(changes, () => 'initial') ?? {}
  }

  /** What changed, as a notification has it; undefined where nothing of it is wanted. */
  changed(changes: readonly RowChange[]): Json | undefined {
    return this.told(changes, partOf)
  }

  private told(changes: readonly RowChange[], part: (change: RowChange) => Part): Json | undefined {
    const tables: Record<string, Record<string, Json>> = {}
    for (const change of changes) {
      const rows = (this.requests.get(change.table) ?? []).flatMap((request) => {
        if (!request.selects(part(change))) return []
        return (this.form === 'update' ? update : update2)(request, change, part(change)) ?? []
      })
      if (rows.length === 0) continue
      const table = tables[change.table] ?? {}
      tables[change.table] = table
      table[change.uuid] = Object.assign({}, ...rows) as Json
    }
    return Object.keys(tables).length === 0 ? undefined : tables
  }
}
