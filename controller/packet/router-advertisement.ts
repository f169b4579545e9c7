import { type Ipv6Input, ipv6Of, type MacInput, macOf } from './address.ts'
import { concat, put16, put32, putIpv6, putMac } from './bytes.ts'
import { addressBytes, ipFrame, type Link, type Network } from './frames.ts'
import { encodeIcmpv6, Icmpv6Type } from './icmpv6.ts'
import { IpProtocol } from './ipv4.ts'

/** A prefix of the link (RFC 4861 §4.6.2). */
export interface AdvertisedPrefix {
  readonly prefix: Ipv6Input
  /** Bits. */
  readonly length: number
  /** Whether all addresses in it are neighbours. */
  readonly onLink: boolean
  /** Whether hosts may make themselves an address in it (SLAAC). */
  readonly autonomous: boolean
}

export interface RouterAdvertisementInput {
  /** What hosts write into their packets; 0 leaves it to them. */
  readonly hopLimit: number
  /** Whether addresses are to be had by DHCPv6, and whether other things are. */
  readonly managed: boolean
  readonly other: boolean
  /** Seconds for which the router is one that leads on; 0 for one that does not. */
  readonly lifetime: number
  readonly mac: MacInput
  /** Bytes of an IP packet. */
  readonly mtu: number
  readonly prefixes: readonly AdvertisedPrefix[]
  /** Recursive DNS servers (RFC 8106 §5.1). */
  readonly dns: readonly Ipv6Input[]
}

/** Flags of the message (RFC 4861 §4.2) and of a prefix. */
const MANAGED = 0x80
const OTHER = 0x40
const ON_LINK = 0x80
const AUTONOMOUS = 0x40

const Option = { SOURCE_ADDRESS: 1, PREFIX: 3, MTU: 5, DNS: 25 } as const

/** An option of so many units of 8 bytes. */
const option = (type: number, units: number): Uint8Array => {
  const bytes = new Uint8Array(units * 8)
  bytes[0] = type
  bytes[1] = units
  return bytes
}

const sourceOption = (mac: MacInput): Uint8Array => {
  const bytes = option(Option.SOURCE_ADDRESS, 1)
  putMac(bytes, 2, macOf(mac))
  return bytes
}

const mtuOption = (mtu: number): Uint8Array => {
  const bytes = option(Option.MTU, 1)
  put32(bytes, 4, mtu)
  return bytes
}

/** For as long as the router is one, and longer: what it says holds until it says otherwise. */
const prefixOption = ({ prefix, length, onLink, autonomous }: AdvertisedPrefix, lifetime: number): Uint8Array => {
  const bytes = option(Option.PREFIX, 4)
  bytes[2] = length
  bytes[3] = (onLink ? ON_LINK : 0) | (autonomous ? AUTONOMOUS : 0)
  put32(bytes, 4, lifetime * 2)
  put32(bytes, 8, lifetime)
  putIpv6(bytes, 16, ipv6Of(prefix))
  return bytes
}

const dnsOption = (servers: readonly Ipv6Input[], lifetime: number): Uint8Array => {
  if (servers.length === 0) return new Uint8Array(0)
  const bytes = option(Option.DNS, 1 + 2 * servers.length)
  put32(bytes, 4, lifetime)
  for (const [index, server] of servers.entries()) putIpv6(bytes, 8 + 16 * index, ipv6Of(server))
  return bytes
}

const payloadOf = (input: RouterAdvertisementInput): Uint8Array => {
  const { lifetime } = input
  /** Reachable time and retransmission timer are left to the hosts. */
  const timers = new Uint8Array(8)
  const prefixes = input.prefixes.map((prefix) => prefixOption(prefix, lifetime))
  return concat(timers, sourceOption(input.mac), mtuOption(input.mtu), ...prefixes, dnsOption(input.dns, lifetime))
}

/** A router advertisement (RFC 4861 §4.2). @param network the source is the router's link-local address */
export const routerAdvertisementFrame = (
  link: Link,
  network: Pick<Network, 'src' | 'dst'>,
  input: RouterAdvertisementInput,
): Uint8Array => {
  const flags = (input.managed ? MANAGED : 0) | (input.other ? OTHER : 0)
  const rest = new Uint8Array(4)
  rest[0] = input.hopLimit
  rest[1] = flags
  put16(rest, 2, input.lifetime)
  const message = {
    icmpType: Icmpv6Type.ROUTER_ADVERTISEMENT,
    rest: new DataView(rest.buffer).getUint32(0),
    payload: payloadOf(input),
  }
  return ipFrame(link, { ...network, ttl: 255 }, IpProtocol.ICMPV6, encodeIcmpv6(message, addressBytes(network)))
}
