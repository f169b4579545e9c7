import { moveField, openflow, output, type PortFact, packet, setField } from '../../controller/index.ts'

type Action = openflow.Action

const { EtherType, IpProtocol } = openflow
const { ArpOp, Icmpv6Type } = packet
const { OVERRIDE, SOLICITED } = packet.NeighborFlags

const icmpv6 = { ethType: EtherType.IPV6, ipProto: IpProtocol.ICMPV6 } as const

/** Matches of questions for Ethernet addresses, and of what a question is once it has been made its own answer. */
export const arpRequest = { ethType: EtherType.ARP, arpOp: ArpOp.REQUEST } as const
export const neighborSolicitation = { ...icmpv6, icmpv6Type: Icmpv6Type.NEIGHBOR_SOLICITATION } as const
export const neighborAdvertisement = { ...icmpv6, icmpv6Type: Icmpv6Type.NEIGHBOR_ADVERTISEMENT } as const

/** Addresses of a port that neighbours may ask for. */
export const addressesOf = ({ mac, addresses }: Pick<PortFact, 'mac' | 'addresses'>): string[] =>
  addresses.some(packet.isIpv6) ? [...addresses, packet.linkLocalOf(mac)] : [...addresses]

/** OFPP_IN_PORT (OpenFlow 1.3.5 §7.2.1): back to where the packet came from. */
export const back = output(openflow.Port.IN_PORT)

/** Makes an ARP request its own answer (RFC 826): `mac` has the address. */
export const arpAnswer = (mac: number, address: string): Action[] => [
  moveField('ethSrc', 'ethDst'),
  setField('ethSrc', mac),
  setField('arpOp', ArpOp.REPLY),
  moveField('arpSha', 'arpTha'),
  moveField('arpSpa', 'arpTpa'),
  setField('arpSha', mac),
  setField('arpSpa', address),
  back,
]

/** Target link-layer address (RFC 4861 §4.6.1). */
const targetOption = 2

const advertisement = (mac: number, address: string, flags: number): Action[] => [
  setField('ethSrc', mac),
  setField('ipv6Src', address),
  setField('icmpv6Type', Icmpv6Type.NEIGHBOR_ADVERTISEMENT),
  setField('ndOptionsType', targetOption),
  setField('ndReserved', flags),
]

/**
 * The first step of an advertisement for who asks: all but the option's content.
 *
 * @param more flags: a router says that it is one, or it is given up as one (RFC 4861 §7.2.5)
 */
export const advertise = (mac: number, address: string, more = 0): Action[] => [
  moveField('ethSrc', 'ethDst'),
  moveField('ipv6Src', 'ipv6Dst'),
  ...advertisement(mac, address, SOLICITED + OVERRIDE + more),
]

/** The same for who has no address yet: all are told (RFC 4861 §7.2.4). */
export const advertiseToAll = (mac: number, address: string, more = 0): Action[] => [
  setField('ethDst', packet.allNodes.mac),
  setField('ipv6Dst', packet.allNodes.address),
  ...advertisement(mac, address, OVERRIDE + more),
]

/** The second step: the option is one of an advertisement now, so that its content can be set. */
export const finish = (mac: number): Action[] => [setField('ipv6NdTll', mac), back]
