/** What a cell may hold. Integers come back as numbers: revisions stay below 2^53. */
export type Cell = string | number | null

export interface Statement {
  run(...parameters: readonly Cell[]): unknown
  /** The first row, or undefined. */
  get(...parameters: readonly Cell[]): unknown
  all(...parameters: readonly Cell[]): unknown[]
}

/** The part of node:sqlite's DatabaseSync that the store uses. */
export interface Database {
  exec(sql: string): void
  prepare(sql: string): Statement
  close(): void
}

export type OpenDatabase = (file: string) => Database

interface SqliteModule {
  readonly DatabaseSync: new (file: string) => Database
}

/** SQLite's result codes (sqlite.org/rescode.html). */
export const resultCode = { BUSY: 5, CORRUPT: 11, NOTADB: 26 } as const

/** SQLite's primary result code of an error, where the error is SQLite's. */
export const resultCodeOf = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined

/** Node's own SQLite where this Node has it (22.13 and newer without a flag), else the package with the same API. */
export const loadSqlite = async (): Promise<OpenDatabase> => {
  const { DatabaseSync } = builtin() ?? ((await import('@photostructure/sqlite')) as SqliteModule)
  return (file) => new DatabaseSync(file)
}

/** Loading it makes Node warn, once, that it is experimental: nothing that a user of heddle could act upon. */
const builtin = (): SqliteModule | undefined => {
  const emit = process.emitWarning
  process.emitWarning = (warning: string | Error, ...rest: unknown[]) => {
    if (!String(warning).includes('SQLite')) Reflect.apply(emit, process, [warning, ...rest])
  }
  try {
    return process.getBuiltinModule('node:sqlite') as SqliteModule | undefined
  } finally {
    process.emitWarning = emit
  }
}
