/** Rows as text in aligned columns; the first row's keys are the headings. */
export const columns = (rows: readonly Readonly<Record<string, string | number>>[]): string => {
  const headings = Object.keys(rows[0] ?? {})
  const lines = [headings, ...rows.map((row) => headings.map((heading) => String(row[heading])))]
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => (line[column] as string).length)))
  const aligned = lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column] as number)).join('  '))
  return aligned.map((line) => line.trimEnd()).join('\n')
}
