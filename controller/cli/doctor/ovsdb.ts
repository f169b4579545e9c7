import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** A row of an OVSDB table: sets as lists, maps as objects. */
export type Row = Readonly<Record<string, unknown>>

/** A value as ovs-vsctl's JSON has it (RFC 7047 §5.1). */
const plain = (value: unknown): unknown => {
  if (!Array.isArray(value)) return value
  const [tag, content] = value as [string, unknown]
  if (tag === 'set') return (content as unknown[]).map(plain)
  if (tag === 'map') return Object.fromEntries((content as [unknown, unknown][]).map(([k, v]) => [plain(k), plain(v)]))
  return content
}

const rowsOf = (json: string): Row[] => {
  const { headings, data } = JSON.parse(json) as { headings: string[]; data: unknown[][] }
  return data.map((cells) => Object.fromEntries(headings.map((heading, index) => [heading, plain(cells[index])])))
}

/** A column's values, whether it holds one, none or many. */
export const listOf = (row: Row | undefined, column: string): string[] => {
  const value = row?.[column]
  return (Array.isArray(value) ? value : value === undefined ? [] : [value]).map(String)
}

/** Reads a table of the Open vSwitch database. */
export type ReadTable = (table: string) => Promise<readonly Row[]>

/** @param database as ovs-vsctl's --db takes it; its usual one unless given */
export const openOvsdb =
  (database: string | undefined): ReadTable =>
  async (table) => {
    const where = database === undefined ? [] : [`--db=${database}`]
    const { stdout } = await execute('ovs-vsctl', [...where, '--timeout=5', '--format=json', 'list', table])
    return rowsOf(stdout)
  }
