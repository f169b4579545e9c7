import { type Ipv4Input, ipv4Of, type MacInput, macOf } from './address.ts'
import { macAt, put16, put32, putMac, u16At, u32At } from './bytes.ts'
import { EtherType } from './ethernet.ts'

export const ArpOp = { REQUEST: 1, REPLY: 2 } as const

/** ARP for IPv4 over Ethernet (RFC 826). */
export interface Arp {
  readonly op: number
  /** Sender's hardware and protocol address. */
  readonly sha: number
  readonly spa: number
  /** Target's hardware and protocol address. */
  readonly tha: number
  readonly tpa: number
}

/** Bytes. */
export const arpLength = 28
/** Hardware type Ethernet, protocol IPv4, addresses of 6 and 4 bytes. */
const hardwareEthernet = 1
const addressLengths = 0x0604

/** Undefined where it is short, or not about IPv4 over Ethernet. */
export const parseArp = (bytes: Uint8Array): Arp | undefined => {
  if (bytes.length < arpLength || u16At(bytes, 0) !== hardwareEthernet) return undefined
  if (u16At(bytes, 2) !== EtherType.IPV4 || u16At(bytes, 4) !== addressLengths) return undefined
  return {
    op: u16At(bytes, 6),
    sha: macAt(bytes, 8),
    spa: u32At(bytes, 14),
    tha: macAt(bytes, 18),
    tpa: u32At(bytes, 24),
  }
}

export interface ArpInput {
  readonly op: number
  readonly sha: MacInput
  readonly spa: Ipv4Input
  readonly tha: MacInput
  readonly tpa: Ipv4Input
}

export const encodeArp = ({ op, sha, spa, tha, tpa }: ArpInput): Uint8Array => {
  const bytes = new Uint8Array(arpLength)
  put16(bytes, 0, hardwareEthernet)
  put16(bytes, 2, EtherType.IPV4)
  put16(bytes, 4, addressLengths)
  put16(bytes, 6, op)
  putMac(bytes, 8, macOf(sha))
  put32(bytes, 14, ipv4Of(spa))
  putMac(bytes, 18, macOf(tha))
  put32(bytes, 24, ipv4Of(tpa))
  return bytes
}
