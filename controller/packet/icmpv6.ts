import { type Ipv6Input, ipv6Of, type MacInput, macOf } from './address.ts'
import { concat, ipv6At, macAt, none, put16, put32, putIpv6, putMac, u8At } from './bytes.ts'
import { checksumOf, pseudoHeaderSum, sumWords } from './checksum.ts'
import { type Icmp, icmpLength, parseIcmp } from './icmp.ts'
import { IpProtocol } from './ipv4.ts'

export const Icmpv6Type = {
  UNREACHABLE: 1,
  TOO_BIG: 2,
  TIME_EXCEEDED: 3,
  ECHO_REQUEST: 128,
  ECHO_REPLY: 129,
  ROUTER_SOLICITATION: 133,
  ROUTER_ADVERTISEMENT: 134,
  NEIGHBOR_SOLICITATION: 135,
  NEIGHBOR_ADVERTISEMENT: 136,
} as const

/** ICMPv6 (RFC 4443): laid out as ICMP is; `rest` of an advertisement holds its flags. */
export type Icmpv6 = Icmp

export const icmpv6Length = icmpLength

/** Undefined where it is cut. */
export const parseIcmpv6: (bytes: Uint8Array) => Icmpv6 | undefined = parseIcmp

export interface Icmpv6Input {
  readonly icmpType: number
  readonly code?: number
  readonly rest?: number
  readonly payload?: Uint8Array
}

/** @param addresses source and destination as they stand in the IP header: the checksum covers them */
export const encodeIcmpv6 = (input: Icmpv6Input, addresses: Uint8Array): Uint8Array => {
  const { payload = none } = input
  const bytes = new Uint8Array(icmpv6Length + payload.length)
  bytes[0] = input.icmpType
  bytes[1] = input.code ?? 0
  put32(bytes, 4, input.rest ?? 0)
  bytes.set(payload, icmpv6Length)
  const sum = pseudoHeaderSum(addresses, IpProtocol.ICMPV6, bytes.length) + sumWords(bytes, 0, bytes.length)
  put16(bytes, 2, checksumOf(sum))
  return bytes
}

/** Options of neighbour discovery (RFC 4861 §4.6). */
export const NdOption = { SOURCE_ADDRESS: 1, TARGET_ADDRESS: 2 } as const

/** A neighbour solicitation or advertisement (RFC 4861 §4.3, §4.4). */
export interface Neighbor {
  readonly icmpType: number
  /** Of an advertisement: router, solicited, override in the highest bits. */
  readonly flags: number
  readonly target: bigint
  /** Link-layer addresses of the options. */
  readonly sll?: number
  readonly tll?: number
}

export const NeighborFlags = { ROUTER: 0x8000_0000, SOLICITED: 0x4000_0000, OVERRIDE: 0x2000_0000 } as const

/** Type, length in units of 8 bytes, address. */
const linkOptionLength = 8

/** Places of the link-layer options that are whole, from `start`; stops at a broken one. */
export const ndOptions = (bytes: Uint8Array, start: number): { readonly optionType: number; readonly at: number }[] => {
  const found: { optionType: number; at: number }[] = []
  let at = start
  while (at + linkOptionLength <= bytes.length) {
    const length = u8At(bytes, at + 1) * 8
    if (length === 0 || at + length > bytes.length) break
    found.push({ optionType: u8At(bytes, at), at })
    at += length
  }
  return found
}

/** Undefined for other messages and short ones. */
export const parseNeighbor = (message: Icmpv6): Neighbor | undefined => {
  const { icmpType, payload, rest: flags } = message
  const isNeighbor = icmpType === Icmpv6Type.NEIGHBOR_SOLICITATION || icmpType === Icmpv6Type.NEIGHBOR_ADVERTISEMENT
  if (!isNeighbor || payload.length < 16) return undefined
  const links = ndOptions(payload, 16)
  const linkOf = (wanted: number): number | undefined => {
    const place = links.find(({ optionType }) => optionType === wanted)
    return place === undefined ? undefined : macAt(payload, place.at + 2)
  }
  const [sll, tll] = [linkOf(NdOption.SOURCE_ADDRESS), linkOf(NdOption.TARGET_ADDRESS)]
  return {
    icmpType,
    flags,
    target: ipv6At(payload, 0),
    ...(sll === undefined ? {} : { sll }),
    ...(tll === undefined ? {} : { tll }),
  }
}

export interface NeighborInput {
  readonly icmpType: number
  readonly flags?: number
  readonly target: Ipv6Input
  readonly sll?: MacInput
  readonly tll?: MacInput
}

const linkOption = (optionType: number, mac: MacInput | undefined): Uint8Array => {
  if (mac === undefined) return none
  const bytes = new Uint8Array(linkOptionLength)
  bytes[0] = optionType
  bytes[1] = linkOptionLength / 8
  putMac(bytes, 2, macOf(mac))
  return bytes
}

/** @param addresses source and destination as they stand in the IP header */
export const encodeNeighbor = (input: NeighborInput, addresses: Uint8Array): Uint8Array => {
  const target = new Uint8Array(16)
  putIpv6(target, 0, ipv6Of(input.target))
  const payload = concat(
    target,
    linkOption(NdOption.SOURCE_ADDRESS, input.sll),
    linkOption(NdOption.TARGET_ADDRESS, input.tll),
  )
  return encodeIcmpv6({ icmpType: input.icmpType, rest: input.flags ?? 0, payload }, addresses)
}
