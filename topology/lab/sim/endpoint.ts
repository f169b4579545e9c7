import { parseEthernet } from '../../../controller/packet/index.ts'
import type { Tunnel } from '../../sim/index.ts'
import type { End } from './cable.ts'
import { type Decapsulated, decapsulate, encapsulate, type TunnelType } from './encapsulation.ts'
import type { Ip } from './ip.ts'

/** Where a host stands in the underlay. */
export interface Place {
  readonly ip: Ip
  readonly mac: number
  /** The Ethernet address of the next machine on the way to an address. */
  readonly nextHop: (ip: Ip) => number
}

/** A host's card in the underlay, at which its tunnels end. */
export class Endpoint {
  private readonly place: Place
  private readonly end: End

  /** @param arrived takes the frames that come out of tunnels */
  constructor(place: Place, end: End, arrived: (inside: Decapsulated) => void) {
    this.place = place
    this.end = end
    end.take = (bytes) => {
      const inside = parseEthernet(bytes)?.dst === place.mac ? decapsulate(bytes) : undefined
      if (inside?.dst === place.ip) arrived(inside)
    }
  }

  /** Sends a frame into a tunnel, where to the flows have said. */
  send(type: TunnelType, frame: Uint8Array, { id, dst, ipv6Dst }: Tunnel): void {
    const { ip: src, mac, nextHop } = this.place
    const to = typeof src === 'bigint' ? ipv6Dst : dst
    if (BigInt(to) === 0n) return
    this.end.send(encapsulate(type, id, frame, { src, dst: to, link: { src: mac, dst: nextHop(to) } }))
  }
}
