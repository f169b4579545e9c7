import type { Codec } from './codec.ts'
import { EncodeError } from './errors.ts'
import type { Json } from './json.ts'

/** Names of the values of an enumeration, or of the bits of a flag field. */
export type Names = Readonly<Record<string, number>>

/** The name of a value, if it has one. */
export const nameOf = (names: Names, value: number): string | undefined =>
  Object.keys(names).find((name) => names[name] === value)

/** The names of the bits that are set; unknown bits as one `0x…`. */
export const flagNames = (names: Names, value: number): string[] => {
  const known = Object.entries(names).filter(([, bit]) => bit !== 0 && (value & bit) >>> 0 === bit)
  const left = known.reduce((sum, [, bit]) => (sum & ~bit) >>> 0, value)
  return [...known.map(([name]) => name), ...(left === 0 ? [] : [`0x${left.toString(16)}`])]
}

/** What `table` itself holds under a name that others chose, such as `constructor`. */
export const own = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined

const isNumber = /^(0x[0-9a-f]+|\d+)$/i

/** A name's number. Numbers, also as text, stand for themselves. */
const numberOf = (names: Names, name: Json, path: string): number => {
  const named = typeof name === 'string' ? own(names, name) : undefined
  const value = named ?? (typeof name === 'number' || isNumber.test(String(name)) ? Number(name) : Number.NaN)
  if (Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff) return value
  throw new EncodeError(path, `one of ${Object.keys(names).join(', ')}, or a number, is expected`)
}

/** A number of which some values have names; JSON uses the names. */
export const enumOf = (base: Codec<number>, names: Names): Codec<number> => ({
  ...base,
  toJson: (value) => nameOf(names, value) ?? value,
  fromJson: (json, path) => numberOf(names, json, path),
})

/** A set of bits, most with names; JSON is the list of names. */
export const flagsOf = (base: Codec<number>, names: Names): Codec<number> => ({
  ...base,
  toJson: (value) => flagNames(names, value),
  fromJson(json, path) {
    const list: readonly Json[] = Array.isArray(json) ? json : [json]
    return list.reduce<number>((sum, name) => (sum | numberOf(names, name, path)) >>> 0, 0)
  },
})
