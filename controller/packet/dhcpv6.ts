import { type Ipv6Input, ipv6Of, type MacInput, macOf } from './address.ts'
import { concat, ipv6At, none, put16, put32, putIpv6, putMac, u8At, u16At, u32At } from './bytes.ts'

/** Messages between clients and servers (RFC 8415 §7.3). */
export const Dhcpv6Type = {
  SOLICIT: 1,
  ADVERTISE: 2,
  REQUEST: 3,
  CONFIRM: 4,
  RENEW: 5,
  REBIND: 6,
  REPLY: 7,
  RELEASE: 8,
  DECLINE: 9,
  INFORMATION_REQUEST: 11,
} as const

/** Numbers of options (RFC 8415 §21, RFC 3646). */
export const Dhcpv6Option = {
  CLIENT_ID: 1,
  SERVER_ID: 2,
  IA_NA: 3,
  IA_ADDRESS: 5,
  OPTION_REQUEST: 6,
  STATUS_CODE: 13,
  RAPID_COMMIT: 14,
  DNS: 23,
} as const

/** RFC 8415 §21.13 */
export const Dhcpv6Status = { SUCCESS: 0, NO_ADDRESSES: 2, NO_BINDING: 3, NOT_ON_LINK: 4 } as const

/** UDP ports (RFC 8415 §7.2). */
export const Dhcpv6Port = { CLIENT: 546, SERVER: 547 } as const

/** Where clients find servers (RFC 8415 §7.1). */
export const dhcpv6Servers = { address: 'ff02::1:2', mac: '33:33:00:01:00:02' } as const

export interface Dhcpv6OptionField {
  readonly code: number
  readonly value: Uint8Array
}

/** A message between a client and a server (RFC 8415 §8). */
export interface Dhcpv6 {
  readonly messageType: number
  /** 24 bits. */
  readonly transaction: number
  readonly options: readonly Dhcpv6OptionField[]
}

const headerLength = 4
const optionHeader = 4

/** Options up to the first that is cut. */
const readOptions = (bytes: Uint8Array, start: number): Dhcpv6OptionField[] => {
  const found: Dhcpv6OptionField[] = []
  for (let at = start; at + optionHeader <= bytes.length; ) {
    const end = at + optionHeader + u16At(bytes, at + 2)
    if (end > bytes.length) break
    found.push({ code: u16At(bytes, at), value: bytes.subarray(at + optionHeader, end) })
    at = end
  }
  return found
}

/** Undefined where the header is cut; what relays send is laid out in another way. */
export const parseDhcpv6 = (bytes: Uint8Array): Dhcpv6 | undefined =>
  bytes.length < headerLength
    ? undefined
    : {
        messageType: u8At(bytes, 0),
        transaction: u32At(bytes, 0) & 0xff_ffff,
        options: readOptions(bytes, headerLength),
      }

const encodeOption = ({ code, value }: Dhcpv6OptionField): Uint8Array => {
  const head = new Uint8Array(optionHeader)
  put16(head, 0, code)
  put16(head, 2, value.length)
  return concat(head, value)
}

export const encodeDhcpv6 = ({ messageType, transaction, options }: Dhcpv6): Uint8Array => {
  const head = new Uint8Array(headerLength)
  put32(head, 0, messageType * 0x100_0000 + transaction)
  return concat(head, ...options.map(encodeOption))
}

/** The value of an option as it stands; undefined where it is not there. */
export const dhcpv6Value = (options: readonly Dhcpv6OptionField[], code: number): Uint8Array | undefined =>
  options.find((option) => option.code === code)?.value

/** Addresses that a client has of one of its interfaces, or wants (RFC 8415 §21.4). */
export interface IaNa {
  readonly iaid: number
  readonly addresses: readonly bigint[]
}

/** Bytes before the options of an IA_NA: its number and two times. */
const iaLength = 12
/** An address and two lifetimes (RFC 8415 §21.6). */
const iaAddressLength = 24

/** What a client says of its interfaces. */
export const iaNasOf = (options: readonly Dhcpv6OptionField[]): IaNa[] =>
  options
    .filter(({ code, value }) => code === Dhcpv6Option.IA_NA && value.length >= iaLength)
    .map(({ value }) => ({
      iaid: u32At(value, 0),
      addresses: readOptions(value, iaLength)
        .filter((inner) => inner.code === Dhcpv6Option.IA_ADDRESS && inner.value.length >= iaAddressLength)
        .map((inner) => ipv6At(inner.value, 0)),
    }))

/** Seconds, each: when to ask this server again, when any; and how long addresses are good. */
export interface Lifetimes {
  readonly renewal: number
  readonly rebinding: number
  readonly preferred: number
  readonly valid: number
}

export const dhcpv6Addresses = (...addresses: readonly Ipv6Input[]): Uint8Array => {
  const bytes = new Uint8Array(addresses.length * 16)
  for (const [index, address] of addresses.entries()) putIpv6(bytes, index * 16, ipv6Of(address))
  return bytes
}

const numbers = (...values: readonly number[]): Uint8Array => {
  const bytes = new Uint8Array(values.length * 4)
  for (const [index, value] of values.entries()) put32(bytes, index * 4, value)
  return bytes
}

export const statusOption = (status: number, text: string): Dhcpv6OptionField => {
  const code = new Uint8Array(2)
  put16(code, 0, status)
  return { code: Dhcpv6Option.STATUS_CODE, value: concat(code, new TextEncoder().encode(text)) }
}

const iaAddress =
  (preferred: number, valid: number) =>
  (address: Ipv6Input): Uint8Array =>
    encodeOption({
      code: Dhcpv6Option.IA_ADDRESS,
      value: concat(dhcpv6Addresses(address), numbers(preferred, valid)),
    })

/** What a server gives to an interface; `revoked`, with lifetimes of 0, are addresses that the client must give up. */
export const iaNaOption = (
  iaid: number,
  given: { readonly good: readonly Ipv6Input[]; readonly revoked?: readonly Ipv6Input[] },
  { renewal, rebinding, preferred, valid }: Lifetimes,
  status?: Dhcpv6OptionField,
): Dhcpv6OptionField => ({
  code: Dhcpv6Option.IA_NA,
  value: concat(
    numbers(iaid, renewal, rebinding),
    ...given.good.map(iaAddress(preferred, valid)),
    ...(given.revoked ?? []).map(iaAddress(0, 0)),
    status ? encodeOption(status) : none,
  ),
})

/** What names a server or client by its Ethernet address (RFC 8415 §11.4). */
export const duidOf = (mac: MacInput): Uint8Array => {
  const bytes = new Uint8Array(10)
  put16(bytes, 0, 3)
  put16(bytes, 2, 1)
  putMac(bytes, 4, macOf(mac))
  return bytes
}
