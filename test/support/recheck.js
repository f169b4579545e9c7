import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'

/** More files that failed than so many say that something is broken. */
const mostRechecked = 3

const outline = String(new URL('outline.js', import.meta.url))
const failedFiles = String(new URL('failed-files.js', import.meta.url))

/** Options of node --test that print what this project prints. */
export const reported = ['--test-reporter', outline, '--test-reporter-destination', 'stdout']

/**
 * Runs test files. Those with real switches depend on what else the machine does, so where a few failed, they are run
 * once more by themselves, as Open vSwitch does with its own (RECHECK): a failure that comes again counts; one that
 * does not is told at the end, to be mended. What is random is the same again.
 *
 * @param {readonly string[]} files
 * @param {string} root of the project, by which files are named
 * @param {(files: readonly string[], ...options: string[]) => number} run gives the exit code
 * @returns {number} the exit code
 */
export const runRechecked = (files, root, run) => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-failed-'))
  try {
    const note = join(folder, 'files')
    const status = run(files, ...reported, '--test-reporter', failedFiles, '--test-reporter-destination', note)
    const failed = readFileSync(note, 'utf8').split('\n').filter(Boolean)
    if (status === 0 || failed.length === 0 || failed.length > mostRechecked) return status
    // A test that another file has made says nothing of the one that was run.
    const known = new Set(files.map((file) => resolve(root, file)))
    if (!failed.every((file) => known.has(file))) return status
    const names = failed.map((file) => relative(root, file)).join(', ')
    console.log(`\nonce more, by themselves: ${names}`)
    const again = run(failed, ...reported)
    console.log(again === 0 ? `\nFLAKY: failed, and passed the second time: ${names}` : `\nfailed twice: ${names}`)
    return again
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
