import { canonicalMatch } from '../fields/canonical.ts'
import { type Field, fields } from '../fields/field.ts'
import { protocols } from '../fields/match-text.ts'
import { isWide, type Match, Oxm, withLength } from '../fields/oxm.ts'
import { EtherType, IpProtocol } from '../fields/prerequisites.ts'
import type { FieldKey } from '../fields/rows.ts'
import { fieldByName } from '../fields/subfield.ts'
import { parseInteger, parseValue } from '../fields/value-text.ts'
import { TextSyntaxError } from '../wire/errors.ts'
import { type Item, integer } from './scan.ts'

/** The protocol that a match is about, which decides what names such as `tp_dst` mean. */
export interface Protocol {
  readonly ethType?: number
  readonly ipProto?: number
  /** True where packets have a VLAN tag. */
  readonly vlan?: boolean
}

const keyword = (name: string) => protocols.find(([known]) => known === name)

/** Whether a name without a value is a match keyword, such as `tcp`. */
export const isProtocol = (name: string): boolean => keyword(name) !== undefined || name === 'eth'

/** What the keywords and type fields among `items` say of the protocol. */
export const protocolOf = (items: readonly Item[]): Protocol => {
  let ethType: number | undefined
  let ipProto: number | undefined
  for (const { key, value } of items) {
    const known = keyword(key)
    if (known) {
      ethType = known[1]
      ipProto = known[2] ?? ipProto
    } else if (key === 'dl_type' || key === 'eth_type') ethType = integer(value, 0xffff)
    else if (key === 'nw_proto' || key === 'ip_proto') ipProto = integer(value, 0xff)
  }
  return {
    ...(ethType === undefined ? {} : { ethType }),
    ...(ipProto === undefined ? {} : { ipProto }),
    ...(items.some(isTagged) ? { vlan: true } : {}),
  }
}

const isTagged = (item: Item): boolean => ((vlanBits(item)?.value ?? 0) & cfi) !== 0

const transports: Readonly<Record<number, 'tcp' | 'udp' | 'sctp'>> = {
  [IpProtocol.TCP]: 'tcp',
  [IpProtocol.UDP]: 'udp',
  [IpProtocol.SCTP]: 'sctp',
}

const transportKey = (side: 'Src' | 'Dst', protocol: Protocol, text: string): FieldKey => {
  const transport = transports[protocol.ipProto ?? -1]
  if (!transport) throw new TextSyntaxError(text, 'it needs tcp, udp or sctp in the same match')
  return `${transport}${side}`
}

const isArp = ({ ethType }: Protocol): boolean => ethType === EtherType.ARP || ethType === EtherType.RARP

/** The field that a name in a match stands for; some depend on the protocol. */
const fieldFor = ({ key, text }: Item, protocol: Protocol): Field => {
  switch (key) {
    case 'in_port':
      return fields.inPort
    case 'in_phy_port':
      return fields.inPhyPort
    case 'tp_src':
      return fields[transportKey('Src', protocol, text)]
    case 'tp_dst':
      return fields[transportKey('Dst', protocol, text)]
    case 'icmp_type':
      return protocol.ethType === EtherType.IPV6 ? fields.icmpv6Type : fields.icmpv4Type
    case 'icmp_code':
      return protocol.ethType === EtherType.IPV6 ? fields.icmpv6Code : fields.icmpv4Code
    case 'nw_src':
      return isArp(protocol) ? fields.arpSpa : fields.ipv4Src
    case 'nw_dst':
      return isArp(protocol) ? fields.arpTpa : fields.ipv4Dst
    case 'nw_proto':
      return isArp(protocol) ? fields.arpOp : fields.ipProto
    default: {
      const found = fieldByName(key)
      if (!found) throw new TextSyntaxError(text, `${key} is no field`)
      return found
    }
  }
}

/** Bytes that a Geneve option's value needs: without the switch's TLV table ovs-ofctl writes no more. */
const optionLength = (text: string): number => {
  const digits = text.split('/').map((part) => parseInteger(part).toString(16).length)
  return Math.ceil(Math.max(...digits) / 2)
}

