import type { End, Step } from './steps.ts'
import type { Walk } from './walk.ts'

/** What became of a packet in the end. */
export type Verdict =
  | {
      readonly is: 'delivered'
      readonly host: string
      readonly port: string
      readonly ofport: number
      readonly frame: Uint8Array
      /** Ports that got copies, too. */
      readonly others: readonly string[]
    }
  /** What it was made into came back to its sender. */
  | { readonly is: 'answered'; readonly host: string; readonly step: Step | undefined; readonly frame: Uint8Array }
  /** It left by a port that is no container's. */
  | {
      readonly is: 'left'
      readonly host: string
      readonly name: string
      readonly ofport: number
      readonly physical: string | undefined
      readonly frame: Uint8Array
    }
  | { readonly is: 'dropped'; readonly host: string; readonly drop: string; readonly step: Step }
  | { readonly is: 'punted'; readonly host: string; readonly step: Step | undefined; readonly frame: Uint8Array }
  | { readonly is: 'lost'; readonly host: string; readonly why: string; readonly step: Step | undefined }
  /** It was never sent: nobody told the Ethernet address of the next hop. */
  | { readonly is: 'unresolved'; readonly address: string; readonly why: Verdict }
  /** It was never sent: its sender has no way to the address. */
  | { readonly is: 'unrouted'; readonly address: string }

interface Placed<E extends End = End> {
  readonly host: string
  readonly end: E
  readonly last: Step | undefined
}

const endsOf = ({ visits }: Walk): Placed[] =>
  visits.flatMap(({ place: { host }, ends, steps }) => ends.map((end) => ({ host, end, last: steps.at(-1) })))

const delivery = (ends: readonly Placed[], wanted?: string): Verdict | undefined => {
  const all = ends.flatMap(({ host, end }) => (end.is === 'delivered' ? [{ host, ...end }] : []))
  const found = wanted === undefined ? all[0] : all.find(({ port }) => port === wanted)
  if (!found) return undefined
  const others = all.filter((one) => one !== found).map(({ port }) => port)
  return { is: 'delivered', host: found.host, port: found.port, ofport: found.ofport, frame: found.frame, others }
}

const verdictOf = ({ host, end, last }: Placed): Verdict | undefined => {
  switch (end.is) {
    case 'back':
      return { is: 'answered', host, step: last, frame: end.frame }
    case 'left':
      return { is: 'left', host, name: end.name, ofport: end.ofport, physical: end.physical, frame: end.frame }
    case 'dropped':
      return { is: 'dropped', host, drop: end.drop, step: end.step }
    case 'punted':
      return { is: 'punted', host, step: end.step, frame: end.frame }
    case 'lost':
      return { is: 'lost', host, why: end.why, step: end.step }
    default:
      return undefined
  }
}

/** Which end tells most of a packet that has not been delivered, the best first. */
const order = ['back', 'left', 'dropped', 'punted', 'lost'] as const

/**
 * The end that matters among those of a walk.
 *
 * @param target the port that the packet was meant for, where it is known
 */
export const verdict = (walk: Walk, target?: string): Verdict => {
  const ends = endsOf(walk)
  const arrived = delivery(ends, target)
  if (arrived) return arrived
  for (const is of order) {
    const found = ends.find(({ end }) => end.is === is)
    const told = found && verdictOf(found)
    if (told) return told
  }
  const host = walk.visits.at(-1)?.place.host ?? ''
  return delivery(ends) ?? { is: 'lost', host, why: 'it was not followed any further', step: undefined }
}
