import { type Row, sameDatum } from './datum.ts'
import { OperationError } from './errors.ts'
import { settle } from './integrity.ts'
import type { DatabaseSchema } from './schema.ts'
import { Transaction } from './transaction.ts'

/** What a transaction made of a row. */
export interface RowChange {
  readonly table: string
  readonly uuid: string
  /** Undefined where it is new. */
  readonly before: Row | undefined
  /** Undefined where it has gone. */
  readonly after: Row | undefined
}

/** What a transaction came to: a result for each operation, up to the first that fails. */
export interface Outcome {
  readonly results: readonly unknown[]
  readonly isCommitted: boolean
}

type Committed = (changes: readonly RowChange[]) => void

const noRows: ReadonlyMap<string, Row> = new Map()

const isOther = (before: Row | undefined, after: Row | undefined): boolean => {
  if (before === undefined || after === undefined) return before !== after
  return Object.entries(after).some(([column, datum]) => !sameDatum(datum, before[column] ?? new Map()))
}

/** A database of OVSDB (RFC 7047) in memory. */
export class Database {
  readonly schema: DatabaseSchema
  private readonly tables = new Map<string, Map<string, Row>>()
  private readonly followers = new Set<Committed>()

  constructor(schema: DatabaseSchema) {
    this.schema = schema
  }

  /** The rows of a table by UUID. */
  table(name: string): ReadonlyMap<string, Row> {
    return this.tables.get(name) ?? noRows
  }

  /** Has `then` told of each transaction that changed something. @returns what ends that */
  follow(then: Committed): () => void {
    this.followers.add(then)
    return () => this.followers.delete(then)
  }

  /** Does all of these operations, or none (RFC 7047 §4.1.3). */
  transact(operations: readonly unknown[]): Outcome {
    const results: unknown[] = []
    try {
      const transaction = new Transaction(this, operations)
      for (const operation of operations) results.push(transaction.run(operation))
      settle(this.schema, transaction)
      this.commit(transaction)
      return { results, isCommitted: true }
    } catch (error) {
      if (!(error instanceof OperationError)) throw error
      const rest = Array.from({ length: Math.max(0, operations.length - results.length - 1) }, () => null)
      return { results: [...results, error.json, ...rest], isCommitted: false }
    }
  }

  private commit({ drafts }: Transaction): void {
    const changes = [...drafts].flatMap(([table, rows]) =>
      [...rows].flatMap(([uuid, after]): RowChange[] => {
        const before = this.table(table).get(uuid)
        return isOther(before, after) ? [{ table, uuid, before, after }] : []
      }),
    )
    for (const { table, uuid, after } of changes) this.put(table, uuid, after)
    if (changes.length > 0) for (const then of [...this.followers]) then(changes)
  }

  private put(table: string, uuid: string, row: Row | undefined): void {
    const rows = this.tables.get(table) ?? new Map<string, Row>()
    this.tables.set(table, rows)
    if (row === undefined) rows.delete(uuid)
    else rows.set(uuid, row)
  }
}
