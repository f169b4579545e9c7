// Address resolution: who has an address of IP, asked and told by ARP (RFC 826) or neighbour discovery (RFC 4861).
import { type Ipv4Input, type Ipv6Input, ipv6Of, isIpv6, type MacInput } from './address.ts'
import { arpRequestFrame, neighborFrame } from './frames.ts'
import { Icmpv6Type, NeighborFlags } from './icmpv6.ts'

/** All that are on a link (RFC 4291 §2.7.1). */
export const allNodes = { mac: '33:33:00:00:00:01', address: 'ff02::1' } as const

/** Who asks or tells: an Ethernet address, and an address of IPv4 or IPv6. */
interface Station {
  readonly mac: MacInput
  readonly address: Ipv4Input | Ipv6Input
}

/** ff02::1:ffXX:XXXX, with the last 24 bits of the address (RFC 4291 §2.7.1). */
const solicitedNode = 0xff02_0000_0000_0000_0000_0001_ff00_0000n
const lastBits = 0xff_ffffn
/** 33:33 and the last 32 bits of the group (RFC 2464 §7), which begin with ff. */
const solicitedNodeMac = 0x3333_ff00_0000

/** Who has `target`? Asked of all, or in IPv6 of those whose addresses end like it (RFC 4861 §7.2.2). */
export const questionFrame = ({ mac, address }: Station, target: Station['address']): Uint8Array => {
  if (!isIpv6(address) || !isIpv6(target)) {
    return arpRequestFrame({ mac, ip: address as Ipv4Input }, target as Ipv4Input)
  }
  const last = ipv6Of(target) & lastBits
  return neighborFrame(
    { src: mac, dst: solicitedNodeMac + Number(last) },
    { src: address, dst: solicitedNode | last },
    { icmpType: Icmpv6Type.NEIGHBOR_SOLICITATION, target, sll: mac },
  )
}

/**
 * Says to all of a link, unasked, at which Ethernet address an address of IP is now (RFC 5227 §2.3, RFC 4861 §7.2.6).
 *
 * @param isRouter said in IPv6: hosts give up a router that does not say that it is one (RFC 4861 §7.2.5)
 */
export const announcementFrame = ({ mac, address }: Station, { isRouter = false } = {}): Uint8Array => {
  if (!isIpv6(address)) return arpRequestFrame({ mac, ip: address }, address)
  const { OVERRIDE, ROUTER } = NeighborFlags
  return neighborFrame(
    { src: mac, dst: allNodes.mac },
    { src: address, dst: allNodes.address },
    {
      icmpType: Icmpv6Type.NEIGHBOR_ADVERTISEMENT,
      flags: OVERRIDE + (isRouter ? ROUTER : 0),
      target: address,
      tll: mac,
    },
  )
}
