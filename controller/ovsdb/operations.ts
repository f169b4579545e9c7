// The operations of a transaction (RFC 7047 §5.2), as they are on the wire.
import { type RowJson, uuid, type ValueJson } from './value.ts'

type Comparison = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'includes' | 'excludes'
export type Condition = readonly [column: string, comparison: Comparison, value: ValueJson]
type Mutator = '+=' | '-=' | '*=' | '/=' | '%=' | 'insert' | 'delete'
export type Mutation = readonly [column: string, mutator: Mutator, value: ValueJson]

interface OnRows {
  readonly table: string
  /** All must hold; none means all rows. */
  readonly where: readonly Condition[]
}

interface Insert {
  readonly op: 'insert'
  readonly table: string
  readonly row: RowJson
  readonly 'uuid-name'?: string
}

interface Select extends OnRows {
  readonly op: 'select'
  readonly columns?: readonly string[]
}

interface Update extends OnRows {
  readonly op: 'update'
  readonly row: RowJson
}

interface Mutate extends OnRows {
  readonly op: 'mutate'
  readonly mutations: readonly Mutation[]
}

interface Delete extends OnRows {
  readonly op: 'delete'
}

interface Wait extends OnRows {
  readonly op: 'wait'
  readonly timeout: number
  readonly columns: readonly string[]
  readonly until: '==' | '!='
  readonly rows: readonly RowJson[]
}

interface Comment {
  readonly op: 'comment'
  readonly comment: string
}

export type Operation = Insert | Select | Update | Mutate | Delete | Wait | Comment

/** The row with this UUID. */
export const byUuid = (text: string): readonly Condition[] => [['_uuid', '==', uuid(text)]]

/** @param name under which other operations of the transaction can refer to the row: letters, digits and `_` */
export const insert = (table: string, row: RowJson, name?: string): Insert => ({
  op: 'insert',
  table,
  row,
  ...(name === undefined ? {} : { 'uuid-name': name }),
})

export const select = (table: string, where: readonly Condition[], columns?: readonly string[]): Select => ({
  op: 'select',
  table,
  where,
  ...(columns ? { columns } : {}),
})

export const update = (table: string, where: readonly Condition[], row: RowJson): Update => ({
  op: 'update',
  table,
  where,
  row,
})

export const mutate = (table: string, where: readonly Condition[], ...mutations: readonly Mutation[]): Mutate => ({
  op: 'mutate',
  table,
  where,
  mutations,
})

export const remove = (table: string, where: readonly Condition[]): Delete => ({ op: 'delete', table, where })

/** Has the transaction fail unless the rows are exactly these, in these columns, when it is done. */
export const expect = (
  table: string,
  where: readonly Condition[],
  columns: readonly string[],
  rows: readonly RowJson[],
): Wait => ({ op: 'wait', timeout: 0, table, where, columns, until: '==', rows })

/** Stands in the log of the database. */
export const comment = (text: string): Comment => ({ op: 'comment', comment: text })
