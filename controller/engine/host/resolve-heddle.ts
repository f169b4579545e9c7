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

/** Marks the address of an app's file; a new number has the file read again, and what it imports. */
export const appMark = 'heddle-app'

/**
 * Runs in Node's thread for hooks, which sees no other file of ours. What an app's file imports gets
 * the mark of the file, and so is read with it: all but packages, and heddle itself. What is marked
 * is an ES module, whatever a loader of TypeScript would make of a file outside of any package, unless
 * its name says that it is CommonJS.
 */
const hooks = `
let own, root
const modules = { commonjs: 'module', 'commonjs-typescript': 'module-typescript' }
export const initialize = (given) => { ({ own, root } = given) }
const markOf = (url) => /[?&](${appMark}=\\d+)/.exec(url ?? '')?.[1]
const isBeside = (url) => url.startsWith('file:') && !url.startsWith(root) && !url.includes('/node_modules/')
const marked = (url, mark) => url + (url.includes('?') ? '&' : '?') + mark
export const resolve = async (specifier, context, next) => {
  const found = await next(own[specifier] ?? specifier, context)
  const mark = markOf(context.parentURL)
  const url = mark && isBeside(found.url) && !markOf(found.url) ? marked(found.url, mark) : found.url
  const isModule = markOf(url) && !/\\.c[jt]s\\?/.test(url)
  const format = isModule && found.format in modules ? modules[found.format] : found.format
  return { ...found, url, format }
}`

/** Lets apps import `heddle` wherever their file lies. Once in a process is enough. */
export const resolveHeddle = (): void =>
  register(`data:text/javascript,${encodeURIComponent(hooks)}`, { data: { own, root: controller.href } })
