export type AtomType = 'string' | 'integer' | 'real' | 'boolean' | 'uuid'

/** What a column may hold (RFC 7047 §3.2). */
export interface ColumnType {
  readonly key: AtomType
  /** Of a map. */
  readonly value?: AtomType
  readonly min: 0 | 1
  readonly max: number
  /** The table whose rows its UUIDs name: strong references, which keep those rows alive. */
  readonly refTable?: string
  /** All texts that it may hold. */
  readonly allowed?: readonly string[]
  /** Of its numbers. */
  readonly least?: number
  readonly most?: number
  /** Set once, by the insert. */
  readonly fixed?: boolean
}

export interface TableSchema {
  /** Its rows live without references to them. */
  readonly isRoot?: boolean
  readonly maxRows?: number
  /** A column of which no two rows hold the same. */
  readonly unique?: string
  readonly columns: Readonly<Record<string, ColumnType>>
}

export interface DatabaseSchema {
  readonly name: string
  readonly version: string
  readonly tables: Readonly<Record<string, TableSchema>>
}

const any = Number.POSITIVE_INFINITY

export const text: ColumnType = { key: 'string', min: 1, max: 1 }
export const optionalText: ColumnType = { key: 'string', min: 0, max: 1 }
export const texts: ColumnType = { key: 'string', min: 0, max: any }
export const textMap: ColumnType = { key: 'string', value: 'string', min: 0, max: any }
export const counters: ColumnType = { key: 'string', value: 'integer', min: 0, max: any }
export const integer: ColumnType = { key: 'integer', min: 1, max: 1 }
export const optionalInteger: ColumnType = { key: 'integer', min: 0, max: 1 }
export const boolean: ColumnType = { key: 'boolean', min: 1, max: 1 }

export const from = (type: ColumnType, least: number, most?: number): ColumnType => ({
  ...{ ...type, least },
  ...(most === undefined ? {} : { most }),
})
export const oneOf = (type: ColumnType, ...allowed: readonly string[]): ColumnType => ({ ...type, allowed })
export const references = (refTable: string, min: 0 | 1 = 0): ColumnType => ({ key: 'uuid', refTable, min, max: any })

const keyJson = ({ key, refTable, allowed, least, most }: ColumnType): unknown => ({
  type: key,
  ...(refTable === undefined ? {} : { refTable }),
  ...(allowed === undefined ? {} : { enum: ['set', allowed] }),
  ...(least === undefined ? {} : { minInteger: least }),
  ...(most === undefined ? {} : { maxInteger: most }),
})

const columnJson = (type: ColumnType): unknown => ({
  type: {
    key: keyJson(type),
    ...(type.value === undefined ? {} : { value: type.value }),
    min: type.min,
    max: type.max === any ? 'unlimited' : type.max,
  },
  ...(type.fixed === true ? { mutable: false } : {}),
})

const mapped = <T>(from: Readonly<Record<string, T>>, to: (one: T) => unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries(from).map(([name, one]) => [name, to(one)]))

const tableJson = ({ isRoot = false, maxRows, unique, columns }: TableSchema): unknown => ({
  columns: mapped(columns, columnJson),
  isRoot,
  ...(maxRows === undefined ? {} : { maxRows }),
  ...(unique === undefined ? {} : { indexes: [[unique]] }),
})

/** What `get_schema` answers (RFC 7047 §4.1.2). */
export const schemaJson = ({ name, version, tables }: DatabaseSchema): unknown => ({
  ...{ name, version },
  tables: mapped(tables, tableJson),
})
