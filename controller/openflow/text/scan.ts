import { TextSyntaxError } from '../wire/errors.ts'
import { own } from '../wire/names.ts'

/**
 * A `key`, `key=value`, `key:value` or `key(value)` of ovs-ofctl's syntax. Of `key(a)->b` the value
 * is `a->b`.
 */
export interface Item {
  readonly key: string
  /** What follows the delimiter; empty where there is none. */
  readonly value: string
  /** The whole, for error messages. */
  readonly text: string
}

const isSeparator = (char: string): boolean => char === ',' || char === ' ' || char === '\t' || char === '\n'

/** The position after the parenthesis that closes the one before `start`. */
const closing = (text: string, start: number): number => {
  let depth = 1
  for (let at = start; at < text.length; at++) {
    if (text[at] === '(') depth++
    else if (text[at] === ')' && --depth === 0) return at
  }
  throw new TextSyntaxError(text, 'a closing parenthesis is missing')
}

const itemEnd = (text: string, start: number): number => {
  let at = start
  while (at < text.length && !isSeparator(text[at] as string)) {
    if (text[at] === ')') throw new TextSyntaxError(text.slice(start), 'a parenthesis too many')
    at = text[at] === '(' ? closing(text, at + 1) + 1 : at + 1
  }
  return at
}

const itemOf = (text: string): Item => {
  const [, key, delimiter, value] = /^([^=:(]*)([=:(]?)(.*)$/s.exec(text) as unknown as [string, string, string, string]
  if (delimiter !== '(') return { key, value, text }
  const end = closing(value, 0)
  const tail = value.slice(end + 1)
  if (tail !== '' && !tail.startsWith('->')) {
    throw new TextSyntaxError(text, 'nothing but -> may follow the closing parenthesis')
  }
  return { key, value: value.slice(0, end) + tail, text }
}

/** Splits at commas and blanks that stand outside parentheses; empty parts are left out. */
export const splitTop = (text: string): string[] => {
  const parts: string[] = []
  let at = 0
  while (at < text.length) {
    if (isSeparator(text[at] as string)) {
      at++
      continue
    }
    const end = itemEnd(text, at)
    parts.push(text.slice(at, end))
    at = end
  }
  return parts
}

/** The items of a list such as `tcp,nw_dst=10.0.0.1,ct(commit,zone=1)`. */
export const items = (text: string): Item[] => splitTop(text).map(itemOf)

/**
 * Reads `member=value` items into a draft by a table of setters.
 *
 * @throws TextSyntaxError naming the item that no setter is for
 */
export const readMembers = <Draft>(
  text: string,
  setters: Readonly<Record<string, (draft: Draft, value: string) => void>>,
  draft: Draft,
): void => {
  for (const item of items(text)) {
    const set = own(setters, item.key)
    if (!set) throw new TextSyntaxError(item.text, `one of ${Object.keys(setters).join(', ')} is expected`)
    set(draft, item.value)
  }
}

/** A decimal or `0x…` number up to `maximum`. */
export const integer = (text: string, maximum = 0xffffffff): number => {
  const value = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : Number.NaN
  if (Number.isNaN(value)) throw new TextSyntaxError(text, 'a number is expected')
  if (value > maximum) throw new TextSyntaxError(text, `a number of at most ${maximum} is expected`)
  return value
}

/** A decimal or `0x…` number of up to 64 bits. */
export const bigInteger = (text: string): bigint => {
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(text)) throw new TextSyntaxError(text, 'a number is expected')
  const value = BigInt(text)
  if (value >> 64n !== 0n) throw new TextSyntaxError(text, 'a number of at most 64 bits is expected')
  return value
}

/** Bytes written as `01.02.0a` or `01020a`. */
export const dottedBytes = (text: string): Uint8Array => {
  const digits = text.replaceAll('.', '')
  if (!/^([0-9a-f]{2})*$/i.test(digits)) throw new TextSyntaxError(text, 'bytes as in 01.02.0a are expected')
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

/** Splits `value->field`. */
export const arrow = (text: string): [from: string, to: string] => {
  const at = text.indexOf('->')
  if (at < 0) throw new TextSyntaxError(text, 'source->destination is expected')
  return [text.slice(0, at), text.slice(at + 2)]
}
