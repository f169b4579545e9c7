import { InvalidDocumentError } from './errors.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

/** Characters of text; etcd takes requests of 1.5 MiB at most. */
const maxLength = 1_000_000

/** A document this deep is a cycle or a mistake. */
const maxDepth = 64

/**
 * Text of a JSON document with the names in each object sorted, so that equal documents are equal
 * text and a comparison of values is a comparison of text in every database. Undefined properties
 * are left out, as JSON.stringify does.
 *
 * @throws InvalidDocumentError for what JSON cannot carry without loss, naming the place
 */
export const encodeDocument = (value: unknown): string => {
  const text = write(value, [])
  if (text.length > maxLength) {
    throw new InvalidDocumentError('', `has ${text.length} characters of text; at most ${maxLength} are stored`)
  }
  return text
}

export const decodeDocument = (text: string): Json => JSON.parse(text) as Json

const write = (value: unknown, path: string[]): string => {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return JSON.stringify(value)
    case 'number':
      if (!Number.isFinite(value)) throw refused(path, `is ${value}, which JSON does not have`)
      return JSON.stringify(value)
    case 'object':
      return value === null ? 'null' : writeObject(value, path)
    default:
      throw refused(path, `is a ${typeof value}, which JSON does not have`)
  }
}

const writeObject = (value: object, path: string[]): string => {
  if (path.length === maxDepth) throw refused(path, `lies deeper than ${maxDepth} levels`)
  if (Array.isArray(value)) return `[${Array.from(value, (item, at) => writeAt(item, `[${at}]`, path)).join(',')}]`
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype !== Object.prototype && prototype !== null) {
    throw refused(path, `is a ${prototype.constructor.name}, which JSON does not have`)
  }
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  members.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${writeAt(member, `.${name}`, path)}`).join(',')}}`
}

const writeAt = (value: unknown, step: string, path: string[]): string => {
  path.push(step)
  const text = write(value, path)
  path.pop()
  return text
}

const refused = (path: readonly string[], reason: string): InvalidDocumentError =>
  new InvalidDocumentError(path.join('').replace(/^\./, '').slice(0, 200), reason)
