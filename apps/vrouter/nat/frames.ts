// What is said and asked outside, as frames.
import { packet } from '../../../controller/index.ts'

/** Who speaks: an Ethernet address of 48 bits, and an address of IP. */
export interface Station {
  readonly mac: number
  readonly address: string
}

const allNodes = { mac: '33:33:00:00:00:01', address: 'ff02::1' } as const

/** RFC 4291 §2.7.1: ff02::1:ffXX:XXXX, with the last 24 bits of the address. */
const solicitedNode = 0xff02_0000_0000_0000_0000_0001_ff00_0000n
const lastBits = 0xff_ffffn

/** RFC 2464 §7: 33:33 and the last 32 bits. */
const groupMac = (group: bigint): number => 0x3333 * 2 ** 32 + Number(group & 0xffff_ffffn)

/** Who has `target`? */
export const questionFrame = (from: Station, target: string): Uint8Array => {
  if (!target.includes(':')) return packet.arpRequestFrame({ mac: from.mac, ip: from.address }, target)
  const group = solicitedNode | (packet.ipv6Of(target) & lastBits)
  return packet.neighborFrame(
    { src: from.mac, dst: groupMac(group) },
    { src: packet.ipv6Of(from.address), dst: group },
    { icmpType: packet.Icmpv6Type.NEIGHBOR_SOLICITATION, target, sll: from.mac },
  )
}

/** Says to all that an address is here now (RFC 5227 §2.3, RFC 4861 §7.2.6). */
export const announcementFrame = ({ mac, address }: Station): Uint8Array =>
  address.includes(':')
    ? packet.neighborFrame(
        { src: mac, dst: allNodes.mac },
        { src: address, dst: allNodes.address },
        {
          icmpType: packet.Icmpv6Type.NEIGHBOR_ADVERTISEMENT,
          flags: packet.NeighborFlags.OVERRIDE,
          target: address,
          tll: mac,
        },
      )
    : packet.arpRequestFrame({ mac, ip: address }, address)
