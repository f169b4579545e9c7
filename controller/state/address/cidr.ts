import { type Address, bitsOf, formatAddress, parseAddress } from './address.ts'

/** A range of addresses under one prefix. */
export interface Cidr {
  readonly family: 4 | 6
  readonly first: bigint
  readonly last: bigint
  /** Bits. */
  readonly prefix: number
}

const form = /^([^/]+)\/(0|[1-9]\d{0,2})$/

/** The range that a text such as `10.0.0.0/24` names, with the bits behind the prefix cleared; undefined where it is none. */
export const parseCidr = (text: string): Cidr | undefined => {
  const [, addressText = '', prefixText = ''] = form.exec(text) ?? []
  const address = parseAddress(addressText)
  if (!address) return undefined
  const bits = bitsOf(address.family)
  const prefix = Number(prefixText)
  if (prefix > bits) return undefined
  const hostBits = BigInt(bits - prefix)
  const first = (address.number >> hostBits) << hostBits
  return { family: address.family, first, last: first + (1n << hostBits) - 1n, prefix }
}

export const formatCidr = ({ family, first, prefix }: Cidr): string =>
  `${formatAddress({ family, number: first })}/${prefix}`

export const contains = ({ family, first, last }: Cidr, address: Address): boolean =>
  address.family === family && address.number >= first && address.number <= last

export const overlap = (a: Cidr, b: Cidr): boolean => a.family === b.family && a.first <= b.last && b.first <= a.last

/**
 * The addresses that ports may have. Not the network's own and the broadcast address of IPv4 (RFC 3021: /31 has
 * neither), nor the subnet-router anycast address of IPv6 (RFC 4291 §2.6.1, RFC 6164 for /127).
 */
export const usable = ({ family, first, last, prefix }: Cidr): { readonly first: bigint; readonly last: bigint } => {
  if (bitsOf(family) - prefix < 2) return { first, last }
  return { first: first + 1n, last: family === 4 ? last - 1n : last }
}

/** `10.0.0.9` or `10.0.0.1-10.0.0.9`, as numbers; undefined where it is neither. */
export const parseRange = (
  text: string,
): { readonly family: 4 | 6; readonly first: bigint; readonly last: bigint } | undefined => {
  const [from = '', to = from, more] = text.split('-')
  const [first, last] = [parseAddress(from), parseAddress(to)]
  if (more !== undefined || !first || !last || first.family !== last.family) return undefined
  return { family: first.family, first: first.number, last: last.number }
}
