import { put16, put32, u8At, u16At, u32At } from '../../../controller/packet/bytes.ts'
import {
  addressBytes,
  encodeUdp,
  IpProtocol,
  ipFrame,
  type Link,
  type Packet,
  parsePacket,
} from '../../../controller/packet/index.ts'
import type { Ip } from './ip.ts'

export type TunnelType = 'geneve' | 'vxlan' | 'gre'

/** UDP destination ports (RFC 8926 §3.3, RFC 7348 §5). */
const ports = { geneve: 6081, vxlan: 4789 } as const
const gre = 47
/** Transparent Ethernet bridging: what is within is a frame (RFC 1701). */
const ethernet = 0x6558
const vxlanHasVni = 0x0800_0000
const greHasKey = 0x2000

/** What stands between the outer headers and the frame; 8 bytes in all three. */
const headerOf = (type: TunnelType, id: number): Uint8Array => {
  const bytes = new Uint8Array(8)
  if (type === 'gre') {
    // RFC 2890 §2: the key is there, no checksum, no sequence.
    put16(bytes, 0, greHasKey)
    put16(bytes, 2, ethernet)
    put32(bytes, 4, id)
    return bytes
  }
  if (type === 'vxlan') put32(bytes, 0, vxlanHasVni)
  else put16(bytes, 2, ethernet)
  put32(bytes, 4, (id % 0x100_0000) * 0x100)
  return bytes
}

/** Differs from connection to connection, for routers that share the load by it. */
const sourcePort = (frame: Uint8Array): number => {
  let hash = 0
  for (const byte of frame.subarray(0, 42)) hash = (Math.imul(hash, 31) + byte) >>> 0
  return 0xc000 + (hash % 0x4000)
}

export interface Outer {
  readonly src: Ip
  readonly dst: Ip
  readonly link: Link
}

/** A frame inside a packet of the underlay, which is not to be split. */
export const encapsulate = (type: TunnelType, id: bigint, frame: Uint8Array, { src, dst, link }: Outer): Uint8Array => {
  const header = headerOf(type, Number(BigInt.asUintN(32, id)))
  const payload = new Uint8Array(header.length + frame.length)
  payload.set(header)
  payload.set(frame, header.length)
  const network = { src, dst, dontFragment: true }
  if (type === 'gre') return ipFrame(link, network, gre, payload)
  const udp = { src: sourcePort(frame), dst: ports[type], payload }
  return ipFrame(link, network, IpProtocol.UDP, encodeUdp(udp, addressBytes(network)))
}

/** A frame that came by a tunnel. */
export interface Decapsulated {
  readonly type: TunnelType
  readonly id: bigint
  readonly src: Ip
  readonly dst: Ip
  readonly frame: Uint8Array
}

type Inside = Pick<Decapsulated, 'type' | 'id' | 'frame'>

const inGre = (bytes: Uint8Array): Inside | undefined => {
  if (u16At(bytes, 0) !== greHasKey || u16At(bytes, 2) !== ethernet) return undefined
  return { type: 'gre', id: BigInt(u32At(bytes, 4)), frame: bytes.subarray(8) }
}

const vni = (bytes: Uint8Array): bigint => BigInt(Math.floor(u32At(bytes, 4) / 0x100))

const inUdp = (port: number, bytes: Uint8Array): Inside | undefined => {
  if (port === ports.vxlan) return { type: 'vxlan', id: vni(bytes), frame: bytes.subarray(8) }
  if (port !== ports.geneve || u16At(bytes, 2) !== ethernet) return undefined
  // Options are passed over; their length is in units of 4 bytes.
  const options = (u8At(bytes, 0) & 0x3f) * 4
  return { type: 'geneve', id: vni(bytes), frame: bytes.subarray(8 + options) }
}

const insideOf = ({ ipv4, ipv6, udp }: Packet): Inside | undefined => {
  if (udp) return inUdp(udp.dst, udp.payload)
  if (ipv4?.protocol === gre) return inGre(ipv4.payload)
  return ipv6?.upper.protocol === gre ? inGre(ipv6.payload) : undefined
}

/** Undefined for packets that are in none of the three. */
export const decapsulate = (bytes: Uint8Array): Decapsulated | undefined => {
  const packet = parsePacket(bytes)
  const ip = packet.ipv4 ?? packet.ipv6
  const inside = insideOf(packet)
  return ip && inside && inside.frame.length >= 14 ? { ...inside, src: ip.src, dst: ip.dst } : undefined
}
