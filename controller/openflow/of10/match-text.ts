import { defaultPriority, protocolOf, protocols } from '../fields/match-text.ts'
import { EtherType, IpProtocol } from '../fields/prerequisites.ts'
import { hex4, prefixLength } from '../fields/value-text.ts'
import { type Item, integer } from '../text/scan.ts'
import { formatIpv4, formatMac, parseIpv4, parseMac } from '../wire/address.ts'
import { TextSyntaxError } from '../wire/errors.ts'
import { type AddressKey, type Ipv4Prefix, type Match10, type MutableMatch, NO_VLAN } from './match.ts'
import { formatPort10, parsePort10 } from './ports.ts'

const isArp = (dlType: number | undefined): boolean => dlType === EtherType.ARP || dlType === EtherType.RARP

const isIcmp = ({ dlType, nwProto }: Match10): boolean =>
  (dlType === EtherType.IPV4 && nwProto === IpProtocol.ICMP) ||
  (dlType === EtherType.IPV6 && nwProto === IpProtocol.ICMPV6)

/** An id has 12 bits; a priority cannot be matched without a tag. */
const vlanTexts = ({ dlVlan, dlVlanPcp }: Match10): string[] => {
  if (dlVlan === NO_VLAN) return ['vlan_tci=0x0000']
  return [
    ...(dlVlan === undefined ? [] : [`dl_vlan=${dlVlan & 0xfff}`]),
    ...(dlVlanPcp === undefined ? [] : [`dl_vlan_pcp=${dlVlanPcp & 7}`]),
  ]
}

const formatPrefix = ({ address, prefix }: Ipv4Prefix): string =>
  prefix === 32 ? formatIpv4(address) : `${formatIpv4((address & (-1 << (32 - prefix))) >>> 0)}/${prefix}`

const optional = <T>(name: string, value: T | undefined, format: (value: T) => string): string[] =>
  value === undefined ? [] : [`${name}=${format(value)}`]

/** The fields of a match in ovs-ofctl's syntax and order, separated by commas; empty for any packet. */
export const formatMatchFields10 = (match: Match10): string => {
  const [keyword, , keywordProto] = protocolOf(match.dlType, match.nwProto) ?? []
  const arp = isArp(match.dlType)
  const icmp = isIcmp(match)
  return [
    ...(keyword === undefined ? [] : [keyword]),
    ...optional('in_port', match.inPort, formatPort10),
    ...vlanTexts(match),
    ...optional('dl_src', match.dlSrc, formatMac),
    ...optional('dl_dst', match.dlDst, formatMac),
    ...(keyword === undefined ? optional('dl_type', match.dlType, hex4) : []),
    ...optional(arp ? 'arp_spa' : 'nw_src', match.nwSrc, formatPrefix),
    ...optional(arp ? 'arp_tpa' : 'nw_dst', match.nwDst, formatPrefix),
    ...(keywordProto === undefined ? optional(arp ? 'arp_op' : 'nw_proto', match.nwProto, String) : []),
    ...optional('nw_tos', match.nwTos, (tos) => String(tos & 0xfc)),
    ...optional(icmp ? 'icmp_type' : 'tp_src', match.tpSrc, String),
    ...optional(icmp ? 'icmp_code' : 'tp_dst', match.tpDst, String),
  ].join(',')
}

/** A match with its priority where that is not the default: `priority=5,tcp,nw_dst=10.0.0.0/8`. */
export const formatMatch10 = (match: Match10, priority: number): string => {
  const fields = formatMatchFields10(match)
  if (priority === defaultPriority) return fields
  return fields === '' ? `priority=${priority}` : `priority=${priority},${fields}`
}

/** The prefix of `10.0.0.0/8` or `10.0.0.0/255.0.0.0`; nothing where all bits are ignored. */
const parsePrefix = (text: string): Ipv4Prefix | undefined => {
  const [address = '', mask = '32'] = text.split('/')
  const prefix = mask.includes('.') ? prefixLength(parseIpv4(mask), 32) : integer(mask, 32)
  if (prefix === undefined) throw new TextSyntaxError(text, 'OpenFlow 1.0 matches the first bits of an address only')
  return prefix === 0 ? undefined : { address: parseIpv4(address), prefix }
}

