import { packet } from '../../controller/index.ts'

const { allNodes, ArpOp, EtherType, Icmpv6Type, NeighborFlags } = packet

/** An address that somebody asks for. */
export interface Asked {
  readonly family: 4 | 6
  readonly number: bigint
}

/** The Ethernet address of who has an address; undefined where nobody is known to. */
export type Lookup = (address: Asked) => number | undefined

const unspecified = 0n

const arpAnswer = ({ sha, spa, tpa }: packet.Arp, macOf: Lookup): Uint8Array | undefined => {
  const mac = macOf({ family: 4, number: BigInt(tpa) })
  return mac === undefined ? undefined : packet.arpReplyFrame({ mac, ip: tpa }, { mac: sha, ip: spa })
}

/** Who has no address yet (duplicate address detection) is told by telling all (RFC 4861 §7.2.4). */
const neighborAnswer = (asker: number, from: bigint, target: bigint, macOf: Lookup): Uint8Array | undefined => {
  const mac = macOf({ family: 6, number: target })
  if (mac === undefined) return undefined
  const isUnspecified = from === unspecified
  const link = { src: mac, dst: isUnspecified ? allNodes.mac : asker }
  const flags = isUnspecified ? NeighborFlags.OVERRIDE : NeighborFlags.OVERRIDE + NeighborFlags.SOLICITED
  return packet.neighborFrame(
    link,
    { src: target, dst: isUnspecified ? allNodes.address : from },
    { icmpType: Icmpv6Type.NEIGHBOR_ADVERTISEMENT, flags, target, tll: mac },
  )
}

/** The answer to a frame that asks for an Ethernet address; undefined where there is none, or it asks for nothing. */
export const answerTo = (frame: Uint8Array, macOf: Lookup): Uint8Array | undefined => {
  const { eth, arp, ipv6, neighbor } = packet.parsePacket(frame)
  if (eth?.etherType === EtherType.ARP) return arp?.op === ArpOp.REQUEST ? arpAnswer(arp, macOf) : undefined
  if (!eth || !ipv6 || neighbor?.icmpType !== Icmpv6Type.NEIGHBOR_SOLICITATION) return undefined
  return neighborAnswer(eth.src, ipv6.src, neighbor.target, macOf)
}
