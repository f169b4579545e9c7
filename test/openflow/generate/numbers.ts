import { Oxm } from '../../../controller/openflow/fields/oxm.ts'

/** A number somewhere in a message. */
export interface NumberPlace {
  /** As errors name it: actions and instructions stand under their types. */
  readonly path: string
  readonly value: number | bigint
  /** The message with another number in this place. */
  readonly with: (value: number | bigint) => unknown
}

type Parent = Readonly<Record<string, unknown>> | readonly unknown[]

const isParent = (value: unknown): value is Parent =>
  typeof value === 'object' && value !== null && !(value instanceof Uint8Array) && !(value instanceof Oxm)

const replaced = (parent: Parent, key: string, value: unknown): Parent =>
  Array.isArray(parent)
    ? parent.map((item, index) => (String(index) === key ? value : item))
    : { ...parent, [key]: value }

const lists = /\.(?:actions|instructions)\[\d+\]$/

const pathOf = (parent: Parent, path: string, key: string): string => {
  if (Array.isArray(parent)) return `${path}[${key}]`
  return lists.test(path) ? `${path}.${(parent as { readonly type: string }).type}.${key}` : `${path}.${key}`
}

/** Every number in a message but those of match fields. */
export const numbersOf = (parent: unknown, path: string): NumberPlace[] => {
  if (!isParent(parent)) return []
  return Object.entries(parent).flatMap(([key, value]): NumberPlace[] => {
    // Names a field of the table, which has numbers of its own.
    if (key === 'code' && typeof value === 'object') return []
    const at = pathOf(parent, path, key)
    if (typeof value === 'number' || typeof value === 'bigint') {
      return [{ path: at, value, with: (other) => replaced(parent, key, other) }]
    }
    return numbersOf(value, at).map((place) => ({
      ...place,
      with: (other) => replaced(parent, key, place.with(other)),
    }))
  })
}

/** Numbers that fit nowhere: constants of learned flows have up to 2,047 bits. */
export const wrongValues = (value: number | bigint): readonly (number | bigint)[] =>
  typeof value === 'bigint' ? [-1n, 1n << 2048n] : [-1, 1.5, 2 ** 52, Number.NaN]
