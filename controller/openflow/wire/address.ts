import { TextSyntaxError } from './errors.ts'

/** A 48-bit Ethernet address as a number. */
export type Mac = number & { readonly mac?: never }
/** An IPv4 address as an unsigned 32-bit number. */
export type Ipv4 = number & { readonly ipv4?: never }
/** An IPv6 address as an unsigned 128-bit integer. */
export type Ipv6 = bigint & { readonly ipv6?: never }

/** `aa:bb:cc:dd:ee:ff`, two digits a byte, in lower case. */
export const formatMac = (mac: Mac): string =>
  mac
    .toString(16)
    .padStart(12, '0')
    .replace(/(..)(?=.)/g, '$1:')

/** @throws TextSyntaxError unless the text is six hexadecimal bytes */
export const parseMac = (text: string): Mac => {
  if (!/^[0-9a-f]{1,2}(:[0-9a-f]{1,2}){5}$/i.test(text)) {
    throw new TextSyntaxError(text, 'an Ethernet address is six bytes, as in 00:11:22:33:44:55')
  }
  return Number.parseInt(
    text
      .split(':')
      .map((byte) => byte.padStart(2, '0'))
      .join(''),
    16,
  )
}

/** `192.0.2.1` */
export const formatIpv4 = (address: Ipv4): string =>
  `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`

/** @throws TextSyntaxError unless the text is a dotted quad */
export const parseIpv4 = (text: string): Ipv4 => {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) {
    throw new TextSyntaxError(text, 'an IPv4 address is four bytes, as in 192.0.2.1')
  }
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0)
}

const groupsOf = (address: Ipv6): number[] =>
  Array.from({ length: 8 }, (_, index) => Number((address >> BigInt(112 - index * 16)) & 0xffffn))

/** The longest run of zero groups, at least two; the first of equals (RFC 5952 §4.2). */
const longestZeroRun = (groups: readonly number[]): readonly [start: number, length: number] => {
  let best: readonly [number, number] = [-1, 1]
  for (let start = 0; start < 8; start++) {
    let length = 0
    while (start + length < 8 && groups[start + length] === 0) length++
    if (length > best[1]) best = [start, length]
  }
  return best
}

/** The upper 96 bits of an address that holds one of IPv4 (RFC 4291 §2.5.5.2). */
const mappedPrefix = 0xffffn

/** True for `::ffff:192.0.2.1`, and for `::192.0.2.1` where more than 16 bits are set. */
const holdsIpv4 = (address: Ipv6): boolean => {
  const prefix = address >> 32n
  return prefix === mappedPrefix || (prefix === 0n && address > 0xffffn)
}

/** The text form of RFC 5952, as inet_ntop gives it. */
export const formatIpv6 = (address: Ipv6): string => {
  if (holdsIpv4(address))
    return `${address >> 32n === 0n ? '::' : '::ffff:'}${formatIpv4(Number(address & 0xffffffffn))}`
  const groups = groupsOf(address)
  const hex = groups.map((group) => group.toString(16))
  const [start, length] = longestZeroRun(groups)
  if (start < 0) return hex.join(':')
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`
}

/** Groups between colons; the last of an address may be one of IPv4. */
const parseGroups = (text: string, whole: string, isEnd: boolean): number[] => {
  if (text === '') return []
  return text.split(':').flatMap((group, index, all) => {
    if (isEnd && group.includes('.') && index === all.length - 1) {
      const quad = parseIpv4(group)
      return [quad >>> 16, quad & 0xffff]
    }
    if (!/^[0-9a-f]{1,4}$/i.test(group)) {
      throw new TextSyntaxError(whole, 'an IPv6 address is eight groups, as in 2001:db8::1')
    }
    return [Number.parseInt(group, 16)]
  })
}

/** @throws TextSyntaxError unless the text is an IPv6 address */
export const parseIpv6 = (text: string): Ipv6 => {
  const halves = text.split('::')
  const [head = '', tail] = halves
  const first = parseGroups(head, text, tail === undefined)
  const last = tail === undefined ? [] : parseGroups(tail, text, true)
  const missing = 8 - first.length - last.length
  if (halves.length > 2 || (tail === undefined ? missing !== 0 : missing < 1)) {
    throw new TextSyntaxError(text, 'an IPv6 address is eight groups, as in 2001:db8::1')
  }
  const groups = [...first, ...Array<number>(missing).fill(0), ...last]
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(group), 0n)
}
