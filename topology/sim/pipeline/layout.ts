import type { FieldKey } from '../../../controller/openflow/fields/rows.ts'

/**
 * Where each match field stands in a packet's key, an array of 32-bit words. Fields that no packet
 * has at once share words: ICMP's type and code stand where ports do, ARP's IPv4 addresses where
 * IP's do, the link-layer addresses of neighbour discovery where ARP's do.
 */
export const Word = {
  IN_PORT: 0,
  ETH_SRC: 1,
  ETH_DST: 3,
  ETH_TYPE: 5,
  /** TPID in the upper half, tag control information in the lower, whose bit 12 says that there is a tag. */
  VLAN: 6,
  INNER_VLAN: 7,
  /** Label stack entries, outermost first. */
  MPLS: 8,
  IPV4_SRC: 11,
  IPV4_DST: 12,
  IPV6_SRC: 13,
  IPV6_DST: 17,
  /** Protocol, TOS, TTL and fragment bits, a byte each. */
  IP: 21,
  IPV6_LABEL: 22,
  /** Source port in the upper half, destination in the lower. */
  PORTS: 23,
  TCP_FLAGS: 24,
  ND_TARGET: 25,
  ND_RESERVED: 29,
  ND_OPTION: 30,
  ARP_SHA: 31,
  ARP_THA: 33,
  ARP_OP: 35,
  ACTSET_OUTPUT: 36,
  METADATA: 37,
  REG: 39,
  PKT_MARK: 55,
  CT_STATE: 56,
  CT_ZONE: 57,
  CT_MARK: 58,
  CT_LABEL: 59,
  CT_NW_SRC: 63,
  CT_NW_DST: 64,
  CT_IPV6_SRC: 65,
  CT_IPV6_DST: 69,
  CT_PROTO: 73,
  CT_PORTS: 74,
  TUN_ID: 75,
  TUN_SRC: 77,
  TUN_DST: 78,
  TUN_IPV6_SRC: 79,
  TUN_IPV6_DST: 83,
  TUN_FLAGS: 87,
  TUN_GBP: 88,
  CONJ_ID: 89,
  DP_HASH: 90,
  /** Bit n says that tun_metadata n is there. */
  TUN_METADATA_PRESENT: 91,
  TUN_METADATA: 93,
  /** Always zero: fields that the model has, but no packet. */
  ZERO: 157,
} as const

export const keyWords = 158
/** Words that come from the frame, IN_PORT not counted. */
export const firstPacketWord = 1
export const lastPacketWord = 35
/** Bytes of all Geneve options together. */
export const optionSpace = (Word.ZERO - Word.TUN_METADATA) * 4

/** Says that there is a tag (OFPVID_PRESENT). */
export const tagPresent = 0x1000

/** Any fragment, and a later one. */
export const Fragment = { ANY: 1, LATER: 2 } as const

/** A packet's fields. */
export type Key = Int32Array

export const newKey = (): Key => new Int32Array(keyWords)

/** Bits of a key: `width` of them, up from bit `shift` of the last word. */
export interface Place {
  /** The first word, with the highest bits. */
  readonly word: number
  readonly width: number
  readonly shift: number
}

const at = (word: number, width = 32, shift = 0): Place => ({ word, width, shift })

const registers = Object.fromEntries([
  ...Array.from({ length: 16 }, (_, n) => [`reg${n}`, at(Word.REG + n)] as const),
  ...Array.from({ length: 8 }, (_, n) => [`xreg${n}`, at(Word.REG + n * 2, 64)] as const),
  ...Array.from({ length: 4 }, (_, n) => [`xxreg${n}`, at(Word.REG + n * 4, 128)] as const),
])

