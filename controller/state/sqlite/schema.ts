import { SchemaTooNewError, StoreCorruptError, StoreFailedError } from '../errors.ts'
import type { Database } from './database.ts'

/** Marks the file as heddle's in its header (sqlite.org/fileformat2.html#application_id): 'hedl' in ASCII. */
const applicationId = 0x6865646c

/** Each is done once, in order; a released one is never edited. */
const migrations: readonly { readonly name: string; readonly sql: string }[] = [
  {
    name: 'documents with their history',
    sql: `
      create table document (
        key text not null primary key,
        value text not null,
        create_revision integer not null,
        mod_revision integer not null,
        version integer not null
      ) strict, without rowid;
      -- One row per change, appended. A null value means that the revision deleted the key.
      create table history (
        revision integer not null,
        ordinal integer not null,
        key text not null,
        value text,
        create_revision integer not null,
        version integer not null,
        primary key (revision, ordinal)
      ) strict, without rowid;
      create unique index history_by_key on history (key, revision);
      -- The newest revision, and the one before which history has been forgotten. One row.
      create table position (revision integer not null, compacted integer not null) strict;
      insert into position values (1, 0);`,
  },
]

interface Row {
  readonly [column: string]: unknown
}

const cellOf = (database: Database, sql: string): unknown => Object.values(database.prepare(sql).get() as Row)[0]

/** Durable at each commit: the write-ahead log is flushed before a commit returns. */
export const configure = (database: Database, file: string): void => {
  database.exec('pragma busy_timeout = 2000; pragma synchronous = full; pragma journal_size_limit = 67108864')
  const mode = cellOf(database, 'pragma journal_mode = wal')
  if (mode !== 'wal' && file !== ':memory:') {
    throw new StoreFailedError(`${file} cannot have a write-ahead log: a local file system is needed`)
  }
}

/**
 * Folds the log into the file, so that the file alone is the store. Closing would do it, but the
 * package that stands in for node:sqlite finalizes no statements when it closes, and with them SQLite
 * keeps the connection and the log until they are garbage.
 */
export const fold = (database: Database): void => {
  try {
    database.exec('pragma busy_timeout = 0; pragma journal_mode = delete')
  } catch {
    // Another program is reading. Whoever opens the store next reads the log first.
  }
}

/**
 * Looks before anything is written.
 *
 * @throws StoreCorruptError for a file that is damaged or another program's, SchemaTooNewError
 */
export const checkFile = (database: Database, file: string): void => {
  const id = cellOf(database, 'pragma application_id')
  if (id === 0 && cellOf(database, 'select count(*) from sqlite_schema') === 0) return
  if (id !== applicationId) throw new StoreCorruptError(`${file} is a database of another program`)
  const schema = schemaOf(database)
  if (schema > migrations.length) throw new SchemaTooNewError(file, schema, migrations.length)
  const verdict = cellOf(database, 'pragma quick_check(1)')
  if (verdict !== 'ok') throw new StoreCorruptError(`${file} is damaged: ${verdict}. Restore it from a backup`)
}

/** The newest migration that was done. */
const schemaOf = (database: Database): number =>
  Number(cellOf(database, 'select coalesce(max(version), 0) from migration'))

/** Brings the tables up to date, all of it or nothing. */
export const migrate = (database: Database): void => {
  database.exec(`begin immediate; pragma application_id = ${applicationId};
    create table if not exists migration (version integer primary key, name text not null, applied_at text not null) strict`)
  const found = schemaOf(database)
  const done = database.prepare('insert into migration values (?, ?, ?)')
  for (const [at, { name, sql }] of migrations.entries()) {
    if (at < found) continue
    database.exec(sql)
    done.run(at + 1, name, new Date().toISOString())
  }
  database.exec('commit')
}
