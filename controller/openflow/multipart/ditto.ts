/** What is to be printed of a table. */
export interface TableText {
  readonly tableId: number
  readonly name: string
  /** Whether the table is like the one before. */
  readonly same: boolean
  /** Lines after the table's number, each with a line feed before it. */
  readonly text: string
}

const runText = (run: readonly TableText[]): string => {
  const first = run[0]
  const last = run.at(-1)
  if (!first || !last) return ''
  return first === last
    ? `\n  table ${first.tableId}: ditto\n`
    : `\n  tables ${first.tableId}...${last.tableId}: ditto\n`
}

const tableText = ({ tableId, name, same, text }: TableText): string =>
  `\n  table ${tableId}${name === '' ? '' : ` ("${name}")`}:${same ? ' ditto' : `${text}\n`}`

/** Tables as ovs-ofctl prints them: runs of tables like the one before are put together. */
export const dittoText = (tables: readonly TableText[]): string => {
  let text = ''
  let run: TableText[] = []
  for (const table of tables) {
    if (table.same && table.name === '') {
      run.push(table)
      continue
    }
    text += runText(run) + tableText(table)
    run = []
  }
  return (text + runText(run)).replace(/\n$/, '')
}
