import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { baselineBeside } from './report.ts'

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

/** How a run is told of. */
interface Telling<Report> {
  /** Tables in Markdown, as the README.md has them. */
  readonly measuredText: (report: Report) => string
  /** The change since the run before. */
  readonly comparedText: (report: Report, before: Report) => string
}

/**
 * Prints a run, and its change since the baseline.
 *
 * @param main URL of a module: the baseline and README.md are beside it
 * @param save whether the run takes the place of both
 */
export const conclude = <Report>(
  main: string,
  report: Report,
  { measuredText, comparedText }: Telling<Report>,
  save: boolean,
): void => {
  const baseline = baselineBeside<Report>(main)
  const before = baseline.read()
  const measured = measuredText(report)
  console.log(measured)
  if (before) console.log(`\n${comparedText(report, before)}`)
  if (!save) return
  baseline.save(report)
  publishTables(fileURLToPath(new URL('./README.md', main)), measured)
}
