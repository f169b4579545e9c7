import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What JSON gives; integers of 16 digits and more come as bigints. */
export type Value = null | boolean | number | bigint | string | readonly Value[] | Members
export interface Members {
  readonly [key: string]: Value
}

/** The forms of lines, told by their keys; `../shared/vectors/README.md` describes them. */
export type Form = 'message' | 'hostile' | 'session' | 'packet' | 'unknown'

export interface Vector {
  readonly file: string
  readonly name: string
  readonly form: Form
  readonly line: Members
}

const longInteger = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d{16,}(?![\d.eE])/g

const bigKey = '$integer'

/** JSON with whole numbers of any size. */
export const parseJson = (text: string): Value =>
  JSON.parse(
    text.replace(longInteger, (token) => (token.startsWith('"') ? token : `{"${bigKey}":"${token}"}`)),
    (_key, value) => (typeof value === 'object' && value !== null && bigKey in value ? BigInt(value[bigKey]) : value),
  ) as Value

export const isMembers = (value: Value | undefined): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const formOf = (line: Members): Form => {
  if ('c2s' in line && 's2c' in line) return 'session'
  if (typeof line.hex !== 'string') return 'unknown'
  if ('expectation' in line) return 'hostile'
  if ('layer' in line) return 'packet'
  return 'decoded' in line || 'text' in line || 'type' in line ? 'message' : 'unknown'
}

const parseLine = (file: string, text: string, index: number): Vector => {
  const line = parseJson(text)
  const place = `${file}:${index + 1}`
  if (!isMembers(line)) return { file, name: place, form: 'unknown', line: {} }
  return { file, name: typeof line.name === 'string' ? line.name : place, form: formOf(line), line }
}

const loadFile = (folder: string, file: string): Vector[] =>
  readFileSync(join(folder, file), 'utf8')
    .split('\n')
    .map((text, index) => ({ text, index }))
    .filter(({ text }) => text.trim() !== '')
    .map(({ text, index }) => parseLine(file, text, index))

/** Every line of every `*.jsonl` file of a folder. */
export const loadVectors = (folder: string): Vector[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.jsonl'))
    .sort()
    .flatMap((file) => loadFile(folder, file))

/** A text member of a line, or undefined. */
export const textOf = (line: Members, key: string): string | undefined => {
  const value = line[key]
  return typeof value === 'string' ? value : undefined
}
