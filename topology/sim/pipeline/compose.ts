import { put16, put32 } from '../../../controller/packet/bytes.ts'
import { EtherType } from '../../../controller/packet/ethernet.ts'
import { composeIpv4, composeIpv6 } from './compose-ip.ts'
import { type FrameLayout, shifted } from './frame.ts'
import { firstPacketWord, type Key, lastPacketWord, tagPresent, Word } from './layout.ts'

/** A frame with where its parts stand. */
export interface Composed {
  readonly frame: Uint8Array
  readonly layout: FrameLayout
}

export const samePacket = (a: Key, b: Key): boolean => {
  for (let word = firstPacketWord; word <= lastPacketWord; word++) if (a[word] !== b[word]) return false
  return true
}

export const differ = (a: Key, b: Key, word: number, count = 1): boolean => {
  for (let index = word; index < word + count; index++) if (a[index] !== b[index]) return true
  return false
}

const tagsOf = (key: Key): number[] =>
  [key[Word.VLAN] as number, key[Word.INNER_VLAN] as number].filter((word) => (word & tagPresent) !== 0)

/** The frame with the key's tags in place of its own. */
const withTags = (frame: Uint8Array, layout: FrameLayout, key: Key): Uint8Array => {
  const tags = tagsOf(key)
  const body = frame.subarray(layout.typeAt)
  const made = new Uint8Array(12 + tags.length * 4 + body.length)
  made.set(frame.subarray(0, 12))
  for (const [index, tag] of tags.entries()) {
    // A tag that was made by setting its VLAN id alone.
    const tpid = tag >>> 16 === 0 ? EtherType.VLAN : tag >>> 16
    put16(made, 12 + index * 4, tpid)
    // The bit that says in the key that there is a tag is drop eligibility in a frame.
    put16(made, 14 + index * 4, tag & 0xffff & ~tagPresent)
  }
  made.set(body, 12 + tags.length * 4)
  return made
}

const putKeyMac = (frame: Uint8Array, at: number, key: Key, word: number): void => {
  put16(frame, at, (key[word] as number) & 0xffff)
  put32(frame, at + 2, (key[word + 1] as number) >>> 0)
}

const composeArp = (frame: Uint8Array, at: number, key: Key): void => {
  put16(frame, at + 6, key[Word.ARP_OP] as number)
  putKeyMac(frame, at + 8, key, Word.ARP_SHA)
  put32(frame, at + 14, (key[Word.IPV4_SRC] as number) >>> 0)
  putKeyMac(frame, at + 18, key, Word.ARP_THA)
  put32(frame, at + 24, (key[Word.IPV4_DST] as number) >>> 0)
}

const composeNetwork = (frame: Uint8Array, layout: FrameLayout, key: Key, base: Key): void => {
  const type = key[Word.ETH_TYPE]
  const { networkAt } = layout
  if (networkAt < 0) return
  if (type === EtherType.IPV4) composeIpv4(frame, layout, key, base)
  else if (type === EtherType.IPV6) composeIpv6(frame, layout, key, base)
  else composeArp(frame, networkAt, key)
}

/**
 * A new frame in which the fields of `key` that differ from `base`, those of the frame, are written,
 * checksums amended.
 */
export const compose = (frame: Uint8Array, layout: FrameLayout, key: Key, base: Key): Composed => {
  if (layout.typeAt < 0) return { frame, layout }
  const retagged = differ(key, base, Word.VLAN, 2)
  const made = retagged ? withTags(frame, layout, key) : frame.slice()
  const moved = shifted(layout, made.length - frame.length)
  putKeyMac(made, 0, key, Word.ETH_DST)
  putKeyMac(made, 6, key, Word.ETH_SRC)
  for (let index = 0; index < layout.mplsCount; index++) {
    put32(made, moved.mplsAt + index * 4, (key[Word.MPLS + index] as number) >>> 0)
  }
  composeNetwork(made, moved, key, base)
  return { frame: made, layout: moved }
}
