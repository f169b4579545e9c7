import { existsSync, readdirSync } from 'node:fs'
import { isAbsolute } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where an app comes from: one of the project's by name, or a file by its absolute path. */
export type AppSource = { readonly builtin: string } | { readonly file: string }

/** An app that there is not, or that cannot be read as one. */
export class AppFileError extends Error {
  override readonly name = 'AppFileError'
}

/** The project's own apps: beside `controller`, in a checkout and in the published package alike. */
const folder = new URL('../../../apps/', import.meta.url)

/** Folders in it that hold apps: itself, and that of the parts of the vRouter. */
const groups = ['./', './vrouter/']

const fileOf = (name: string): string | undefined =>
  groups
    .flatMap((group) => ['app.ts', 'app.js'].map((file) => fileURLToPath(new URL(`${group}${name}/${file}`, folder))))
    .find(existsSync)

const nameForm = /^[a-z][a-z0-9-]*$/

/** Names of the project's own apps. */
export const builtinApps = (): string[] =>
  groups
    .flatMap((group) => readdirSync(new URL(group, folder)))
    .filter((name) => nameForm.test(name) && fileOf(name) !== undefined)

/** Whether somebody means a file rather than an app of the project. */
export const looksLikeFile = (text: string): boolean => /[/\\]|\.[cm]?[jt]s$/.test(text)

/** @throws AppFileError where there is none */
export const fileOfSource = (source: AppSource): string => {
  if ('builtin' in source) {
    const file = nameForm.test(source.builtin) ? fileOf(source.builtin) : undefined
    if (file !== undefined) return file
    const list = builtinApps().join(', ')
    throw new AppFileError(`heddle has no app "${source.builtin}" (it has ${list}); a file is given as ./my-app.ts`)
  }
  if (!isAbsolute(source.file)) throw new AppFileError(`${source.file} is no absolute path`)
  if (!existsSync(source.file)) throw new AppFileError(`there is no file ${source.file}`)
  return source.file
}

/** As people write it. */
export const sourceText = (source: AppSource): string => ('builtin' in source ? source.builtin : source.file)
