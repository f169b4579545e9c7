import { readFileSync } from 'node:fs'
import { type Document, isMap, isNode, isSeq, LineCounter, parseAllDocuments, parseDocument } from 'yaml'
import type { Problem } from './validate.ts'

/** A YAML (or JSON) file, and where in it things are. */
export interface YamlFile {
  readonly value: unknown
  /** `FILE:LINE:COLUMN: problem`, for the part of the document that the problem is about. */
  readonly locate: (problem: Problem) => string
}

/** A file that cannot be read, or is no YAML; its message names the file, and the line where one is at fault. */
export class YamlError extends Error {
  override readonly name = 'YamlError'
}

/** Offset of the part with this path, or of the nearest that there is. */
const offsetOf = (document: Document.Parsed, path: string): number => {
  let node: unknown = document.contents
  let offset = document.contents?.range?.[0] ?? 0
  for (const step of path === '' ? [] : path.split('/')) {
    const pair = isMap(node) ? node.items.find(({ key }) => String(key) === step) : undefined
    const next = pair ? pair.value : isSeq(node) ? node.items[Number(step)] : undefined
    const start = isNode(pair?.key) ? pair.key.range?.[0] : isNode(next) ? next.range?.[0] : undefined
    if (start === undefined) break
    offset = start
    node = next
  }
  return offset
}

const read = (file: string): string => {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (error) {
    throw new YamlError(`${file} cannot be read: ${(error as Error).message}`)
  }
}

const reading = (file: string) => {
  const text = read(file)
  const lineCounter = new LineCounter()
  const at = (offset: number): string => {
    const { line, col } = lineCounter.linePos(offset)
    return `${file}:${line}:${col}`
  }
  return { text, options: { lineCounter, prettyErrors: false } as const, at }
}

const fileOf = (document: Document.Parsed, at: (offset: number) => string): YamlFile => {
  const [error] = document.errors
  if (error) throw new YamlError(`${at(error.pos[0])}: ${error.message}`)
  return {
    value: document.toJS() ?? {},
    locate: ({ path, message }) => `${at(offsetOf(document, path))}: ${path === '' ? '' : `${path}: `}${message}`,
  }
}

/** @throws YamlError where it cannot be read, or is no YAML */
export const readYaml = (file: string): YamlFile => {
  const { text, options, at } = reading(file)
  return fileOf(parseDocument(text, options), at)
}

/**
 * All documents of a file; `-` is the standard input.
 *
 * @throws YamlError where it cannot be read, or is no YAML
 */
export const readYamlDocuments = (file: string): YamlFile[] => {
  const { text, options, at } = reading(file)
  const documents = parseAllDocuments(text, options)
  return 'empty' in documents ? [] : documents.map((document) => fileOf(document, at))
}
