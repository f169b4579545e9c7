import type { Columns } from './output.ts'

/** A row of an answer; lists are shown with commas. */
export type Row = Readonly<Record<string, unknown>>

/** What can be listed, with its columns, and what to say where there is none. */
export type Kinds = Readonly<Record<string, { readonly columns: Columns<Row>; readonly none: string }>>

export const text =
  (name: string) =>
  (row: Row): string =>
    String(row[name] ?? '')

/** Columns that are called as the members that they show. */
export const named = (...names: string[]): Columns<Row> => Object.fromEntries(names.map((name) => [name, text(name)]))
