import { readFileSync, writeFileSync } from 'node:fs'

const begin = '<!-- measured: begin -->'
const end = '<!-- measured: end -->'

/**
 * Puts what was measured between the two marks of a page.
 *
 * @throws Error where the page has no marks
 */
export const publishTables = (file: string, measured: string): void => {
  const page = readFileSync(file, 'utf8')
  const [from, to] = [page.indexOf(begin), page.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`${file} has no ${begin} ... ${end}`)
  writeFileSync(file, `${page.slice(0, from + begin.length)}\n\n${measured}\n\n${page.slice(to)}`)
}
