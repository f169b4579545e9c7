import { put16, put32, u8At, u16At } from '../../../controller/packet/bytes.ts'
import { rewrite16, updatedChecksum } from '../../../controller/packet/checksum.ts'
import { Icmpv6Type, NdOption, ndOptions } from '../../../controller/packet/icmpv6.ts'
import { IpProtocol } from '../../../controller/packet/ipv4.ts'
import { crc32c } from './crc32c.ts'
import type { FrameLayout } from './frame.ts'
import { type Key, Word } from './layout.ts'

/** Where a transport's checksum stands in it; `covers` says whether the IP addresses count in it. */
const checksums: Readonly<Record<number, { readonly at: number; readonly covers: boolean }>> = {
  [IpProtocol.TCP]: { at: 16, covers: true },
  [IpProtocol.UDP]: { at: 6, covers: true },
  [IpProtocol.ICMP]: { at: 2, covers: false },
  [IpProtocol.ICMPV6]: { at: 2, covers: true },
}

/** Writes 16-bit words of a packet and amends the checksums that cover them. */
class Rewriter {
  private readonly frame: Uint8Array
  private readonly ipChecksumAt: number
  private readonly transportChecksumAt: number
  private readonly covers: boolean
  private readonly isUdp: boolean

  constructor(frame: Uint8Array, layout: FrameLayout, protocol: number, ipChecksumAt: number) {
    const checksum = layout.transportAt < 0 ? undefined : checksums[protocol]
    const at = checksum === undefined ? -1 : layout.transportAt + checksum.at
    this.frame = frame
    this.ipChecksumAt = ipChecksumAt
    this.isUdp = protocol === IpProtocol.UDP
    // A UDP checksum of zero says that there is none (RFC 768).
    this.transportChecksumAt = this.isUdp && at >= 0 && u16At(frame, at) === 0 ? -1 : at
    this.covers = checksum?.covers ?? false
  }

  private amend(at: number, value: number): void {
    const checksumAt = this.transportChecksumAt
    if (checksumAt < 0) return
    const updated = updatedChecksum(u16At(this.frame, checksumAt), u16At(this.frame, at), value)
    put16(this.frame, checksumAt, updated === 0 && this.isUdp ? 0xffff : updated)
  }

  /** A word of the IP header that only its own checksum covers. */
  header(at: number, value: number): void {
    if (u16At(this.frame, at) === value) return
    if (this.ipChecksumAt < 0) put16(this.frame, at, value)
    else rewrite16(this.frame, at, value, this.ipChecksumAt)
  }

  /** Words of IP addresses. */
  address(at: number, key: Key, word: number, count: number): void {
    for (let index = 0; index < count * 2; index++) {
      const value = ((key[word + (index >>> 1)] as number) >>> (index % 2 === 0 ? 16 : 0)) & 0xffff
      if (u16At(this.frame, at + index * 2) === value) continue
      if (this.covers) this.amend(at + index * 2, value)
      this.header(at + index * 2, value)
    }
  }

  /** A word of the transport's own. */
  transport(at: number, value: number): void {
    if (u16At(this.frame, at) === value) return
    this.amend(at, value)
    put16(this.frame, at, value)
  }
}

/** SCTP's checksum is over the whole packet; a wrong one stays as wrong as it was. */
const composeSctp = (frame: Uint8Array, { transportAt, networkEnd }: FrameLayout, ports: number): void => {
  const view = new DataView(frame.buffer, frame.byteOffset)
  const correct = (): number => {
    const part = frame.slice(transportAt, networkEnd)
    part.fill(0, 8, 12)
    return crc32c(part)
  }
  const error = view.getUint32(transportAt + 8, true) ^ correct()
  put32(frame, transportAt, ports >>> 0)
  view.setUint32(transportAt + 8, (error ^ correct()) >>> 0, true)
}

const composeTransport = (frame: Uint8Array, layout: FrameLayout, key: Key, base: Key, rewriter: Rewriter): void => {
  const { transportAt } = layout
  const ports = key[Word.PORTS] as number
  if (transportAt < 0 || ports === base[Word.PORTS]) return
  const protocol = (key[Word.IP] as number) >>> 24
  if (protocol === IpProtocol.ICMP || protocol === IpProtocol.ICMPV6) {
    rewriter.transport(transportAt, ((ports >>> 8) & 0xff00) | (ports & 0xff))
  } else if (protocol === IpProtocol.SCTP) composeSctp(frame, layout, ports)
  else {
    rewriter.transport(transportAt, ports >>> 16)
    rewriter.transport(transportAt + 2, ports & 0xffff)
  }
}

