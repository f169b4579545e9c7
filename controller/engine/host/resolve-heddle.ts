import { register } from 'node:module'
import { extname } from 'node:path'

/** `.ts` in a checkout, `.js` in the published package. */
const extension = extname(new URL(import.meta.url).pathname)
const controller = new URL('../../', import.meta.url)

/** What an app's imports of heddle mean: the very modules that run it. */
const own = {
  heddle: new URL(`index${extension}`, controller).href,
  'heddle/openflow': new URL(`openflow/index${extension}`, controller).href,
}

/** Marks the address of an app's file; a new number has the file read again. */
export const appMark = 'heddle-app'

/**
 * Runs in Node's thread for hooks, which sees no other file of ours. A file outside of any package
 * is an ES module here, whatever a loader of TypeScript would make of it.
 */
const hooks = `
let own
const modules = { commonjs: 'module', 'commonjs-typescript': 'module-typescript' }
export const initialize = (given) => { own = given }
export const resolve = async (specifier, context, next) => {
  const found = await next(own[specifier] ?? specifier, context)
  const isApp = specifier.includes('?${appMark}=') && !/\\.c[jt]s\\?/.test(specifier)
  return isApp && found.format in modules ? { ...found, format: modules[found.format] } : found
}`

/** Lets apps import `heddle` wherever their file lies. Once in a process is enough. */
export const resolveHeddle = (): void => register(`data:text/javascript,${encodeURIComponent(hooks)}`, { data: own })
