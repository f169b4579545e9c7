import { fields } from '../../../controller/openflow/fields/field.ts'
import { EtherType } from '../../../controller/openflow/fields/prerequisites.ts'
import { concat, put16, put32 } from '../../../controller/packet/bytes.ts'
import { Word } from '../pipeline/layout.ts'
import type { Passage } from '../pipeline/passage.ts'
import type { Some } from './executor.ts'
import { writeField } from './field-access.ts'
import { isPresent } from './presence.ts'

const bottomOfStack = 0x100
/** Explicit null labels (RFC 3032 §2.1) and the TTL of what has none. */
const ipv6Null = 2
const usualTtl = 64

/** The first entry of a packet's new stack: class and TTL come from the IP header. */
const firstEntry = ({ key }: Passage): number => {
  const type = key[Word.ETH_TYPE]
  const isIp = type === EtherType.IPV4 || type === EtherType.IPV6
  const ip = key[Word.IP] as number
  const ttl = isIp ? (ip >>> 8) & 0xff : usualTtl
  const trafficClass = isIp ? (ip >>> 18) & 7 : 0
  const label = type === EtherType.IPV6 ? ipv6Null : 0
  return (label << 12) | (trafficClass << 9) | bottomOfStack | ttl
}

const push = (passage: Passage, ethertype: number): void => {
  const { key } = passage
  const isLabelled = isPresent(key, fields.mplsLabel)
  const entry = isLabelled ? (key[Word.MPLS] as number) & ~bottomOfStack : firstEntry(passage)
  const frame = passage.commit()
  const { typeAt } = passage.layout
  if (typeAt < 0) return
  const label = new Uint8Array(4)
  put32(label, 0, entry >>> 0)
  const made = concat(frame.subarray(0, typeAt + 2), label, frame.subarray(typeAt + 2))
  put16(made, typeAt, ethertype)
  passage.replaceFrame(made)
}

const pop = (passage: Passage, ethertype: number): void => {
  if (!isPresent(passage.key, fields.mplsLabel)) {
    passage.note('the packet has no label')
    return
  }
  const frame = passage.commit()
  const { typeAt } = passage.layout
  const made = concat(frame.subarray(0, typeAt + 2), frame.subarray(typeAt + 6))
  put16(made, typeAt, ethertype)
  passage.replaceFrame(made)
}

const set = (passage: Passage, key: 'mplsLabel' | 'mplsTc' | 'mplsTtl', value: number): void => {
  const { code, bits } = fields[key]
  writeField(passage, { code, offset: 0, bits }, BigInt(value))
}

/** Actions on MPLS labels. */
export const mplsExecutors: Some<
  | 'pushMpls'
  | 'popMpls'
  | 'setMplsLabel'
  | 'setMplsTc'
  | 'setMplsTtl'
  | 'nxPushMpls'
  | 'nxPopMpls'
  | 'nxSetMplsLabel'
  | 'nxSetMplsTc'
  | 'nxSetMplsTtl'
> = {
  pushMpls: (passage, { ethertype }) => push(passage, ethertype),
  nxPushMpls: (passage, { ethertype }) => push(passage, ethertype),
  popMpls: (passage, { ethertype }) => pop(passage, ethertype),
  nxPopMpls: (passage, { ethertype }) => pop(passage, ethertype),
  setMplsLabel: (passage, { label }) => set(passage, 'mplsLabel', label),
  nxSetMplsLabel: (passage, { label }) => set(passage, 'mplsLabel', label),
  setMplsTc: (passage, { tc }) => set(passage, 'mplsTc', tc),
  nxSetMplsTc: (passage, { tc }) => set(passage, 'mplsTc', tc),
  setMplsTtl: (passage, { ttl }) => set(passage, 'mplsTtl', ttl),
  nxSetMplsTtl: (passage, { ttl }) => set(passage, 'mplsTtl', ttl),
}
