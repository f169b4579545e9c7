import { putMac, u8At, u16At } from '../../../controller/packet/bytes.ts'
import { rewrite16 } from '../../../controller/packet/checksum.ts'
import { EtherType, parseEthernet, parsePacket } from '../../../controller/packet/index.ts'
import type { End } from './cable.ts'
import { type Ip, isWithin, type Prefix } from './ip.ts'

/** The router's card in a subnet. */
export interface RouterCard {
  readonly prefix: Prefix
  readonly mac: number
  readonly end: End
}

/** Bytes of an Ethernet header. */
const ethernetLength = 14

/** A copy of a packet one hop on; undefined where it may go no further. */
const oneHopOn = (frame: Uint8Array, isIpv6: boolean): Uint8Array | undefined => {
  const at = ethernetLength + (isIpv6 ? 7 : 8)
  if (u8At(frame, at) <= 1) return undefined
  const copy = Uint8Array.from(frame)
  // In IPv4, a checksum covers the time to live.
  if (isIpv6) copy[at] = u8At(frame, at) - 1
  else rewrite16(copy, at, u16At(frame, at) - 0x100, ethernetLength + 10)
  return copy
}

/** The router between the subnets of the underlay. It knows all hosts, and asks for none. */
export class Router {
  private readonly cards: readonly RouterCard[]
  private readonly macs: ReadonlyMap<Ip, number>

  /** @param macs of hosts, by their addresses */
  constructor(cards: readonly RouterCard[], macs: ReadonlyMap<Ip, number>) {
    this.cards = cards
    this.macs = macs
    for (const card of cards) card.end.take = (frame) => this.forward(card, frame)
  }

  private forward(from: RouterCard, frame: Uint8Array): void {
    const eth = parseEthernet(frame)
    if (eth?.dst !== from.mac) return
    const { ipv4, ipv6 } = parsePacket(frame)
    const target = ipv4?.dst ?? ipv6?.dst
    if (target === undefined) return
    const card = this.cards.find(({ prefix }) => isWithin(target, prefix))
    const mac = this.macs.get(target)
    const copy = card && mac !== undefined && oneHopOn(frame, eth.etherType === EtherType.IPV6)
    if (!copy) return
    putMac(copy, 0, mac)
    putMac(copy, 6, card.mac)
    card.end.send(copy)
  }
}
