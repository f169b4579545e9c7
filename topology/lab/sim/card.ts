import {
  ArpOp,
  allNodes,
  arpReplyFrame,
  Icmpv6Type,
  ipv6Of,
  isGroupMac,
  linkLocalOf,
  NeighborFlags,
  neighborFrame,
  type Packet,
  questionFrame,
} from '../../../controller/packet/index.ts'
import type { End } from './cable.ts'
import { type Ip, isLinkLocal, isWithin, type Prefix, sameFamily } from './ip.ts'
import { Neighbours } from './neighbours.ts'

/** A card of a machine. */
export interface CardSettings {
  readonly end: End
  readonly mac: number
  readonly addresses: readonly Prefix[]
  readonly gateways: readonly Ip[]
}

/** A machine's card, with its neighbours. */
export class Card {
  readonly settings: CardSettings
  readonly linkLocal: bigint
  readonly neighbours = new Neighbours((ip) => this.ask(ip))

  constructor(settings: CardSettings) {
    this.settings = settings
    this.linkLocal = ipv6Of(linkLocalOf(settings.mac))
  }

  get ips(): Ip[] {
    return [...this.settings.addresses.map(({ ip }) => ip), this.linkLocal]
  }

  /** The address that it sends from to another. */
  sourceFor(target: Ip): Ip | undefined {
    if (isLinkLocal(target)) return this.linkLocal
    const { addresses } = this.settings
    const near = addresses.find((one) => isWithin(target, one))
    return (near ?? addresses.find(({ ip }) => sameFamily(ip, target)))?.ip
  }

  /** Whether frames to an Ethernet address are for it. */
  takes(mac: number): boolean {
    return mac === this.settings.mac || isGroupMac(mac)
  }

  send(frame: Uint8Array): void {
    this.settings.end.send(frame)
  }

  private ask(ip: Ip): void {
    const address = this.sourceFor(ip) ?? (typeof ip === 'bigint' ? this.linkLocal : undefined)
    if (address !== undefined) this.send(questionFrame({ mac: this.settings.mac, address }, ip))
  }

  answerArp({ arp }: Packet, isOwn: (ip: Ip) => boolean): void {
    if (!arp) return
    const isForUs = isOwn(arp.tpa)
    // A question with no sender only finds out whether an address is free (RFC 5227).
    if (arp.spa !== 0 && !isOwn(arp.spa)) this.neighbours.learn(arp.spa, arp.sha, isForUs)
    if (arp.op !== ArpOp.REQUEST || !isForUs) return
    this.send(arpReplyFrame({ mac: this.settings.mac, ip: arp.tpa }, { mac: arp.sha, ip: arp.spa }))
  }

  /** RFC 4861 §7.2 */
  answerNeighbor({ eth, ipv6, neighbor }: Packet, isOwn: (ip: Ip) => boolean): void {
    if (!eth || !ipv6 || !neighbor || ipv6.hopLimit !== 255) return
    const { target, sll, tll, flags } = neighbor
    if (neighbor.icmpType === Icmpv6Type.NEIGHBOR_ADVERTISEMENT) {
      const isMeant = tll !== undefined && (flags & (NeighborFlags.OVERRIDE | NeighborFlags.SOLICITED)) !== 0
      if (isMeant && !isOwn(target)) this.neighbours.learn(target, tll, false)
      return
    }
    if (!isOwn(target)) return
    const isProbe = ipv6.src === 0n
    if (!isProbe && sll !== undefined) this.neighbours.learn(ipv6.src, sll, true)
    const { mac } = this.settings
    const to = isProbe ? allNodes : { address: ipv6.src, mac: sll ?? eth.src }
    const answer = {
      icmpType: Icmpv6Type.NEIGHBOR_ADVERTISEMENT,
      flags: NeighborFlags.OVERRIDE + (isProbe ? 0 : NeighborFlags.SOLICITED),
      ...{ target, tll: mac },
    }
    this.send(neighborFrame({ src: mac, dst: to.mac }, { src: target, dst: to.address }, answer))
  }
}
