import { type MacInput, macOf } from './address.ts'
import { macAt, put16, putMac, u16At } from './bytes.ts'

export const EtherType = {
  IPV4: 0x0800,
  ARP: 0x0806,
  RARP: 0x8035,
  VLAN: 0x8100,
  SERVICE_VLAN: 0x88a8,
  IPV6: 0x86dd,
  MPLS: 0x8847,
  MPLS_MULTICAST: 0x8848,
  LLDP: 0x88cc,
} as const

/** Bytes of a header without tags. */
export const ethernetLength = 14

/** An 802.1Q tag. */
export interface VlanTag {
  /** EtherType that says that a tag follows: VLAN or SERVICE_VLAN. */
  readonly tpid: number
  /** Priority, 0 to 7. */
  readonly pcp: number
  readonly dei: boolean
  /** 0 to 4095 */
  readonly vid: number
}

export interface Ethernet {
  readonly dst: number
  readonly src: number
  /** Outermost first. */
  readonly tags: readonly VlanTag[]
  /** The EtherType after all tags; below 0x600 the length of an 802.3 frame. */
  readonly etherType: number
  /** Shares memory with the frame. */
  readonly payload: Uint8Array
}

export const isTag = (etherType: number): boolean =>
  etherType === EtherType.VLAN || etherType === EtherType.SERVICE_VLAN

/** The tag control information of a tag: priority, DEI and VLAN id. */
export const tciOf = ({ pcp, dei, vid }: Pick<VlanTag, 'pcp' | 'dei' | 'vid'>): number =>
  pcp * 0x2000 + (dei ? 0x1000 : 0) + vid

const tagAt = (frame: Uint8Array, at: number): VlanTag => {
  const tci = u16At(frame, at + 2)
  return { tpid: u16At(frame, at), pcp: tci >>> 13, dei: (tci & 0x1000) !== 0, vid: tci & 0xfff }
}

/** Reads an Ethernet header; undefined where the frame is shorter than one. */
export const parseEthernet = (frame: Uint8Array): Ethernet | undefined => {
  if (frame.length < ethernetLength) return undefined
  const tags: VlanTag[] = []
  let at = 12
  // A tag needs its own four bytes and an EtherType after it.
  while (isTag(u16At(frame, at)) && at + 6 <= frame.length) {
    tags.push(tagAt(frame, at))
    at += 4
  }
  return {
    dst: macAt(frame, 0),
    src: macAt(frame, 6),
    tags,
    etherType: u16At(frame, at),
    payload: frame.subarray(at + 2),
  }
}

export interface EthernetInput {
  readonly dst: MacInput
  readonly src: MacInput
  readonly tags?: readonly {
    readonly vid: number
    readonly pcp?: number
    readonly dei?: boolean
    readonly tpid?: number
  }[]
  readonly etherType: number
  readonly payload: Uint8Array
}

/** A frame, without padding or FCS. */
export const encodeEthernet = (input: EthernetInput): Uint8Array => {
  const tags = input.tags ?? []
  const head = ethernetLength + tags.length * 4
  const frame = new Uint8Array(head + input.payload.length)
  putMac(frame, 0, macOf(input.dst))
  putMac(frame, 6, macOf(input.src))
  for (const [index, { vid, pcp = 0, dei = false, tpid = EtherType.VLAN }] of tags.entries()) {
    put16(frame, 12 + index * 4, tpid)
    put16(frame, 14 + index * 4, tciOf({ vid, pcp, dei }))
  }
  put16(frame, head - 2, input.etherType)
  frame.set(input.payload, head)
  return frame
}
