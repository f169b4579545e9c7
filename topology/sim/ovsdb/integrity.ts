import type { Row } from './datum.ts'
import { OperationError } from './errors.ts'
import type { DatabaseSchema } from './schema.ts'
import type { Transaction } from './transaction.ts'

/** How often each row is referred to, by table and UUID. */
type References = ReadonlyMap<string, ReadonlyMap<string, number>>

const countReferences = (schema: DatabaseSchema, transaction: Transaction): References => {
  const counts = new Map(Object.keys(schema.tables).map((name) => [name, new Map<string, number>()]))
  for (const [name, { columns }] of Object.entries(schema.tables)) {
    const links = Object.entries(columns).filter(([, { refTable }]) => refTable !== undefined)
    if (links.length === 0) continue
    for (const [, row] of transaction.rows(name)) {
      for (const [column, { refTable = '' }] of links) {
        const table = counts.get(refTable)
        for (const uuid of row[column]?.keys() ?? []) table?.set(String(uuid), (table.get(String(uuid)) ?? 0) + 1)
      }
    }
  }
  return counts
}

/** Rows that nothing refers to any more go, until all that are left are referred to (RFC 7047 §3.2, isRoot). */
const collectGarbage = (schema: DatabaseSchema, transaction: Transaction): References => {
  for (;;) {
    const references = countReferences(schema, transaction)
    let isDone = true
    for (const [name, { isRoot }] of Object.entries(schema.tables)) {
      if (isRoot === true) continue
      const unused = [...transaction.rows(name)].filter(([uuid]) => !references.get(name)?.has(uuid))
      for (const [uuid] of unused) transaction.put(name, uuid, undefined)
      if (unused.length > 0) isDone = false
    }
    if (isDone) return references
  }
}

const checkReferences = (references: References, transaction: Transaction): void => {
  for (const [name, counts] of references) {
    const there = new Set([...transaction.rows(name)].map(([uuid]) => uuid))
    for (const uuid of counts.keys()) {
      if (there.has(uuid)) continue
      throw new OperationError('referential integrity violation', `there is no row ${uuid} in table ${name}`)
    }
  }
}

const checkUnique = (name: string, column: string, rows: readonly Row[]): void => {
  const seen = new Set<string>()
  for (const row of rows) {
    const text = String(row[column]?.keys().next().value)
    if (seen.has(text)) {
      throw new OperationError('constraint violation', `two rows of table ${name} have the ${column} ${text}`)
    }
    seen.add(text)
  }
}

/**
 * What has to be so before a transaction is committed; removes the rows that nothing refers to.
 *
 * @throws OperationError
 */
export const settle = (schema: DatabaseSchema, transaction: Transaction): void => {
  checkReferences(collectGarbage(schema, transaction), transaction)
  for (const [name, { unique, maxRows = Number.POSITIVE_INFINITY }] of Object.entries(schema.tables)) {
    if (!transaction.drafts.has(name)) continue
    const rows = [...transaction.rows(name)].map(([, row]) => row)
    if (rows.length > maxRows) throw new OperationError('constraint violation', `${name} has at most ${maxRows} rows`)
    if (unique !== undefined) checkUnique(name, unique, rows)
  }
}
