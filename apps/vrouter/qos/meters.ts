import { MeterEntry, openflow, type RateFact } from '../../../controller/index.ts'

const { KBPS, PKTPS, BURST, STATS } = openflow.MeterFlags

export type Direction = 'out' | 'in'

/** Numbers of meters: four for each OpenFlow port number, above those of punts. */
const first = 0x2_0000
const ofEachPort = 4
/** The highest OpenFlow port number that there are meters for. */
const lastPort = 0x7fff

/** Of both directions, bandwidth before packet rate. */
const places = { out: [0, 1], in: [2, 3] } as const

const drops = {
  out: ['sends more than its bandwidth', 'sends more packets than its rate'],
  in: ['receives more than its bandwidth', 'receives more packets than its rate'],
} as const

/** Kilobits: two packets of 9,000 bytes. Less would let none of that size through. */
const leastBurst = 144

interface Bound {
  readonly flags: number
  readonly rate: number
  readonly burstSize: number
}

/** A burst of half a second lets TCP have its rate; a tenth gives it half, and none lets it overshoot. */
const boundsOf = ({ kbps, pps }: RateFact): (Bound | undefined)[] => [
  kbps === undefined ? undefined : { flags: KBPS, rate: kbps, burstSize: Math.max(Math.ceil(kbps / 2), leastBurst) },
  pps === undefined ? undefined : { flags: PKTPS, rate: pps, burstSize: Math.ceil(pps / 2) },
]

/**
 * The meters of a port in one direction, in the order in which packets pass them: none to two.
 *
 * @throws RangeError for a port that has too high a number
 */
export const metersOf = (ofport: number, direction: Direction, rate: RateFact): MeterEntry[] => {
  if (ofport > lastPort) {
    throw new RangeError(`OpenFlow port ${ofport}: bandwidth can be bound of ports up to ${lastPort} only`)
  }
  return boundsOf(rate).flatMap((bound, index) => {
    if (!bound) return []
    const { flags, rate, burstSize } = bound
    const meterId = first + ofport * ofEachPort + (places[direction][index] ?? 0)
    const spec = { meterId, flags: flags | BURST | STATS, bands: [{ type: 'drop', rate, burstSize } as const] }
    return [new MeterEntry(spec, drops[direction][index])]
  })
}
