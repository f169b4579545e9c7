// What packets are matched, and the actions that all routing takes.
import { moveField, openflow, type packet, setField } from '../../../controller/index.ts'

type Action = openflow.Action
type Match = openflow.Match

const { EtherType, IpProtocol, match } = openflow

export type Family = 4 | 6

export const typeOf = (family: Family) => (family === 4 ? EtherType.IPV4 : EtherType.IPV6)

/** ICMP (RFC 792, RFC 4443) of a type. */
export const icmp = (type: number) => ({ ethType: EtherType.IPV4, ipProto: IpProtocol.ICMP, icmpv4Type: type }) as const
export const icmpv6 = (type: number) =>
  ({ ethType: EtherType.IPV6, ipProto: IpProtocol.ICMPV6, icmpv6Type: type }) as const

type More = Parameters<typeof match>[0]

/** What is sent through the router with an Ethernet address, to an address or prefix. */
export const through = (mac: number, family: Family, to: string, more: More = {}): Match =>
  family === 4
    ? match({ ethDst: mac, ethType: EtherType.IPV4, ipv4Dst: to as packet.Ipv4Text, ...more } as never)
    : match({ ethDst: mac, ethType: EtherType.IPV6, ipv6Dst: to as packet.Ipv6Text, ...more } as never)

/** What every router does with a packet, and the network that it goes on in. */
export const forward = (mac: number, vni: number): Action[] => [
  { type: 'decNwTtl' },
  setField('ethSrc', mac),
  // All of it: whatever came here goes on from this host.
  setField('reg0', vni),
]

/** The next hop is the destination itself. */
export const toDestination = (family: Family): Action =>
  family === 4 ? moveField('ipv4Dst', 'reg7') : moveField('ipv6Dst', 'xxreg1')

const numberOf4 = (text: string): number => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)

/** The next hop is a neighbour. @param number of its address */
export const toNeighbour = (family: Family, text: string, number: bigint): Action =>
  family === 4 ? setField('reg7', numberOf4(text)) : setField('xxreg1', number)
