/** An IPv4 or IPv6 address as a number. */
export interface Address {
  readonly family: 4 | 6
  readonly number: bigint
}

/** Bits of an address. */
export const bitsOf = (family: 4 | 6): 32 | 128 => (family === 4 ? 32 : 128)

const v4Form = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/

const parseV4 = (text: string): bigint | undefined => {
  const parts = v4Form.exec(text)
  if (!parts) return undefined
  let number = 0
  for (const part of parts.slice(1)) {
    if (Number(part) > 255) return undefined
    number = number * 256 + Number(part)
  }
  return BigInt(number)
}

const group = /^[0-9a-f]{1,4}$/i

/** RFC 4291 §2.2: an IPv4 address may stand for the last two groups of all. */
const groupsOf = (text: string, isEnd: boolean): number[] | undefined => {
  if (text === '') return []
  const parts = text.split(':')
  const last = parts[parts.length - 1] ?? ''
  const v4 = isEnd && last.includes('.') ? parseV4(last) : undefined
  if (v4 !== undefined) parts.pop()
  if (!parts.every((part) => group.test(part))) return undefined
  const groups = parts.map((part) => Number.parseInt(part, 16))
  return v4 === undefined ? groups : [...groups, Number(v4 >> 16n), Number(v4 & 0xffffn)]
}

const parseV6 = (text: string): bigint | undefined => {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const head = groupsOf(halves[0] ?? '', halves.length === 1)
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? '', true) : []
  if (!head || !tail) return undefined
  const missing = 8 - head.length - tail.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  const groups = [...head, ...new Array<number>(missing).fill(0), ...tail]
  return groups.reduce((number, value) => (number << 16n) | BigInt(value), 0n)
}

/** The address that a text is; undefined where it is none. IPv4 is taken without leading zeros only. */
export const parseAddress = (text: string): Address | undefined => {
  const family = text.includes(':') ? 6 : 4
  const number = family === 4 ? parseV4(text) : parseV6(text)
  return number === undefined ? undefined : { family, number }
}

const formatV4 = (number: bigint): string => {
  const value = Number(number)
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`
}

/** Start and length of the longest run of zeros; RFC 5952 §4.2: two at least, the first of equals. */
const longestZeros = (groups: readonly number[]): { start: number; length: number } => {
  let best = { start: 0, length: 1 }
  for (let start = 0; start < groups.length; start++) {
    let length = 0
    while (groups[start + length] === 0) length++
    if (length > best.length) best = { start, length }
  }
  return best
}

const formatV6 = (number: bigint): string => {
  const groups = Array.from({ length: 8 }, (_, at) => Number((number >> BigInt(112 - 16 * at)) & 0xffffn))
  const { start, length } = longestZeros(groups)
  const text = (part: readonly number[]): string => part.map((value) => value.toString(16)).join(':')
  if (length < 2) return text(groups)
  return `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`
}

/** The one text of an address: dotted IPv4, or IPv6 by RFC 5952. */
export const formatAddress = ({ family, number }: Address): string =>
  family === 4 ? formatV4(number) : formatV6(number)
