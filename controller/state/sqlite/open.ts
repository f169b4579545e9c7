import { closeSync, mkdirSync, openSync, realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import { StoreCorruptError, StoreError, StoreFailedError, StoreLockedError } from '../errors.ts'
import type { Store } from '../store.ts'
import { type Database, loadSqlite, type OpenDatabase, resultCode, resultCodeOf } from './database.ts'
import { checkFile, configure, migrate } from './schema.ts'
import { SqliteStore } from './sqlite-store.ts'

/**
 * Opens the store in a SQLite file, and makes it (and its folder) where there is none; `:memory:` is
 * a store that ends with its `close`. The file stays locked until `close`, or until the process ends.
 *
 * @throws StoreLockedError, SchemaTooNewError, StoreCorruptError, StoreFailedError
 */
export const openSqliteStore = async (file: string): Promise<Store> => {
  const open = await loadSqlite()
  try {
    if (file === ':memory:') return storeIn(open(file), file, () => undefined)
    const path = prepareFile(file)
    const unlock = lock(open, path)
    try {
      return storeIn(open(path), path, unlock)
    } catch (error) {
      unlock()
      throw error
    }
  } catch (error) {
    throw explained(error, file)
  }
}

/** Documents may hold secrets of apps' configurations: the file, and the log beside it, are the owner's alone. */
const prepareFile = (file: string): string => {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  closeSync(openSync(file, 'a', 0o600))
  return realpathSync(file)
}

/**
 * Holds a lock of the operating system on a second, empty file. The system frees it when the process
 * ends, however it ends; and unlike a lock on the store itself it lets `sqlite3` read the store.
 */
const lock = (open: OpenDatabase, file: string): (() => void) => {
  const held = open(`${file}-lock`)
  try {
    held.exec('pragma busy_timeout = 0; begin exclusive')
  } catch (error) {
    held.close()
    throw resultCodeOf(error) === resultCode.BUSY ? new StoreLockedError(file, error) : error
  }
  return () => held.close()
}

const storeIn = (database: Database, file: string, unlock: () => void): Store => {
  try {
    checkFile(database, file)
    configure(database, file)
    migrate(database)
    return new SqliteStore(database, unlock)
  } catch (error) {
    database.close()
    throw error
  }
}

const explained = (error: unknown, file: string): Error => {
  if (error instanceof StoreError) return error
  const reason = error instanceof Error ? error.message : String(error)
  const code = resultCodeOf(error)
  return code === resultCode.NOTADB || code === resultCode.CORRUPT
    ? new StoreCorruptError(`${file} is damaged, or is no SQLite database: ${reason}`, { cause: error })
    : new StoreFailedError(`${file} cannot be opened: ${reason}`, { cause: error })
}
