import { parsePacket } from '../../../controller/packet/index.ts'
import type { Clock } from '../clock.ts'

/** A part of a datagram, in bytes of what follows the IP header. */
interface Place {
  /** What all parts of one datagram have in common. */
  readonly datagram: string
  readonly start: number
  readonly end: number
  readonly isLast: boolean
}

/** Where a fragment belongs; undefined for what is none. */
const placeOf = (frame: Uint8Array): Place | undefined => {
  const { ipv4, ipv6 } = parsePacket(frame)
  if (ipv4 && (ipv4.moreFragments || ipv4.fragmentOffset > 0)) {
    const { src, dst, protocol, identification, fragmentOffset: start, payload, moreFragments } = ipv4
    const datagram = `4 ${src} ${dst} ${protocol} ${identification}`
    return { datagram, start, end: start + payload.length, isLast: !moreFragments }
  }
  const fragment = ipv6?.upper.fragment
  if (!ipv6 || !fragment || (fragment.offset === 0 && !fragment.more)) return undefined
  const datagram = `6 ${ipv6.src} ${ipv6.dst} ${fragment.identification}`
  const end = fragment.offset + ipv6.payload.length
  return { datagram, start: fragment.offset, end, isLast: !fragment.more }
}

interface Held<T> {
  readonly place: Place
  readonly item: T
}

interface Datagram<T> {
  readonly expires: number
  readonly held: Held<T>[]
}

/** Milliseconds in which a datagram must be whole. */
const patience = 15_000
const mostDatagrams = 1_000

const isWhole = <T>(held: readonly Held<T>[]): boolean => {
  let reached = 0
  for (const { place } of held) {
    if (place.start !== reached) return false
    reached = place.end
  }
  return held.at(-1)?.place.isLast ?? false
}

/** Fragments that wait for the others of their datagrams. */
export class Fragments<T> {
  private readonly datagrams = new Map<string, Datagram<T>>()
  private readonly clock: Clock

  constructor(clock: Clock) {
    this.clock = clock
  }

  /** Takes a fragment in; gives all of its datagram, in order, where that is whole now, and nothing before. */
  gather(zone: number, frame: Uint8Array, item: T): readonly T[] {
    const place = placeOf(frame)
    if (!place) return [item]
    const key = `${zone} ${place.datagram}`
    const now = this.clock.now()
    const known = this.datagrams.get(key)
    const { expires, held: before } = known && known.expires > now ? known : { expires: now + patience, held: [] }
    const others = before.filter((one) => one.place.start !== place.start)
    const held = [...others, { place, item }].toSorted((a, b) => a.place.start - b.place.start)
    this.datagrams.delete(key)
    if (isWhole(held)) return held.map((one) => one.item)
    if (this.datagrams.size < mostDatagrams) this.datagrams.set(key, { expires, held })
    return []
  }
}