const oxmOf = (item: Item, protocol: Protocol): Oxm => {
  const { value, text } = item
  const field = fieldFor(item, protocol)
  if (field.key === 'packetType') return packetType(text, value)
  if (field.variable && value === '') return new Oxm(withLength(field.code, 0), 0n, 0n)
  if (value === '') throw new TextSyntaxError(text, `${field.names[0]} needs a value`)
  const code = field.variable ? withLength(field.code, optionLength(value)) : field.code
  const parsed = parseValue(code, value)
  if (parsed.mask !== undefined && !field.maskable) throw new TextSyntaxError(text, `${field.names[0]} takes no mask`)
  return new Oxm(code, isWide(code) ? BigInt(parsed.value) : parsed.value, parsed.mask)
}

const packetType = (text: string, value: string): Oxm => {
  const parts = /^\(?(\d+),(0x[0-9a-f]+|\d+)\)?$/i.exec(value)
  if (!parts) throw new TextSyntaxError(text, 'packet_type=(namespace,type) is expected')
  return new Oxm(
    fields.packetType.code,
    integer(parts[1] as string, 0xffff) * 0x10000 + integer(parts[2] as string, 0xffff),
  )
}

const cfi = 0x1000

/** What one of the VLAN names says about the tag: bits and which of them count. */
const vlanBits = ({ key, value, text }: Item): { value: number; mask: number } | undefined => {
  if (key === 'dl_vlan') {
    const vid = integer(value, 0xffff)
    if (vid === 0xffff) return { value: 0, mask: 0xffff }
    if (vid > 0xfff) throw new TextSyntaxError(text, 'a VLAN id is at most 4095')
    return { value: cfi | vid, mask: cfi | 0xfff }
  }
  if (key === 'dl_vlan_pcp' || key === 'vlan_pcp') return { value: cfi | (integer(value, 7) << 13), mask: 0xf000 }
  if (key !== 'vlan_vid' && key !== 'vlan_tci') return undefined
  const [bits = '', mask] = value.split('/')
  const whole = key === 'vlan_vid' ? 0x1fff : 0xffff
  return { value: integer(bits, whole), mask: mask === undefined ? whole : integer(mask, whole) }
}

/** The parts of VLAN fields together, as one vlan_tci; nothing where there are none. */
const vlanOxms = (parts: readonly { value: number; mask: number }[]): Oxm[] => {
  const mask = parts.reduce((sum, part) => sum | part.mask, 0)
  const value = parts.reduce((sum, part) => sum | part.value, 0) & mask
  if (mask === 0) return []
  return [mask === 0xffff ? new Oxm(fields.vlanTci.code, value) : new Oxm(fields.vlanTci.code, value, mask)]
}

const protocolOxms = ({ key }: Item): Oxm[] => {
  const [, ethType, ipProto] = keyword(key) ?? []
  return [
    ...(key === 'eth' ? [new Oxm(fields.packetType.code, 0)] : []),
    ...(ethType === undefined ? [] : [new Oxm(fields.ethType.code, ethType)]),
    ...(ipProto === undefined ? [] : [new Oxm(fields.ipProto.code, ipProto)]),
  ]
}

const tosOxm = ({ value, text }: Item): Oxm => {
  const tos = integer(value, 0xff)
  if ((tos & 3) !== 0) throw new TextSyntaxError(text, 'the lowest two bits of nw_tos belong to nw_ecn')
  return new Oxm(fields.ipDscp.code, tos >>> 2)
}

/**
 * The match that items of ovs-ofctl's syntax describe, in canonical form. It may lack
 * prerequisites; `checkPrerequisites` tells.
 *
 * @throws TextSyntaxError naming the item
 */
export const parseMatch = (items: readonly Item[]): Match => {
  const protocol = protocolOf(items)
  const vlan: { value: number; mask: number }[] = []
  const oxms: Oxm[] = []
  for (const item of items) {
    const bits = vlanBits(item)
    if (bits) vlan.push(bits)
    else if (isProtocol(item.key)) oxms.push(...protocolOxms(item))
    else if (item.key === 'nw_tos') oxms.push(tosOxm(item))
    else oxms.push(oxmOf(item, protocol))
  }
  return canonicalMatch([...oxms, ...vlanOxms(vlan)])
}
