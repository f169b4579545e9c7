// Matches and actions that address translation is made of.
import {
  type AttachmentFact,
  moveField,
  networkMask,
  openflow,
  output,
  packet,
  parseAddress,
  setField,
} from '../../../controller/index.ts'

type Action = openflow.Action
type Oxm = openflow.Oxm
type FieldKey = openflow.FieldKey

const { EtherType, field: makeField, parseActions, subfield } = openflow
const { familyOf } = packet

export const field: (key: FieldKey, value: unknown) => Oxm = makeField

export type Family = 4 | 6

/** Matches packets of a network, wherever they come from. */
export const inNetwork = (vni: number): Oxm => field('reg0', { value: vni, mask: networkMask })

/** Matches IP packets of a family. */
export const isIp = (family: Family): Oxm => field('ethType', family === 4 ? EtherType.IPV4 : EtherType.IPV6)

/** Matches packets from an address, or from addresses with a prefix. */
export const isFrom = (text: string): Oxm[] => {
  const family = familyOf(text)
  return [isIp(family), field(family === 4 ? 'ipv4Src' : 'ipv6Src', text)]
}

/** Matches packets to an address, or to addresses with a prefix. */
export const isTo = (text: string): Oxm[] => {
  const family = familyOf(text)
  return [isIp(family), field(family === 4 ? 'ipv4Dst' : 'ipv6Dst', text)]
}

const numberOf = (address: string): bigint => {
  const found = parseAddress(address)
  if (!found) throw new RangeError(`${address} is no address`)
  return found.number
}

/** Matches routed packets whose next hop is an address. */
export const nextHopIs = (address: string): Oxm[] => {
  const number = numberOf(address)
  return familyOf(address) === 4 ? [isIp(4), field('reg7', Number(number))] : [isIp(6), field('xxreg1', number)]
}

/** The next hop is an address. */
export const goesBy = (address: string): Action =>
  familyOf(address) === 4 ? setField('reg7', Number(numberOf(address))) : setField('xxreg1', numberOf(address))

/** The next hop is whom the packet is for. */
export const goesDirectly = (family: Family): Action =>
  family === 4 ? moveField('ipv4Dst', 'reg7') : moveField('ipv6Dst', 'xxreg1')

/** Forgets the port that the packet came from: it may go back there. */
export const forgetsPort: Action = { type: 'regLoad', dst: subfield('inPortNxm'), value: 0n }

/** What a connection is translated to, and in which zone. */
export interface Translating {
  readonly zone: number
  /** Goes on there, translated. */
  readonly table: number
  /** `src=…` or `dst=…`, for connections that are new; without it, only those that are known are translated. */
  readonly to?: string
}

/** Translates the packet as its connection is, or is from now on. */
export const translates = ({ zone, table, to }: Translating): readonly Action[] =>
  to === undefined
    ? parseActions(`ct(table=${table},zone=${zone},nat)`)
    : parseActions(`ct(commit,table=${table},zone=${zone},nat(${to}))`)

/** An address before a port, as nat(…) takes it. */
export const bracketed = (address: string): string => (familyOf(address) === 4 ? address : `[${address}]`)

const present = 0x1000

/** Matches packets that come from a physical network. */
export const fromOutside = ({ ofport, vlan }: AttachmentFact): Oxm[] => [
  field('inPort', ofport),
  field('vlanVid', vlan === undefined ? 0 : vlan | present),
]

/** Takes the tag away that a physical network has. */
export const untagged = ({ vlan }: AttachmentFact): Action[] => (vlan === undefined ? [] : [{ type: 'popVlan' }])

/** Gives a packet the tag that a physical network has. */
export const tagged = ({ vlan }: AttachmentFact): Action[] =>
  vlan === undefined
    ? []
    : [{ type: 'pushVlan', ethertype: packet.EtherType.VLAN }, setField('vlanVid', vlan | present)]

/** Sends a packet into a physical network. */
export const toOutside = (attachment: AttachmentFact): Action[] => [...tagged(attachment), output(attachment.ofport)]
