import { canonicalMatch } from './canonical.ts'
import type { OxmValue } from './field.ts'
import type { Match, Oxm } from './oxm.ts'
import { EtherType, IpProtocol } from './prerequisites.ts'
import type { FieldKey } from './rows.ts'
import { formatValue, hex4 } from './value-text.ts'

/** Priority of a flow that names none (ovs-ofctl(8)). */
export const defaultPriority = 32768

const numbered = (prefix: string, count: number): FieldKey[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}` as FieldKey)

/** The order in which ovs-ofctl prints fields; a protocol's keyword stands where ethType does. */
const textOrder: readonly FieldKey[] = [
  ...(['pktMark', 'recircId', 'dpHash', 'conjId', 'actsetOutput', 'ctState', 'ctZone', 'ctMark', 'ctLabel'] as const),
  ...(['ctNwSrc', 'ctIpv6Src', 'ctNwDst', 'ctIpv6Dst', 'ctNwProto', 'ctTpSrc', 'ctTpDst', 'packetType'] as const),
  'ethType',
  ...numbered('reg', 16),
  ...(['tunnelId', 'tunIpv4Src', 'tunIpv4Dst', 'tunIpv6Src', 'tunIpv6Dst', 'tunGbpId', 'tunGbpFlags'] as const),
  ...(['tunErspanIdx', 'tunErspanVer', 'tunErspanDir', 'tunErspanHwid'] as const),
  ...(['tunGtpuFlags', 'tunGtpuMsgtype', 'tunFlags'] as const),
  ...numbered('tunMetadata', 64),
  ...(['metadata', 'inPort', 'inPortNxm', 'inPhyPort', 'vlanTci', 'vlanVid', 'vlanPcp', 'ethSrc', 'ethDst'] as const),
  ...(['ipv6Src', 'ipv6Dst', 'ipv6Flabel', 'ipv6Exthdr', 'arpSpa', 'arpTpa'] as const),
  ...(['nshFlags', 'nshTtl', 'nshMdtype', 'nshNp', 'nshSpi', 'nshSi', 'nshC1', 'nshC2', 'nshC3', 'nshC4'] as const),
  ...(['ipv4Src', 'ipv4Dst', 'arpOp', 'ipProto', 'arpSha', 'arpTha', 'nwTos', 'ipDscp', 'ipEcn', 'ipTtl'] as const),
  ...(['mplsLabel', 'mplsTc', 'mplsTtl', 'mplsBos', 'pbbIsid', 'ipFrag'] as const),
  ...(['icmpv4Type', 'icmpv4Code', 'icmpv6Type', 'icmpv6Code', 'ipv6NdTarget', 'ipv6NdSll', 'ipv6NdTll'] as const),
  ...([
    'ndReserved',
    'ndOptionsType',
    'tcpSrc',
    'tcpDst',
    'udpSrc',
    'udpDst',
    'sctpSrc',
    'sctpDst',
    'tcpFlags',
  ] as const),
]

const rank = new Map(textOrder.map((key, index) => [key as string, index]))
/** An EtherType without a keyword stands behind the addresses. */
const plainTypeRank = textOrder.indexOf('ethDst') + 0.5

const rankOf = ({ field: { key } }: Oxm, hasKeyword: boolean): number =>
  key === 'ethType' && !hasKeyword ? plainTypeRank : (rank.get(key) ?? textOrder.length)

/** Keywords of ovs-ofctl that stand for an EtherType, alone or with an IP protocol. */
export const protocols: readonly (readonly [keyword: string, ethType: number, ipProto?: number])[] = [
  ['tcp', EtherType.IPV4, IpProtocol.TCP],
  ['udp', EtherType.IPV4, IpProtocol.UDP],
  ['sctp', EtherType.IPV4, IpProtocol.SCTP],
  ['icmp', EtherType.IPV4, IpProtocol.ICMP],
  ['tcp6', EtherType.IPV6, IpProtocol.TCP],
  ['udp6', EtherType.IPV6, IpProtocol.UDP],
  ['sctp6', EtherType.IPV6, IpProtocol.SCTP],
  ['icmp6', EtherType.IPV6, IpProtocol.ICMPV6],
  ['ip', EtherType.IPV4],
  ['ipv6', EtherType.IPV6],
  ['arp', EtherType.ARP],
  ['rarp', EtherType.RARP],
  ['mpls', EtherType.MPLS],
  ['mplsm', EtherType.MPLS_MULTICAST],
]

/** The keyword for an EtherType, with the IP protocol where that has one. */
export const protocolOf = (ethType: OxmValue | undefined, ipProto: OxmValue | undefined) =>
  protocols.find(([, type, proto]) => type === ethType && proto !== undefined && proto === ipProto) ??
  protocols.find(([, type, proto]) => type === ethType && proto === undefined)

const exactValue = (match: Match, key: FieldKey): OxmValue | undefined =>
  match.find((oxm) => oxm.field.key === key && oxm.mask === undefined)?.value

const vlanPresent = 0x1000
const vidMask = 0x0fff
const pcpMask = 0xe000

/** What the VLAN fields of a match say together of the tag: its bits, and which of them count. */
const tagOf = (match: Match): { value: number; mask: number } => {
  let value = 0
  let mask = 0
  for (const oxm of match) {
    const { key, bits } = oxm.field
    const shift = key === 'vlanPcp' ? 13 : 0
    if (key !== 'vlanVid' && key !== 'vlanTci' && key !== 'vlanPcp') continue
    value |= Number(oxm.value) << shift
    mask |= (oxm.mask === undefined ? 2 ** bits - 1 : Number(oxm.mask)) << shift
  }
  return { value, mask }
}

const isWholeOrNone = (mask: number, part: number): boolean => (mask & part) === 0 || (mask & part) === part

/** The tag as dl_vlan and dl_vlan_pcp where each counts as a whole, else as vlan_tci. */
const vlanText = (match: Match): string => {
  const { value, mask } = tagOf(match)
  if (mask === 0) return ''
  const plain =
    (mask & value & vlanPresent) !== 0 &&
    (mask & ~vlanPresent) !== 0 &&
    isWholeOrNone(mask, vidMask) &&
    isWholeOrNone(mask, pcpMask)
  if (!plain) return `vlan_tci=${hex4(value)}${mask === 0xffff ? '' : `/${hex4(mask)}`}`
  const parts = [
    (mask & vidMask) !== 0 ? `dl_vlan=${value & vidMask}` : '',
    (mask & pcpMask) !== 0 ? `dl_vlan_pcp=${value >>> 13}` : '',
  ]
  return parts.filter((part) => part !== '').join(',')
}

const isVlan = ({ field: { key } }: Oxm): boolean => key === 'vlanVid' || key === 'vlanTci' || key === 'vlanPcp'

const fieldText = (oxm: Oxm): string => {
  const { code, value, mask } = oxm
  switch (oxm.field.key) {
    case 'ipDscp':
      return `nw_tos=${Number(value) << 2}`
    case 'ethType':
      return `dl_type=${hex4(Number(value))}`
    case 'ipv6Flabel':
      return `ipv6_label=${hex5(value)}${mask === undefined ? '' : `/${hex5(mask)}`}`
    case 'packetType':
      return `packet_type=(${Number(value) >>> 16},0x${(Number(value) & 0xffff).toString(16)})`
    case 'ctState':
      // A mask of all the flags that there are, as Open vSwitch writes it, reads as none.
      return `ct_state=${formatValue(code, value, mask === 0xff ? undefined : mask)}`
    default:
      // An option of no bytes asks only that the packet has it.
      if (code.length === 0) return oxm.field.matchName
      return `${oxm.field.matchName}=${formatValue(code, value, mask)}`
  }
}

const hex5 = (value: OxmValue): string => `0x${value.toString(16).padStart(5, '0')}`

/** The fields of a match in ovs-ofctl's syntax, separated by commas; empty for any packet. */
export const formatMatchFields = (original: Match): string => {
  const match = canonicalMatch(original)
  const protocol = protocolOf(exactValue(match, 'ethType'), exactValue(match, 'ipProto'))
  const ordered = match.toSorted((a, b) => rankOf(a, protocol !== undefined) - rankOf(b, protocol !== undefined))
  const firstVlan = ordered.find(isVlan)
  const texts = ordered.map((oxm) => {
    if (isVlan(oxm)) return oxm === firstVlan ? vlanText(ordered) : ''
    if (protocol && oxm.field.key === 'ethType') return protocol[0]
    return protocol?.[2] !== undefined && oxm.field.key === 'ipProto' ? '' : fieldText(oxm)
  })
  return texts.filter((text) => text !== '').join(',')
}

/** A match with its priority where that is not the default: `priority=5,tcp,nw_dst=10.0.0.0/8`. */
export const formatMatch = (match: Match, priority: number = defaultPriority): string => {
  const fields = formatMatchFields(match)
  if (priority === defaultPriority) return fields
  return fields === '' ? `priority=${priority}` : `priority=${priority},${fields}`
}