/** Fields without a place are not supported: a match on them is refused. */
export const places: Partial<Record<FieldKey, Place>> = {
  ...registers,
  packetType: at(Word.ZERO),
  recircId: at(Word.ZERO),
  dpHash: at(Word.DP_HASH),
  conjId: at(Word.CONJ_ID),
  inPort: at(Word.IN_PORT),
  inPortNxm: at(Word.IN_PORT, 16),
  actsetOutput: at(Word.ACTSET_OUTPUT),
  ethSrc: at(Word.ETH_SRC, 48),
  ethDst: at(Word.ETH_DST, 48),
  ethType: at(Word.ETH_TYPE, 16),
  vlanVid: at(Word.VLAN, 13),
  vlanPcp: at(Word.VLAN, 3, 13),
  vlanTci: at(Word.VLAN, 16),
  mplsTtl: at(Word.MPLS, 8),
  mplsBos: at(Word.MPLS, 1, 8),
  mplsTc: at(Word.MPLS, 3, 9),
  mplsLabel: at(Word.MPLS, 20, 12),
  ipv4Src: at(Word.IPV4_SRC),
  ipv4Dst: at(Word.IPV4_DST),
  ipv6Src: at(Word.IPV6_SRC, 128),
  ipv6Dst: at(Word.IPV6_DST, 128),
  ipFrag: at(Word.IP, 2),
  ipTtl: at(Word.IP, 8, 8),
  ipEcn: at(Word.IP, 2, 16),
  ipDscp: at(Word.IP, 6, 18),
  nwTos: at(Word.IP, 8, 16),
  ipProto: at(Word.IP, 8, 24),
  ipv6Flabel: at(Word.IPV6_LABEL, 20),
  tcpSrc: at(Word.PORTS, 16, 16),
  tcpDst: at(Word.PORTS, 16),
  tcpFlags: at(Word.TCP_FLAGS, 12),
  udpSrc: at(Word.PORTS, 16, 16),
  udpDst: at(Word.PORTS, 16),
  sctpSrc: at(Word.PORTS, 16, 16),
  sctpDst: at(Word.PORTS, 16),
  icmpv4Type: at(Word.PORTS, 8, 16),
  icmpv4Code: at(Word.PORTS, 8),
  icmpv6Type: at(Word.PORTS, 8, 16),
  icmpv6Code: at(Word.PORTS, 8),
  ipv6NdTarget: at(Word.ND_TARGET, 128),
  ndReserved: at(Word.ND_RESERVED),
  ndOptionsType: at(Word.ND_OPTION, 8),
  ipv6NdSll: at(Word.ARP_SHA, 48),
  ipv6NdTll: at(Word.ARP_THA, 48),
  arpOp: at(Word.ARP_OP, 16),
  arpSpa: at(Word.IPV4_SRC),
  arpTpa: at(Word.IPV4_DST),
  arpSha: at(Word.ARP_SHA, 48),
  arpTha: at(Word.ARP_THA, 48),
  metadata: at(Word.METADATA, 64),
  pktMark: at(Word.PKT_MARK),
  ctState: at(Word.CT_STATE),
  ctZone: at(Word.CT_ZONE, 16),
  ctMark: at(Word.CT_MARK),
  ctLabel: at(Word.CT_LABEL, 128),
  ctNwSrc: at(Word.CT_NW_SRC),
  ctNwDst: at(Word.CT_NW_DST),
  ctIpv6Src: at(Word.CT_IPV6_SRC, 128),
  ctIpv6Dst: at(Word.CT_IPV6_DST, 128),
  ctNwProto: at(Word.CT_PROTO, 8),
  ctTpSrc: at(Word.CT_PORTS, 16, 16),
  ctTpDst: at(Word.CT_PORTS, 16),
  tunnelId: at(Word.TUN_ID, 64),
  tunIpv4Src: at(Word.TUN_SRC),
  tunIpv4Dst: at(Word.TUN_DST),
  tunIpv6Src: at(Word.TUN_IPV6_SRC, 128),
  tunIpv6Dst: at(Word.TUN_IPV6_DST, 128),
  tunFlags: at(Word.TUN_FLAGS, 1),
  tunGbpId: at(Word.TUN_GBP, 16),
  tunGbpFlags: at(Word.TUN_GBP, 8, 16),
}
