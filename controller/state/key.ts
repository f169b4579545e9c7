import { InvalidRequestError } from './errors.ts'
import type { Span } from './store.ts'

/**
 * Segments between slashes, none empty, of printable ASCII: there JavaScript (UTF-16 units), SQLite
 * and etcd (bytes) agree on the order of keys.
 */
const keyForm = /^[!-.0-~]+(\/[!-.0-~]+)*$/
const prefixForm = /^([!-.0-~]+\/)*[!-.0-~]*$/
/** A space sorts before all that a key may hold: `key + ' '` lies right behind the key. */
const boundForm = /^[ -~]*$/
const maxLength = 512

/** The first string behind every key. */
const behindAll = '\x7f'

/** Keys from `from` (inclusive) to `to` (exclusive). */
export interface Bounds {
  readonly from: string
  readonly to: string
}

/** @throws InvalidRequestError */
export const checkKey = (key: string): string => {
  if (keyForm.test(key) && key.length <= maxLength) return key
  throw new InvalidRequestError(
    `${JSON.stringify(key.slice(0, 80))} is no key: segments of printable ASCII between slashes, ${maxLength} characters at most`,
  )
}

/** @throws InvalidRequestError for a prefix that no key can have, or a bound that is not printable ASCII */
export const boundsOf = (span: Span): Bounds => {
  if (span.prefix !== undefined) return boundsOfPrefix(span.prefix)
  const { from = '', to } = span
  for (const bound of [from, to ?? '']) {
    if (!boundForm.test(bound))
      throw new InvalidRequestError(`${JSON.stringify(bound)} is no bound: printable ASCII only`)
  }
  return { from, to: to ?? behindAll }
}

export const boundsOfPrefix = (prefix: string): Bounds => {
  if (!prefixForm.test(prefix)) throw new InvalidRequestError(`${JSON.stringify(prefix)} starts no key`)
  if (prefix === '') return { from: '', to: behindAll }
  const last = prefix.charCodeAt(prefix.length - 1)
  return { from: prefix, to: prefix.slice(0, -1) + String.fromCharCode(last + 1) }
}

export const within = (key: string, { from, to }: Bounds): boolean => key >= from && key < to
