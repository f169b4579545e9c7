import { pathToFileURL } from 'node:url'
import { type App, defineApp } from '../app.ts'
import { calls } from '../calls.ts'
import { AppFileError } from './app-source.ts'
import { appMark, resolveHeddle } from './resolve-heddle.ts'

const isTypeScript = (file: string): boolean => /\.[cm]?ts$/.test(file)

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | null)?.code

/** Whether Node did not know what to do with TypeScript. */
const isUnread = (file: string, error: unknown): boolean =>
  isTypeScript(file) && codeOf(error) === 'ERR_UNKNOWN_FILE_EXTENSION'

const importAnew = (file: string): Promise<unknown> => {
  const url = pathToFileURL(file)
  url.search = `${appMark}=${process.hrtime.bigint()}`
  return import(url.href)
}

/** Has tsx read TypeScript from now on, where it is installed; says whether it is. */
const readTypeScript = async (): Promise<boolean> => {
  try {
    const { register } = await import('tsx/esm/api')
    register()
    // Hooks that are registered last are asked first, and ours must be.
    resolveHeddle()
    return true
  } catch {
    return false
  }
}

const explained = (file: string, error: unknown): AppFileError => {
  if (isUnread(file, error)) {
    return new AppFileError(
      `${file} is TypeScript, which Node ${process.versions.node} does not read by itself: ` +
        'use Node 22.18 or later, npm install tsx beside heddle, or give a .js file',
      { cause: error },
    )
  }
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return new AppFileError(`${file} cannot be loaded: ${text}`, { cause: error })
}

/** The default export, also where a loader has wrapped a CommonJS module. */
const defaultOf = (module: { readonly default?: unknown }): unknown => {
  const exported = module.default as { readonly default?: unknown } | undefined
  return exported !== null && typeof exported === 'object' && 'default' in exported ? exported.default : exported
}

const isObject = (value: unknown): boolean => value !== null && typeof value === 'object'

/** Files of JavaScript are not checked by a compiler. */
const check = (value: unknown, file: string): App => {
  const app = value as Partial<App> | null | undefined
  if (!app || !isObject(app)) {
    throw new AppFileError(`${file} has no app as its default export: export default defineApp({ … })`)
  }
  const { name, pipeline, collections, rules } = app
  if (typeof name !== 'string') throw new AppFileError(`${file}: the app's name is missing`)
  if (!Array.isArray(pipeline) || !pipeline.every((stage) => typeof stage === 'string')) {
    throw new AppFileError(`${file}: pipeline: a list of names of stages is expected`)
  }
  if (!isObject(collections)) throw new AppFileError(`${file}: collections: an object is expected, {} for none`)
  if (!isObject(rules)) throw new AppFileError(`${file}: rules: an object is expected`)
  return defineApp(app as App)
}

const importAny = (file: string): Promise<unknown> =>
  importAnew(file).catch(async (error: unknown) => {
    if (!isUnread(file, error) || !(await readTypeScript())) throw explained(file, error)
    return importAnew(file).catch((second: unknown) => {
      throw explained(file, second)
    })
  })

/**
 * Reads the app in a file anew each time, and the ES modules that it imports from beside it; packages
 * and CommonJS modules stay as they were.
 *
 * @throws AppFileError, RangeError for a bad name
 */
export const importApp = async (file: string): Promise<App> => {
  const before = calls.enter(calls.numberOf({ name: file }))
  try {
    return check(defaultOf((await importAny(file)) as { readonly default?: unknown }), file)
  } finally {
    calls.leave(before)
  }
}
