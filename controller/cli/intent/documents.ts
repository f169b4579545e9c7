import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Problem } from '../../engine/index.ts'
import { intentNames } from '../../state/entities/names.ts'
import { CliError } from '../cli-error.ts'
import { readYamlDocuments, type YamlFile } from '../yaml-file.ts'

/** A thing that a file describes, as the API takes it. */
export interface Resource {
  readonly kind: string
  readonly id: string
  readonly spec: Readonly<Record<string, unknown>>
}

/** A resource, and how to say where a mistake in it is. */
export interface Filed {
  readonly resource: Resource
  /** The path is that below the resource's fields; empty for the resource itself. */
  readonly locate: (problem: Problem) => string
}

type Fields = Readonly<Record<string, unknown>>

const kinds: readonly string[] = Object.values(intentNames).map(({ document }) => document)
/** Names of the compact form: kinds by their ids. */
const lists: Readonly<Record<string, string>> = Object.fromEntries(
  Object.values(intentNames).map(({ list, document }) => [list, document]),
)

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isEmpty = (value: unknown): boolean => isFields(value) && Object.keys(value).length === 0

const mistake = ({ locate }: YamlFile, path: string, message: string): CliError =>
  new CliError(locate({ path, message }))

const below =
  ({ locate }: YamlFile, base: string): Filed['locate'] =>
  ({ path, message }) =>
    locate({ path: [base, path].filter((part) => part !== '').join('/'), message })

/** `kind`, `id`, and the fields beside them or under `spec`. */
const single = (document: YamlFile, value: Fields): Filed => {
  const { kind, id, ...rest } = value
  if (typeof kind !== 'string' || !kinds.includes(kind)) {
    const wrong = kind === undefined ? 'is missing' : `${String(kind)} is no kind`
    throw mistake(document, 'kind', `${wrong}; there are ${kinds.join(', ')}`)
  }
  if (typeof id !== 'string')
    throw mistake(document, 'id', id === undefined ? 'is missing' : 'a text is expected: put it in quotes')
  const spec = 'spec' in rest ? rest.spec : rest
  if (!isFields(spec)) throw mistake(document, 'spec', `the fields of a ${kind} are expected`)
  const stray = 'spec' in rest ? Object.keys(rest).find((name) => name !== 'spec') : undefined
  if (stray !== undefined) throw mistake(document, stray, 'stands beside spec: put it under spec, or leave spec out')
  return { resource: { kind, id, spec }, locate: below(document, 'spec' in rest ? 'spec' : '') }
}

const compact = (document: YamlFile, value: Fields): Filed[] =>
  Object.entries(value).flatMap(([list, members]) => {
    const kind = lists[list]
    if (kind === undefined) {
      throw mistake(
        document,
        list,
        `is not a known name (known here: ${Object.keys(lists).join(', ')}; or kind and id)`,
      )
    }
    if (members === null) return []
    if (!isFields(members)) throw mistake(document, list, 'ids with their fields are expected')
    return Object.entries(members).map(([id, spec]) => {
      if (spec !== null && !isFields(spec))
        throw mistake(document, `${list}/${id}`, `the fields of a ${kind} are expected`)
      return { resource: { kind, id, spec: spec ?? {} }, locate: below(document, `${list}/${id}`) }
    })
  })

const resourcesOf = (document: YamlFile): Filed[] => {
  const { value } = document
  if (isEmpty(value)) return []
  if (!isFields(value)) throw mistake(document, '', `kind and id are expected, or ${Object.keys(lists).join(', ')}`)
  return 'kind' in value || 'id' in value ? [single(document, value)] : compact(document, value)
}

/** A file, or those of a folder in the order of their names. */
const filesOf = (path: string): string[] => {
  if (path === '-' || !statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path]
  const names = readdirSync(path).filter((name) => /\.(ya?ml|json)$/.test(name))
  if (names.length === 0) throw new CliError(`${path} holds no .yaml, .yml or .json file`)
  return names.sort().map((name) => join(path, name))
}

/**
 * What files and folders describe.
 *
 * @throws CliError naming the line that is wrong
 */
export const readResources = (paths: readonly string[]): Filed[] => {
  const all = paths.flatMap(filesOf).flatMap(readYamlDocuments).flatMap(resourcesOf)
  const seen = new Map<string, Filed>()
  for (const filed of all) {
    const { kind, id } = filed.resource
    const first = seen.get(`${kind} ${id}`)
    if (first) {
      const [at] = /^.*?:\d+:\d+/.exec(first.locate({ path: '', message: '' })) ?? ['']
      throw new CliError(filed.locate({ path: '', message: `${kind} ${id} is described at ${at} already` }))
    }
    seen.set(`${kind} ${id}`, filed)
  }
  return all
}
