type Rows = readonly (readonly string[])[]

const widthsOf = (rows: Rows): number[] => {
  const columns = Math.max(...rows.map((row) => row.length))
  return Array.from({ length: columns }, (_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
}

/** The first column to the left, the others to the right. */
const padded = (row: readonly string[], widths: readonly number[]): string[] =>
  widths.map((width, column) => (column === 0 ? (row[0] ?? '').padEnd(width) : (row[column] ?? '').padStart(width)))

/** Rows as aligned columns. */
export const table = (rows: Rows): string => {
  const widths = widthsOf(rows)
  return rows.map((row) => padded(row, widths).join('  ').trimEnd()).join('\n')
}

/** The same as pages in Markdown have it; the first row is the head. */
export const markdownTable = (rows: Rows): string => {
  const widths = widthsOf(rows).map((width) => Math.max(width, 4))
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  const [head = '', ...lines] = rows.map((row) => `| ${padded(row, widths).join(' | ')} |`)
  return [head, `| ${rule.join(' | ')} |`, ...lines].join('\n')
}