/** Where a link-layer address of neighbour discovery stands, of the source or the target. */
const linkOptionAt = (frame: Uint8Array, { transportAt, networkEnd }: FrameLayout, optionType: number): number => {
  const found = ndOptions(frame.subarray(0, networkEnd), transportAt + 24)
  return found.find((option) => option.optionType === optionType)?.at ?? -1
}

const putMacWords = (rewriter: Rewriter, at: number, key: Key, word: number): void => {
  const low = (key[word + 1] as number) >>> 0
  rewriter.transport(at, (key[word] as number) & 0xffff)
  rewriter.transport(at + 2, low >>> 16)
  rewriter.transport(at + 4, low & 0xffff)
}

const isNd = (type: number): boolean =>
  type === Icmpv6Type.NEIGHBOR_SOLICITATION || type === Icmpv6Type.NEIGHBOR_ADVERTISEMENT

/** Neighbour discovery: flags, target, and the option that is there already, whose type may change. */
const composeNd = (frame: Uint8Array, layout: FrameLayout, key: Key, base: Key, rewriter: Rewriter): void => {
  const { transportAt } = layout
  const type = ((key[Word.PORTS] as number) >>> 16) & 0xff
  const word32 = (at: number, value: number): void => {
    rewriter.transport(at, value >>> 16)
    rewriter.transport(at + 2, value & 0xffff)
  }
  word32(transportAt + 4, key[Word.ND_RESERVED] as number)
  for (let index = 0; index < 4; index++) word32(transportAt + 8 + index * 4, key[Word.ND_TARGET + index] as number)
  const baseOption = base[Word.ND_OPTION] as number
  const option = key[Word.ND_OPTION] as number
  const at = baseOption === 0 ? -1 : linkOptionAt(frame, layout, baseOption)
  if (at < 0) return
  rewriter.transport(at, option * 0x100 + u8At(frame, at + 1))
  const isAdvert = type === Icmpv6Type.NEIGHBOR_ADVERTISEMENT
  if (isAdvert && option === NdOption.TARGET_ADDRESS) putMacWords(rewriter, at + 2, key, Word.ARP_THA)
  if (!isAdvert && option === NdOption.SOURCE_ADDRESS) putMacWords(rewriter, at + 2, key, Word.ARP_SHA)
}

const ipByte = (key: Key, shift: number): number => ((key[Word.IP] as number) >>> shift) & 0xff

export const composeIpv4 = (frame: Uint8Array, layout: FrameLayout, key: Key, base: Key): void => {
  const at = layout.networkAt
  const rewriter = new Rewriter(frame, layout, ipByte(key, 24), at + 10)
  rewriter.address(at + 12, key, Word.IPV4_SRC, 2)
  rewriter.header(at, u8At(frame, at) * 0x100 + ipByte(key, 16))
  rewriter.header(at + 8, ipByte(key, 8) * 0x100 + u8At(frame, at + 9))
  composeTransport(frame, layout, key, base, rewriter)
}

export const composeIpv6 = (frame: Uint8Array, layout: FrameLayout, key: Key, base: Key): void => {
  const at = layout.networkAt
  const protocol = ipByte(key, 24)
  const rewriter = new Rewriter(frame, layout, protocol, -1)
  rewriter.address(at + 8, key, Word.IPV6_SRC, 8)
  put32(frame, at, (0x6000_0000 | (ipByte(key, 16) << 20) | ((key[Word.IPV6_LABEL] as number) & 0xfffff)) >>> 0)
  frame[at + 7] = ipByte(key, 8)
  composeTransport(frame, layout, key, base, rewriter)
  const baseType = ((base[Word.PORTS] as number) >>> 16) & 0xff
  const isNeighbor = protocol === IpProtocol.ICMPV6 && layout.transportAt >= 0 && isNd(baseType)
  if (isNeighbor && layout.networkEnd - layout.transportAt >= 24) composeNd(frame, layout, key, base, rewriter)
}
