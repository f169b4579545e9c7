import { OvsdbError } from './errors.ts'
import type { Atom } from './value.ts'

/** How many atoms a column holds, and whether in pairs. */
export type ColumnKind = 'scalar' | 'optional' | 'set' | 'map'

export interface Column {
  readonly kind: ColumnKind
  /** What a scalar holds in a row that says nothing of it (RFC 7047 §5.2.1). */
  readonly initial: Atom
}

/** What is needed of a database's schema (RFC 7047 §3.2) to read its rows. */
export interface Schema {
  readonly version: string
  readonly tables: ReadonlyMap<string, ReadonlyMap<string, Column>>
}

interface TypeJson {
  readonly key: string | { readonly type: string }
  readonly value?: unknown
  readonly min?: number
  readonly max?: number | 'unlimited'
}

interface SchemaJson {
  readonly version?: string
  readonly tables: Readonly<Record<string, { readonly columns: Readonly<Record<string, { readonly type: unknown }>> }>>
}

const nowhere = '00000000-0000-0000-0000-000000000000'
const initials: ReadonlyMap<unknown, Atom> = new Map<string, Atom>([
  ['integer', 0],
  ['real', 0],
  ['boolean', false],
  ['uuid', nowhere],
])

const kindOf = ({ value, min = 1, max = 1 }: TypeJson): ColumnKind => {
  if (value !== undefined) return 'map'
  if (max !== 1) return 'set'
  return min === 0 ? 'optional' : 'scalar'
}

const columnOf = (json: unknown): Column => {
  const type: TypeJson = typeof json === 'string' ? { key: json } : (json as TypeJson)
  const key = typeof type.key === 'string' ? type.key : type.key.type
  return { kind: kindOf(type), initial: initials.get(key) ?? '' }
}

/** @throws OvsdbError for what is no schema */
export const parseSchema = (json: unknown): Schema => {
  try {
    const { version = '', tables } = json as SchemaJson
    const columns = (table: string) =>
      Object.entries(tables[table]?.columns ?? {}).map(([name, { type }]) => [name, columnOf(type)] as const)
    return { version, tables: new Map(Object.keys(tables).map((table) => [table, new Map(columns(table))])) }
  } catch (error) {
    throw new OvsdbError(`the schema is not understood: ${(error as Error).message}`)
  }
}
