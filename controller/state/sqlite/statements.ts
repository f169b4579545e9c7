import { decodeDocument } from '../document.ts'
import type { Bounds } from '../key.ts'
import type { Entry, Event } from '../store.ts'
import type { Database } from './database.ts'

/** Where the store stands. */
export interface Position {
  readonly revision: number
  /** History before it is gone; 0 where nothing has been compacted. */
  readonly compacted: number
}

/** An entry as a row: its document is still text. */
export interface Row extends Omit<Entry, 'value'> {
  readonly value: string
}

interface HistoryRow extends Omit<Row, 'value'> {
  readonly value: string | null
}

export const entryOf = (row: Row): Entry => ({
  key: row.key,
  value: decodeDocument(row.value),
  createRevision: row.createRevision,
  modRevision: row.modRevision,
  version: row.version,
})

const eventOf = (row: HistoryRow): Event =>
  row.value === null ? { type: 'delete', key: row.key } : { type: 'put', entry: entryOf({ ...row, value: row.value }) }

const present = 'key, value, create_revision as createRevision, mod_revision as modRevision, version'
const past = 'key, value, create_revision as createRevision, revision as modRevision, version'

/** Of each key its newest row: SQLite takes a group's bare columns from the row that holds the maximum. */
const newestPast = `
  select key, value, createRevision, modRevision, version from (
    select key, value, create_revision as createRevision, max(revision) as modRevision, version
    from history where key >= ? and key < ? and revision <= ? group by key)
  where value is not null order by key limit ?`

/** The next revision that touched the bounds, whole. The unary plus keeps SQLite on the order of revisions. */
const nextChanges = `
  select ${past} from history where +key >= ?2 and +key < ?3 and revision = (
    select revision from history where revision >= ?1 and +key >= ?2 and +key < ?3 order by revision limit 1)
  order by ordinal`

/** What nothing can see any more once history before ?3 is gone, among the revisions from ?1 to ?2. */
const forget = `
  delete from history where revision >= ?1 and revision <= ?2 and (value is null or exists (
    select 1 from history newer
    where newer.key = history.key and newer.revision > history.revision and newer.revision <= ?3))`

/** Reads of the present and the past. */
export const readers = (database: Database) => {
  const get = database.prepare(`select ${present} from document where key = ?`)
  const range = database.prepare(`select ${present} from document where key >= ? and key < ? order by key limit ?`)
  const getPast = database.prepare(
    `select ${past} from history where key = ? and revision <= ? order by revision desc limit 1`,
  )
  const rangePast = database.prepare(newestPast)
  const next = database.prepare(nextChanges)
  const position = database.prepare('select revision, compacted from position')
  return {
    position: (): Position => position.get() as Position,
    get: (key: string): Row | undefined => get.get(key) as Row | undefined,
    range: ({ from, to }: Bounds, limit: number): Row[] => range.all(from, to, limit) as Row[],
    getPast: (key: string, revision: number): Row | undefined => {
      const row = getPast.get(key, revision) as HistoryRow | undefined
      return row === undefined || row.value === null ? undefined : { ...row, value: row.value }
    },
    rangePast: ({ from, to }: Bounds, limit: number, revision: number): Row[] =>
      rangePast.all(from, to, revision, limit) as Row[],
    /** The changes of the first revision at or after `revision` that touched the bounds, or none. */
    next: ({ from, to }: Bounds, revision: number): { revision: number; events: Event[] } | undefined => {
      const rows = next.all(revision, from, to) as HistoryRow[]
      const [first] = rows
      return first && { revision: first.modRevision, events: rows.map(eventOf) }
    },
  }
}

/** Writes; they belong into a transaction of the database. */
export const writers = (database: Database) => {
  const put = database.prepare('insert or replace into document values (?, ?, ?, ?, ?)')
  const remove = database.prepare('delete from document where key = ?')
  const record = database.prepare('insert into history values (?, ?, ?, ?, ?, ?)')
  const move = database.prepare('update position set revision = ?, compacted = ?')
  const forgotten = database.prepare(forget)
  const oldest = database.prepare('select min(revision) as revision from history')
  return {
    put: (row: Row, ordinal: number): void => {
      const { key, value, createRevision, modRevision, version } = row
      put.run(key, value, createRevision, modRevision, version)
      record.run(modRevision, ordinal, key, value, createRevision, version)
    },
    remove: (row: Row, revision: number, ordinal: number): void => {
      remove.run(row.key)
      record.run(revision, ordinal, row.key, null, row.createRevision, row.version)
    },
    move: ({ revision, compacted }: Position): void => {
      move.run(revision, compacted)
    },
    oldest: (): number | null => (oldest.get() as { revision: number | null }).revision,
    forget: (from: number, to: number, compacted: number): void => {
      forgotten.run(from, to, compacted)
    },
  }
}

export type Readers = ReturnType<typeof readers>
export type Writers = ReturnType<typeof writers>
