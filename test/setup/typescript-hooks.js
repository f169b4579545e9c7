// Hooks of Node's loader. Imports here have full names, so that only types are to be taken away; tsx, which also finds
// what is named otherwise, takes half a second more for each process. What was compiled is kept with a hash of its
// source, and is never used for another.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const cache = join(root, 'node_modules/.cache/heddle-typescript')

/** @param {string} url */
const isOurs = (url) => url.startsWith('file:') && new URL(url).pathname.endsWith('.ts')

/** @param {string} path relative to the root */
const isOutside = (path) => path.startsWith('..') || path.split(sep).includes('node_modules')

/** @param {string} file */
const readOr = (file) => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/**
 * Other processes read it meanwhile, so it is there as a whole or not at all; to an ordinary user it may be read-only.
 *
 * @param {string} file
 * @param {string} text
 */
const keep = (file, text) => {
  try {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(`${file}.${process.pid}`, text)
    renameSync(`${file}.${process.pid}`, file)
  } catch {}
}

/** @param {string} path */
const compiled = async (path) => {
  const source = readFileSync(join(root, path), 'utf8')
  const hash = createHash('sha256').update(source).digest('hex')
  const file = join(cache, `${path}.js`)
  const kept = readOr(file)
  if (kept.startsWith(hash)) return kept.slice(hash.length)
  const { transform } = await import('esbuild')
  const { code } = await transform(source, {
    ...{ loader: 'ts', format: 'esm', target: 'es2023', sourcemap: 'inline', sourcesContent: false },
    sourcefile: basename(path),
  })
  keep(file, hash + code)
  return code
}

/** @type {import('node:module').LoadHook} */
export const load = async (url, context, next) => {
  if (!isOurs(url)) return next(url, context)
  const path = relative(root, fileURLToPath(url))
  if (isOutside(path)) return next(url, context)
  return { format: 'module', source: await compiled(path), shortCircuit: true }
}
