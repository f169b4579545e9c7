import { parseIpv4, parseIpv6 } from '../../../controller/openflow/wire/address.ts'

/** An IPv4 address as an unsigned number of 32 bits, an IPv6 address as one of 128. */
export type Ip = number | bigint

/** An address with the length of its prefix. */
export interface Prefix {
  readonly ip: Ip
  readonly length: number
}

/** @throws Error unless it is an IPv4 or IPv6 address */
export const parseIp = (text: string): Ip => (text.includes(':') ? parseIpv6(text) : parseIpv4(text))

/** Without a length, the prefix is the whole address. */
export const parsePrefix = (text: string): Prefix => {
  const [address = '', length] = text.split('/')
  const ip = parseIp(address)
  return { ip, length: length === undefined ? bitsOf(ip) : Number(length) }
}

const bitsOf = (ip: Ip): number => (typeof ip === 'bigint' ? 128 : 32)

export const sameFamily = (a: Ip, b: Ip): boolean => typeof a === typeof b

export const isWithin = (ip: Ip, prefix: Prefix): boolean => {
  if (!sameFamily(ip, prefix.ip)) return false
  const rest = BigInt(bitsOf(ip) - prefix.length)
  return BigInt(ip) >> rest === BigInt(prefix.ip) >> rest
}

/** fe80::/10 */
export const isLinkLocal = (ip: Ip): boolean => typeof ip === 'bigint' && ip >> 118n === 0x3fan
