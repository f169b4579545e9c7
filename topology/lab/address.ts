import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from '../../controller/openflow/wire/address.ts'

/** An IP address as a number, and its family. */
export interface Address {
  readonly family: 4 | 6
  readonly value: bigint
}

/** A block of addresses. */
export interface Cidr {
  readonly family: 4 | 6
  /** Its first address. */
  readonly base: bigint
  /** Of its prefix, in bits. */
  readonly length: number
}

const bitsOf = (family: 4 | 6): number => (family === 4 ? 32 : 128)

/** @throws Error unless it is an IPv4 or IPv6 address */
export const parseAddress = (text: string): Address =>
  text.includes(':') ? { family: 6, value: parseIpv6(text) } : { family: 4, value: BigInt(parseIpv4(text)) }

export const formatAddress = ({ family, value }: Address): string =>
  family === 4 ? formatIpv4(Number(value)) : formatIpv6(value)

const blockOf = ({ family, value }: Address, length: number): bigint => {
  const rest = BigInt(bitsOf(family) - length)
  return (value >> rest) << rest
}

/** @throws Error unless it is an address, a slash and the length of a prefix, as in `10.0.0.0/24` */
export const parseCidr = (text: string): Cidr => {
  const [, before = '', digits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? []
  if (before === '') throw new Error(`${text}: an address and the length of its prefix are expected, as in 10.0.0.0/24`)
  const address = parseAddress(before)
  const length = Number(digits)
  if (length > bitsOf(address.family)) throw new Error(`${text}: a prefix has at most ${bitsOf(address.family)} bits`)
  return { family: address.family, base: blockOf(address, length), length }
}

export const contains = ({ family, base, length }: Cidr, address: Address): boolean =>
  address.family === family && blockOf(address, length) === base

/** The address `index` places after a block's first one. */
export const nth = ({ family, base }: Cidr, index: number): Address => ({ family, value: base + BigInt(index) })

/** How many addresses a block has. */
export const sizeOf = ({ family, length }: Cidr): bigint => 1n << BigInt(bitsOf(family) - length)
