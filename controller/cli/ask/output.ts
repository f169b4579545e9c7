import { Option } from 'commander'
import { columns } from '../columns.ts'

export type Format = 'table' | 'json' | 'yaml'

export const outputOption = (): Option =>
  new Option('-o, --output <format>', 'how to print it').choices(['table', 'json', 'yaml']).default('table')

export const apiOption = (): Option =>
  new Option('--api <host:port>', 'where the controller is [HEDDLE_API, else 127.0.0.1:8181]')

/** A column of a table: its heading, and what stands in it. */
export type Columns<T> = Readonly<Record<string, (row: T) => string | number>>

/** Rows in aligned columns under headings. */
export const table = <T>(rows: readonly T[], cells: Columns<T>): string =>
  columns(rows.map((row) => Object.fromEntries(Object.entries(cells).map(([heading, cell]) => [heading, cell(row)]))))

/** Prints an answer for programs, or as `people` want to read it. */
export const print = async (answer: unknown, format: Format, people: () => string): Promise<void> => {
  if (format === 'json') console.log(JSON.stringify(answer, undefined, 2))
  else if (format === 'yaml') process.stdout.write((await import('yaml')).stringify(answer))
  else {
    const text = people()
    if (text !== '') console.log(text)
  }
}
