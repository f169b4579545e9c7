import { put16, put32, putIpv6, u16At } from '../../../controller/packet/bytes.ts'
import { checksumOf, internetChecksum, pseudoHeaderSum, sumWords } from '../../../controller/packet/checksum.ts'
import { IpProtocol } from '../../../controller/packet/ipv4.ts'
import { setBits } from '../pipeline/bits.ts'
import type { FrameLayout } from '../pipeline/frame.ts'
import { Word } from '../pipeline/layout.ts'
import type { Passage } from '../pipeline/passage.ts'
import type { Connection } from './connection.ts'
import type { Verdict } from './conntrack.ts'
import { icmpHead, quotedFrame, quotedTransportAt } from './packet.ts'
import { isIcmp, reversed, type Tuple } from './tuple.ts'

const setAddresses = ({ key }: Passage, { isIpv6, src, dst }: Tuple): void => {
  const width = isIpv6 ? 128 : 32
  setBits(key, { word: isIpv6 ? Word.IPV6_SRC : Word.IPV4_SRC, width, shift: 0 }, 0, width, src)
  setBits(key, { word: isIpv6 ? Word.IPV6_DST : Word.IPV4_DST, width, shift: 0 }, 0, width, dst)
}

/** The checksum of an ICMP message that starts at `at`; ICMPv6 covers the IP addresses too. */
const sealIcmp = (frame: Uint8Array, layout: FrameLayout, isIpv6: boolean): void => {
  const { transportAt, networkAt, networkEnd } = layout
  put16(frame, transportAt + 2, 0)
  const pseudo = isIpv6
    ? pseudoHeaderSum(frame.subarray(networkAt + 8, networkAt + 40), IpProtocol.ICMPV6, networkEnd - transportAt)
    : 0
  put16(frame, transportAt + 2, checksumOf(pseudo + sumWords(frame, transportAt, networkEnd)))
}

/** Writes the identifier of an ICMP query, which no match field holds. */
const setIdentifier = (passage: Passage, identifier: number): void => {
  const frame = passage.commit().slice()
  if (u16At(frame, passage.layout.transportAt + 4) === identifier) return
  put16(frame, passage.layout.transportAt + 4, identifier)
  sealIcmp(frame, passage.layout, passage.key[Word.ETH_TYPE] === 0x86dd)
  passage.replaceFrame(frame)
}

/** The frame of a quoted packet with another tuple; its IP checksum is made anew. */
const rewriteQuoted = (quoted: Uint8Array, tuple: Tuple): void => {
  const { isIpv6, src, dst } = tuple
  if (isIpv6) {
    putIpv6(quoted, 22, src)
    putIpv6(quoted, 38, dst)
  } else {
    put32(quoted, 26, Number(src))
    put32(quoted, 30, Number(dst))
    const end = 14 + ((quoted[14] as number) & 0xf) * 4
    put16(quoted, 24, 0)
    put16(quoted, 24, internetChecksum(quoted, 14, end))
  }
  const found = quotedTransportAt(quoted, isIpv6)
  if (found === undefined) return
  put16(quoted, found.at + (isIcmp(tuple.protocol) ? 4 : 0), tuple.srcPort)
  if (!isIcmp(tuple.protocol)) put16(quoted, found.at + 2, tuple.dstPort)
}

/** An ICMP error: what it quotes changes the other way round, and so do its own addresses where they are meant. */
const translateError = (passage: Passage, from: Tuple, to: Tuple): void => {
  const { isIpv6 } = to
  const word = isIpv6 ? Word.IPV6_SRC : Word.IPV4_SRC
  const width = isIpv6 ? 128 : 32
  const place = (at: number) => ({ word: at, width, shift: 0 })
  const dstWord = isIpv6 ? Word.IPV6_DST : Word.IPV4_DST
  if (from.dst !== to.dst) setBits(passage.key, place(dstWord), 0, width, to.dst)
  if (from.src !== to.src) setBits(passage.key, place(word), 0, width, to.src)
  const frame = passage.commit().slice()
  const quoted = quotedFrame(frame, passage.layout, isIpv6)
  rewriteQuoted(quoted, reversed(to))
  frame.set(quoted.subarray(14), passage.layout.transportAt + icmpHead)
  sealIcmp(frame, passage.layout, isIpv6)
  passage.replaceFrame(frame)
}

const setPorts = ({ key }: Passage, { srcPort, dstPort }: Tuple): void => {
  key[Word.PORTS] = (srcPort << 16) | dstPort
}

/** Rewrites a packet as its connection's translation says. */
export const translate = (passage: Passage, connection: Connection, verdict: Verdict, isError: boolean): void => {
  const { original, reply } = connection
  const from = verdict.isReply ? reply : original
  const to = reversed(verdict.isReply ? original : reply)
  if (isError) {
    translateError(passage, from, to)
    return
  }
  setAddresses(passage, to)
  if (isIcmp(to.protocol)) setIdentifier(passage, to.srcPort)
  else if (passage.layout.transportAt >= 0) setPorts(passage, to)
}
