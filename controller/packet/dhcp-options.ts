import { type Ipv4Input, ipv4Of } from './address.ts'
import { concat, none, put16, put32, u8At } from './bytes.ts'

/** Numbers of options (RFC 2132, RFC 3442). */
export const DhcpOption = {
  PAD: 0,
  SUBNET_MASK: 1,
  ROUTER: 3,
  DNS: 6,
  MTU: 26,
  REQUESTED_ADDRESS: 50,
  LEASE_TIME: 51,
  OVERLOAD: 52,
  MESSAGE_TYPE: 53,
  SERVER_ID: 54,
  PARAMETERS: 55,
  MESSAGE: 56,
  RENEWAL_TIME: 58,
  REBINDING_TIME: 59,
  CLIENT_ID: 61,
  CLASSLESS_ROUTES: 121,
  END: 255,
} as const

/** By number; what came in parts is whole (RFC 3396). */
export type DhcpOptions = ReadonlyMap<number, Uint8Array>

/** Where options may stand; the two others only where the option `overload` says so (RFC 2132 §9.3). */
interface Places {
  readonly options: Uint8Array
  readonly sname: Uint8Array
  readonly file: Uint8Array
}

const Overload = { FILE: 1, SNAME: 2 } as const
/** Bytes of one option, or of one part of it. */
const longest = 255

const readPlace = (bytes: Uint8Array, found: Map<number, Uint8Array>): void => {
  for (let at = 0; at < bytes.length; ) {
    const code = u8At(bytes, at)
    if (code === DhcpOption.END) return
    if (code === DhcpOption.PAD) {
      at++
      continue
    }
    const end = at + 2 + u8At(bytes, at + 1)
    // What follows a broken one cannot be told apart.
    if (end > bytes.length || at + 2 > bytes.length) return
    const part = bytes.subarray(at + 2, end)
    const before = found.get(code)
    found.set(code, before ? concat(before, part) : part)
    at = end
  }
}

/** Options up to the end, or to the first that is cut. */
export const readDhcpOptions = ({ options, sname, file }: Places): DhcpOptions => {
  const found = new Map<number, Uint8Array>()
  readPlace(options, found)
  const overload = u8At(found.get(DhcpOption.OVERLOAD) ?? none, 0)
  // In this order (RFC 2131 §4.1).
  if (overload & Overload.FILE) readPlace(file, found)
  if (overload & Overload.SNAME) readPlace(sname, found)
  return found
}

const partsOf = (code: number, value: Uint8Array): Uint8Array[] => {
  const parts: Uint8Array[] = []
  for (let at = 0; at === 0 || at < value.length; at += longest) {
    const part = value.subarray(at, at + longest)
    parts.push(Uint8Array.of(code, part.length), part)
  }
  return parts
}

/** Options with their end; one that is too long goes in parts (RFC 3396). */
export const encodeDhcpOptions = (options: Iterable<readonly [code: number, value: Uint8Array]>): Uint8Array =>
  concat(...[...options].flatMap(([code, value]) => partsOf(code, value)), Uint8Array.of(DhcpOption.END))

/** Addresses, as an option has them. */
export const dhcpAddresses = (...addresses: readonly Ipv4Input[]): Uint8Array => {
  const bytes = new Uint8Array(addresses.length * 4)
  for (const [index, address] of addresses.entries()) put32(bytes, index * 4, ipv4Of(address))
  return bytes
}

/** A number of 16 bits, such as an MTU in bytes. */
export const dhcpU16 = (value: number): Uint8Array => {
  const bytes = new Uint8Array(2)
  put16(bytes, 0, value)
  return bytes
}

/** A number of 32 bits, such as seconds. */
export const dhcpU32 = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4)
  put32(bytes, 0, value)
  return bytes
}

/** A route for a client. */
export interface DhcpRoute {
  readonly destination: Ipv4Input
  /** Bits: 0 to 32. */
  readonly prefix: number
  /** 0.0.0.0 where the destination is on the client's own link. */
  readonly router: Ipv4Input
}

/** Routes with as many bytes of the destination as the prefix has (RFC 3442). */
export const dhcpRoutes = (routes: readonly DhcpRoute[]): Uint8Array =>
  concat(
    ...routes.flatMap(({ destination, prefix, router }) => [
      Uint8Array.of(prefix),
      dhcpAddresses(destination).subarray(0, Math.ceil(prefix / 8)),
      dhcpAddresses(router),
    ]),
  )
