import { type Ipv4Input, ipv4Of, type MacInput, macOf } from './address.ts'
import { macAt, none, put16, put32, putMac, u8At, u16At, u32At } from './bytes.ts'
import { type DhcpOptions, encodeDhcpOptions, readDhcpOptions } from './dhcp-options.ts'

export const DhcpOp = { REQUEST: 1, REPLY: 2 } as const

/** Values of the option that says what a message is (RFC 2132 §9.6). */
export const DhcpType = {
  DISCOVER: 1,
  OFFER: 2,
  REQUEST: 3,
  DECLINE: 4,
  ACK: 5,
  NAK: 6,
  RELEASE: 7,
  INFORM: 8,
} as const

/** UDP ports (RFC 2131 §4.1). */
export const DhcpPort = { SERVER: 67, CLIENT: 68 } as const

/** DHCP over Ethernet (RFC 2131 §2). */
export interface Dhcp {
  readonly op: number
  readonly xid: number
  /** Whether who has no address yet can hear only what is for all. */
  readonly broadcast: boolean
  /** What the client has, what it is given, the next server, and the relay; 0 where there is none. */
  readonly ciaddr: number
  readonly yiaddr: number
  readonly siaddr: number
  readonly giaddr: number
  /** The client's Ethernet address. */
  readonly chaddr: number
  readonly options: DhcpOptions
}

const optionsAt = 240
const chaddrAt = 28
const snameAt = 44
const fileAt = 108
const cookieAt = 236
/** The first four bytes of the options (RFC 2131 §3). */
const cookie = 0x6382_5363
const hardwareEthernet = 1
const macLength = 6
const broadcastFlag = 0x8000
/** Bytes; BOOTP knows none shorter (RFC 951 §3), and some clients drop them. */
const shortest = 300

/** Undefined where it is cut, has no options, or is not for Ethernet. */
export const parseDhcp = (bytes: Uint8Array): Dhcp | undefined => {
  if (bytes.length < optionsAt || u32At(bytes, cookieAt) !== cookie) return undefined
  if (u8At(bytes, 1) !== hardwareEthernet || u8At(bytes, 2) !== macLength) return undefined
  return {
    op: u8At(bytes, 0),
    xid: u32At(bytes, 4),
    broadcast: (u16At(bytes, 10) & broadcastFlag) !== 0,
    ciaddr: u32At(bytes, 12),
    yiaddr: u32At(bytes, 16),
    siaddr: u32At(bytes, 20),
    giaddr: u32At(bytes, 24),
    chaddr: macAt(bytes, chaddrAt),
    options: readDhcpOptions({
      options: bytes.subarray(optionsAt),
      sname: bytes.subarray(snameAt, fileAt),
      file: bytes.subarray(fileAt, cookieAt),
    }),
  }
}

export interface DhcpInput {
  readonly op: number
  readonly xid: number
  readonly broadcast?: boolean
  /** 0.0.0.0 unless given, as the other addresses. */
  readonly ciaddr?: Ipv4Input
  readonly yiaddr?: Ipv4Input
  readonly siaddr?: Ipv4Input
  readonly giaddr?: Ipv4Input
  readonly chaddr: MacInput
  /** In this order. */
  readonly options: Iterable<readonly [code: number, value: Uint8Array]>
}

/** @throws RangeError for text that is no address */
export const encodeDhcp = (input: DhcpInput): Uint8Array => {
  const options = encodeDhcpOptions(input.options)
  const bytes = new Uint8Array(Math.max(shortest, optionsAt + options.length))
  bytes.set([input.op, hardwareEthernet, macLength])
  put32(bytes, 4, input.xid)
  put16(bytes, 10, input.broadcast ? broadcastFlag : 0)
  const { ciaddr = 0, yiaddr = 0, siaddr = 0, giaddr = 0 } = input
  for (const [index, address] of [ciaddr, yiaddr, siaddr, giaddr].entries()) {
    put32(bytes, 12 + index * 4, ipv4Of(address))
  }
  putMac(bytes, chaddrAt, macOf(input.chaddr))
  put32(bytes, cookieAt, cookie)
  bytes.set(options, optionsAt)
  return bytes
}

/** The value of an option that is one byte; undefined where it is not there or of another length. */
export const dhcpByte = (options: DhcpOptions, code: number): number | undefined => {
  const value = options.get(code) ?? none
  return value.length === 1 ? u8At(value, 0) : undefined
}

/** The value of an option that is one address. */
export const dhcpAddress = (options: DhcpOptions, code: number): number | undefined => {
  const value = options.get(code) ?? none
  return value.length === 4 ? u32At(value, 0) : undefined
}
