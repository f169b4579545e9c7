import { u8At, u16At, u32At } from '../../../controller/packet/bytes.ts'
import { EtherType, isTag } from '../../../controller/packet/ethernet.ts'
import { extractIpv4, extractIpv6 } from './extract-ip.ts'
import { type FrameLayout, noLayout } from './frame.ts'
import { firstPacketWord, type Key, lastPacketWord, tagPresent, Word } from './layout.ts'

const ethernetLength = 14
/** What frames have for an EtherType that have none, but a length (ovs-fields(7), "eth_type"). */
const noEtherType = 0x05ff
const firstEtherType = 0x0600
/** Label stack entries that a switch looks at. */
const mplsLimit = 3
const bottomOfStack = 0x100

/** Reads tags into the key; gives the offset of the EtherType after them. */
const extractTags = (key: Key, frame: Uint8Array, limit: number): number => {
  let at = 12
  for (let count = 0; count < limit && isTag(u16At(frame, at)) && at + 6 <= frame.length; count++) {
    key[Word.VLAN + count] = (u16At(frame, at) << 16) | u16At(frame, at + 2) | tagPresent
    at += 4
  }
  return at
}

/** The type in a SNAP header, for frames with a length where others have a type (IEEE 802.2). */
const snapType = (frame: Uint8Array, typeAt: number): number => {
  const isSnap = typeAt + 10 <= frame.length && u32At(frame, typeAt + 2) === 0xaaaa0300 && u8At(frame, typeAt + 6) === 0
  const type = isSnap && u8At(frame, typeAt + 7) === 0 ? u16At(frame, typeAt + 8) : 0
  return type >= firstEtherType ? type : noEtherType
}

const extractMpls = (key: Key, frame: Uint8Array, start: number): number => {
  let count = 0
  while (count < mplsLimit && start + count * 4 + 4 <= frame.length) {
    const entry = u32At(frame, start + count * 4)
    key[Word.MPLS + count++] = entry | 0
    if ((entry & bottomOfStack) !== 0) break
  }
  return count
}

const arpHead = 0x0001_0800

const extractArp = (key: Key, frame: Uint8Array, at: number): boolean => {
  const isArp = at + 28 <= frame.length && u32At(frame, at) === arpHead && u16At(frame, at + 4) === 0x0604
  if (!isArp) return false
  const op = u16At(frame, at + 6)
  key[Word.ARP_OP] = op <= 0xff ? op : 0
  key[Word.ARP_SHA] = u16At(frame, at + 8)
  key[Word.ARP_SHA + 1] = u32At(frame, at + 10) | 0
  key[Word.IPV4_SRC] = u32At(frame, at + 14) | 0
  key[Word.ARP_THA] = u16At(frame, at + 18)
  key[Word.ARP_THA + 1] = u32At(frame, at + 20) | 0
  key[Word.IPV4_DST] = u32At(frame, at + 24) | 0
  return true
}

const extractNetwork = (key: Key, frame: Uint8Array, type: number, at: number): Partial<FrameLayout> => {
  switch (type) {
    case EtherType.IPV4:
      return extractIpv4(key, frame, at)
    case EtherType.IPV6:
      return extractIpv6(key, frame, at)
    case EtherType.ARP:
    case EtherType.RARP:
      return extractArp(key, frame, at) ? { networkAt: at, networkEnd: frame.length } : {}
    case EtherType.MPLS:
    case EtherType.MPLS_MULTICAST:
      return { mplsAt: at, mplsCount: extractMpls(key, frame, at) }
    default:
      return {}
  }
}

/**
 * Reads a frame's fields into a key, whose other words stay as they are. Fields of parts that are
 * cut or contradict themselves are zero.
 *
 * @param tagLimit how many VLAN tags the switch looks at, 0 to 2; what follows them is the EtherType
 */
export const extract = (key: Key, frame: Uint8Array, tagLimit: number): FrameLayout => {
  key.fill(0, firstPacketWord, lastPacketWord + 1)
  if (frame.length < ethernetLength) return noLayout
  key[Word.ETH_DST] = u16At(frame, 0)
  key[Word.ETH_DST + 1] = u32At(frame, 2) | 0
  key[Word.ETH_SRC] = u16At(frame, 6)
  key[Word.ETH_SRC + 1] = u32At(frame, 8) | 0
  const typeAt = extractTags(key, frame, tagLimit)
  const raw = u16At(frame, typeAt)
  const isLength = raw < firstEtherType
  const type = isLength ? snapType(frame, typeAt) : raw
  key[Word.ETH_TYPE] = type
  const networkAt = isLength && type !== noEtherType ? typeAt + 10 : typeAt + 2
  return { ...noLayout, typeAt, ...extractNetwork(key, frame, type, networkAt) }
}
