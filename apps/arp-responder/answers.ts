import { moveField, openflow, output, packet, setField } from '../../controller/index.ts'

type Action = openflow.Action

/** OFPP_IN_PORT (OpenFlow 1.3.5 §7.2.1): back to where the packet came from. */
export const back = output(openflow.Port.IN_PORT)

/** ARP operations (RFC 826). */
export const Arp = { REQUEST: 1, REPLY: 2 } as const

/** Makes an ARP request its own answer (RFC 826): `mac` has the address. */
export const arpAnswer = (mac: number, address: string): Action[] => [
  moveField('ethSrc', 'ethDst'),
  setField('ethSrc', mac),
  setField('arpOp', Arp.REPLY),
  moveField('arpSha', 'arpTha'),
  moveField('arpSpa', 'arpTpa'),
  setField('arpSha', mac),
  setField('arpSpa', address),
  back,
]

/** ICMPv6 types (RFC 4861 §4). */
export const Nd = { SOLICITATION: 135, ADVERTISEMENT: 136 } as const

/** Flags of an advertisement (RFC 4861 §4.4). */
const SOLICITED = 0x4000_0000
const OVERRIDE = 0x2000_0000
/** Target link-layer address (RFC 4861 §4.6.1). */
const targetOption = 2

const advertisement = (mac: number, address: string, flags: number): Action[] => [
  setField('ethSrc', mac),
  setField('ipv6Src', address),
  setField('icmpv6Type', Nd.ADVERTISEMENT),
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
