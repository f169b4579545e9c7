import { ProtocolError } from './errors.ts'
import { applyDifference, applyWhole, type Columns, decodeRow, type Revised, type Toggled } from './revise.ts'
import type { Row } from './row.ts'
import type { Schema } from './schema.ts'

/** What became of one row. */
export interface RowChange {
  readonly table: string
  readonly uuid: string
  /** Undefined where the row is new. Its sets are those of `after`: `toggled` tells what came and went. */
  readonly before: Row | undefined
  /** Undefined where the row has gone. */
  readonly after: Row | undefined
  /** Of a row that was and is: the elements of its sets that came or went, by column. */
  readonly toggled: Toggled
}

/** Which columns of which tables are wanted. */
export type Wanted = Readonly<Record<string, readonly string[]>>

type Json = Readonly<Record<string, unknown>>

const none: Toggled = new Map()
const noRows: ReadonlyMap<string, Row> = new Map()

const objectOf = (json: unknown): Json => {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Json
  throw new ProtocolError(`${JSON.stringify(json)?.slice(0, 80)} where an object is expected`)
}

/**
 * A copy of some columns of a database, kept up to date by a monitor. It outlives the connection:
 * the next one brings it up to date, and only what has changed meanwhile is told.
 */
export class Mirror {
  /** The last transaction that it has, where the server numbers them: the next monitor goes on from there. */
  lastTransaction: string | undefined
  private readonly wanted: Wanted
  private readonly changed: (changes: readonly RowChange[]) => void
  private readonly tables = new Map<string, Map<string, Row>>()
  private columns: ReadonlyMap<string, Columns> = new Map()

  /** @param changed is told of all that one transaction changed, once the mirror has all of it; it may not throw */
  constructor(wanted: Wanted, changed: (changes: readonly RowChange[]) => void) {
    this.wanted = wanted
    this.changed = changed
  }

  /** The rows of a table by UUID. */
  table(name: string): ReadonlyMap<string, Row> {
    return this.tables.get(name) ?? noRows
  }

  /** Settles which columns this server has of those that are wanted, and gives them by table. */
  fit(schema: Schema): ReadonlyMap<string, Columns> {
    const fitting = Object.entries(this.wanted).flatMap(([table, names]) => {
      const known = schema.tables.get(table)
      if (!known) return []
      const columns = names.flatMap((name) => {
        const column = known.get(name)
        return column ? [[name, column] as const] : []
      })
      return [[table, new Map(columns)] as const]
    })
    this.columns = new Map(fitting)
    return this.columns
  }

  /** All rows as they are now, in the form of RFC 7047 or of update2: what is not among them has gone. */
  replace(updates: unknown): void {
    this.apply(updates, (change) => this.rowIn(change), true)
  }

  /** An `update` (RFC 7047 §4.1.6): changed rows, whole. */
  update(updates: unknown): void {
    this.apply(updates, (change) => this.rowIn(change), false)
  }

  /** An `update2` or `update3` (ovsdb-server(7), update2): changed rows, by what differs. */
  update2(updates: unknown): void {
    this.apply(updates, (change, columns, before) => this.revised(change, columns, before), false)
  }

  private rowIn(change: Json): Json | undefined {
    const row = change.new ?? change.initial ?? change.insert
    return row === undefined ? undefined : objectOf(row)
  }

  private revised(change: Json, columns: Columns, before: Row | undefined): Json | Revised | undefined {
    if (change.modify === undefined) return this.rowIn(change)
    if (!before) throw new ProtocolError('a row was modified that is not known')
    return applyDifference(before, objectOf(change.modify), columns)
  }

  private apply(
    updates: unknown,
    read: (change: Json, columns: Columns, before: Row | undefined) => Json | Revised | undefined,
    isAll: boolean,
  ): void {
    const changes: RowChange[] = []
    try {
      const byTable = objectOf(updates)
      for (const [table, columns] of this.columns) {
        const rows = this.rowsOf(table)
        const updates = objectOf(byTable[table] ?? {})
        for (const [uuid, change] of Object.entries(updates)) {
          const before = rows.get(uuid)
          const now = read(objectOf(change), columns, before)
          this.put(changes, { table, uuid, before }, now, columns)
        }
        if (isAll) this.dropOthers(changes, table, updates)
      }
    } catch (error) {
      // What is not understood cannot be continued: the next monitor starts afresh.
      this.lastTransaction = undefined
      throw error
    } finally {
      if (changes.length > 0) this.changed(changes)
    }
  }

  private rowsOf(table: string): Map<string, Row> {
    const known = this.tables.get(table)
    if (known) return known
    const rows = new Map<string, Row>()
    this.tables.set(table, rows)
    return rows
  }

  private put(
    changes: RowChange[],
    at: Pick<RowChange, 'table' | 'uuid' | 'before'>,
    now: Json | Revised | undefined,
    columns: Columns,
  ): void {
    if (!now) this.drop(changes, at)
    else {
      const revised = isRevised(now) ? now : this.whole(at.before, decodeRow(now, columns), columns)
      if (!revised) return
      this.rowsOf(at.table).set(at.uuid, revised.row)
      changes.push({ ...at, after: revised.row, toggled: revised.toggled })
    }
  }

  private whole(before: Row | undefined, row: Row, columns: Columns): Revised | undefined {
    return before ? applyWhole(before, row, columns) : { row, toggled: none }
  }

  private drop(changes: RowChange[], at: Pick<RowChange, 'table' | 'uuid' | 'before'>): void {
    if (!this.rowsOf(at.table).delete(at.uuid)) return
    changes.push({ ...at, after: undefined, toggled: none })
  }

  private dropOthers(changes: RowChange[], table: string, kept: Json): void {
    for (const [uuid, before] of this.rowsOf(table)) {
      if (!Object.hasOwn(kept, uuid)) this.drop(changes, { table, uuid, before })
    }
  }
}

const isRevised = (now: Json | Revised): now is Revised => now.toggled instanceof Map
