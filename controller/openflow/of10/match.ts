import type { Ipv4, Mac } from '../wire/address.ts'
import { type Infer, pad, struct } from '../wire/codec.ts'
import { EncodeError } from '../wire/errors.ts'
import { ipv4, mac, u8, u16, u32 } from '../wire/primitives.ts'

/** An IPv4 address of which the first `prefix` bits count, 1 to 32. */
export interface Ipv4Prefix {
  readonly address: Ipv4
  readonly prefix: number
}

interface PlainFields {
  readonly inPort?: number
  readonly dlSrc?: Mac
  readonly dlDst?: Mac
  /** A VLAN id, or `NO_VLAN` for packets without a tag. */
  readonly dlVlan?: number
  readonly dlVlanPcp?: number
  /** EtherType, or 0x05ff for frames that have none. */
  readonly dlType?: number
  /** The whole TOS byte; its lowest two bits are not matched. */
  readonly nwTos?: number
  /** IP protocol, or the low byte of the ARP opcode. */
  readonly nwProto?: number
  /** TCP or UDP port, or ICMP type. */
  readonly tpSrc?: number
  /** TCP or UDP port, or ICMP code. */
  readonly tpDst?: number
}

/** What a flow matches; a field that is left out is wildcarded (OpenFlow 1.0 §5.2.3). */
export interface Match10 extends PlainFields {
  /** IPv4 source, or sender address of ARP. */
  readonly nwSrc?: Ipv4Prefix
  /** IPv4 destination, or target address of ARP. */
  readonly nwDst?: Ipv4Prefix
  /**
   * The wildcards as received, where they have bits that say nothing: unknown ones, or more than
   * 32 ignored address bits. Those bits are sent again; the others follow from the fields.
   */
  readonly wildcards?: number
  /** Values received in wildcarded fields. They mean nothing, and are sent again. */
  readonly ignored?: PlainFields & { readonly nwSrc?: Ipv4; readonly nwDst?: Ipv4 }
}

/** dlVlan of packets without a VLAN tag. */
export const NO_VLAN = 0xffff

/** Wildcard bits of the fields that are matched whole or not at all (OpenFlow 1.0 §5.2.3). */
const plainBits = {
  inPort: 1 << 0,
  dlVlan: 1 << 1,
  dlSrc: 1 << 2,
  dlDst: 1 << 3,
  dlType: 1 << 4,
  nwProto: 1 << 5,
  tpSrc: 1 << 6,
  tpDst: 1 << 7,
  dlVlanPcp: 1 << 20,
  nwTos: 1 << 21,
} as const
/** Where the number of ignored low bits of an address stands in the wildcards; 6 bits wide. */
const addressShifts = { nwSrc: 8, nwDst: 14 } as const

const unknownBits = 0xffc0_0000
/** An address is ignored by a count of 32, and also by any greater one. */
const ignoredAddress = 32
const overCount = 31

export type PlainKey = keyof typeof plainBits
export type AddressKey = keyof typeof addressShifts
export const plainKeys = Object.keys(plainBits) as PlainKey[]
export const addressKeys = Object.keys(addressShifts) as AddressKey[]

/** struct ofp_match (OpenFlow 1.0 §5.2.3), 40 bytes. */
export const wire = struct({
  wildcards: u32,
  inPort: u16,
  dlSrc: mac,
  dlDst: mac,
  dlVlan: u16,
  dlVlanPcp: u8,
  pad1: pad(1),
  dlType: u16,
  nwTos: u8,
  nwProto: u8,
  pad2: pad(2),
  nwSrc: ipv4,
  nwDst: ipv4,
  tpSrc: u16,
  tpDst: u16,
})

export type Wire = Infer<typeof wire>
export type MutableMatch = { -readonly [K in keyof Match10]: Match10[K] }

export const fromWire = (raw: Wire): Match10 => {
  const { wildcards } = raw
  const match: MutableMatch = {}
  const ignored: { -readonly [K in PlainKey | AddressKey]?: number } = {}
  let extraBits = (wildcards & unknownBits) !== 0
  for (const key of plainKeys) {
    if ((wildcards & plainBits[key]) === 0) match[key] = raw[key]
    else if (raw[key] !== 0) ignored[key] = raw[key]
  }
  for (const key of addressKeys) {
    const count = (wildcards >>> addressShifts[key]) & 0x3f
    if (count < ignoredAddress) match[key] = { address: raw[key], prefix: 32 - count }
    else if (raw[key] !== 0) ignored[key] = raw[key]
    if (count > ignoredAddress) extraBits = true
  }
  if (extraBits) match.wildcards = wildcards
  if (Object.keys(ignored).length > 0) match.ignored = ignored
  return match
}

/** The 6 bits that say how much of an address is ignored. */
const addressCount = (prefix: Ipv4Prefix | undefined, received: number, path: string): number => {
  if (prefix === undefined) return ignoredAddress | (received & overCount)
  if (Number.isInteger(prefix.prefix) && prefix.prefix >= 1 && prefix.prefix <= 32) return 32 - prefix.prefix
  throw new EncodeError(`${path}.prefix`, 'a number from 1 to 32 is expected; leave the field out to match any')
}

export const toWire = (match: Match10, path: string): Wire => {
  const received = match.wildcards ?? 0
  const ignored = match.ignored ?? {}
  const raw: Record<string, number> = {}
  let wildcards = received & unknownBits
  for (const key of plainKeys) {
    if (match[key] === undefined) wildcards |= plainBits[key]
    raw[key] = match[key] ?? ignored[key] ?? 0
  }
  for (const key of addressKeys) {
    const shift = addressShifts[key]
    wildcards |= addressCount(match[key], received >>> shift, `${path}.${key}`) << shift
    raw[key] = match[key]?.address ?? ignored[key] ?? 0
  }
  return { ...raw, wildcards: wildcards >>> 0 } as Wire
}

/** The wildcards that a match has on the wire; 0 when every field is matched whole. */
export const wildcardsOf = (match: Match10): number => toWire(match, 'match').wildcards