const setAddress = (match: MutableMatch, key: AddressKey, text: string): void => {
  const prefix = parsePrefix(text)
  if (prefix === undefined) delete match[key]
  else match[key] = prefix
}

const vlanPresent = 0x1000

/** vlan_tci with the masks that say what dl_vlan and dl_vlan_pcp can. */
const setTci = (match: MutableMatch, text: string): void => {
  const [bits = '', maskText = '0xffff'] = text.split('/')
  const tci = integer(bits, 0xffff)
  const mask = integer(maskText, 0xffff)
  if ((mask & vlanPresent) !== 0 && tci === 0) {
    match.dlVlan = NO_VLAN
    match.dlVlanPcp = 0
    return
  }
  const vidMask = mask & 0xfff
  const pcpMask = mask >>> 13
  const whole = (vidMask === 0 || vidMask === 0xfff) && (pcpMask === 0 || pcpMask === 7) && mask !== vlanPresent
  if ((mask & tci & vlanPresent) === 0 || !whole) throw new TextSyntaxError(text, 'OpenFlow 1.0 cannot match this')
  if (vidMask !== 0) match.dlVlan = tci & 0xfff
  if (pcpMask !== 0) match.dlVlanPcp = tci >>> 13
}

const setVlan = (match: MutableMatch, text: string): void => {
  if (integer(text, 0xffff) === NO_VLAN) setTci(match, '0')
  else match.dlVlan = integer(text, 0xfff)
}

const setTos = (match: MutableMatch, text: string): void => {
  const tos = integer(text, 0xff)
  if ((tos & 3) !== 0) throw new TextSyntaxError(text, 'the lowest two bits of nw_tos cannot be matched')
  match.nwTos = tos
}

type Setter = (match: MutableMatch, value: string) => void

const plain =
  (key: 'dlType' | 'dlVlanPcp' | 'nwProto' | 'tpSrc' | 'tpDst', maximum: number): Setter =>
  (match, value) => {
    match[key] = integer(value, maximum)
  }
const ether =
  (key: 'dlSrc' | 'dlDst'): Setter =>
  (match, value) => {
    match[key] = parseMac(value)
  }
const address =
  (key: AddressKey): Setter =>
  (match, value) =>
    setAddress(match, key, value)

/** Setters by ovs-ofctl's names, which depend on the protocol, for one field of OpenFlow 1.0. */
const setters: readonly (readonly [names: string, set: Setter])[] = [
  [
    'in_port',
    (match, value) => {
      match.inPort = parsePort10(value)
    },
  ],
  ['dl_src eth_src', ether('dlSrc')],
  ['dl_dst eth_dst', ether('dlDst')],
  ['dl_vlan', setVlan],
  ['dl_vlan_pcp vlan_pcp', plain('dlVlanPcp', 7)],
  ['vlan_tci', setTci],
  ['dl_type eth_type', plain('dlType', 0xffff)],
  ['nw_tos', setTos],
  ['nw_proto ip_proto arp_op', plain('nwProto', 0xff)],
  ['nw_src ip_src arp_spa', address('nwSrc')],
  ['nw_dst ip_dst arp_tpa', address('nwDst')],
  ['tp_src tcp_src udp_src sctp_src icmp_type', plain('tpSrc', 0xffff)],
  ['tp_dst tcp_dst udp_dst sctp_dst icmp_code', plain('tpDst', 0xffff)],
]
const setterByName = new Map(setters.flatMap(([names, set]) => names.split(' ').map((name) => [name, set])))

/**
 * The match that items of ovs-ofctl's syntax describe.
 *
 * @throws TextSyntaxError naming the item that is wrong, or that OpenFlow 1.0 cannot match
 */
export const parseMatch10 = (items: readonly Item[]): Match10 => {
  const match: MutableMatch = {}
  for (const { key, value, text } of items) {
    const protocol = protocols.find(([keyword]) => keyword === key)
    const set = setterByName.get(key)
    if (protocol) {
      match.dlType = protocol[1]
      if (protocol[2] !== undefined) match.nwProto = protocol[2]
    } else if (set) set(match, value)
    else throw new TextSyntaxError(text, `OpenFlow 1.0 has no field ${key}`)
  }
  return match
}
