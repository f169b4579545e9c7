import {
  type Journey,
  journey,
  type Question,
  question,
  replyJourney,
  type Verdict,
  Walker,
} from '../../../topology/walk/index.ts'
import type { Proof } from './live.ts'
import type { TraceQuestion } from './question.ts'
import type { ApiWorld, TunnelView } from './world.ts'

/** A packet that was followed, and what its receiver sends back. */
export interface Traced {
  readonly question: TraceQuestion
  readonly there: Journey
  readonly back: Journey | undefined
  /** Tunnels on the way that do not answer probes. */
  readonly broken: readonly TunnelView[]
  /** What the real switches did, where they were tried. */
  readonly proof?: Proof
}

const asJourney = ({ frame, walk, verdict }: Question): Journey => ({ frame, walk, verdict })

const follow = (walker: Walker, { from, source, to, ask }: TraceQuestion): Promise<Journey> =>
  ask.protocol === 'arp' && to.address !== undefined
    ? question(walker, from, to.address, source).then(asJourney)
    : journey(walker, from, source, to, ask)

/** Follows the packet that is asked about, and the answer to it where that is wanted. */
export const traced = async (world: ApiWorld, asked: TraceQuestion, withReply: boolean): Promise<Traced> => {
  const walker = new Walker(world)
  const there = await follow(walker, asked)
  const back = withReply ? await replyJourney(walker, there, asked.from) : undefined
  return { question: asked, there, back, broken: await brokenOn(world, [there, ...(back ? [back] : [])]) }
}

/** The tunnels of a way that are known not to carry anything. */
const brokenOn = async (world: ApiWorld, journeys: readonly Journey[]): Promise<TunnelView[]> => {
  const places = journeys.flatMap(({ walk }) => walk.visits.map(({ place }) => place))
  const taken = new Set(places.flatMap(({ host, tunnel }) => (tunnel ? [wayText(tunnel.from, host, tunnel.type)] : [])))
  const broken = await world.brokenTunnels([...new Set(places.map(({ host }) => host))])
  return broken.filter(({ from, to, encapsulation }) => taken.has(wayText(from, to, encapsulation)))
}

/** The same both ways. */
const wayText = (a: string, b: string, type: string): string => `${[a, b].sort().join(' ')} ${type}`

/** Whether a packet got where it was to go. */
export const arrived = (verdict: Verdict, port: string | undefined): boolean => {
  if (verdict.is === 'delivered') return port === undefined || verdict.port === port
  return verdict.is === 'answered' || (verdict.is === 'left' && port === undefined)
}

/** Whether the packet arrived, and the answer too where it was followed. */
export const isWell = ({ question: { to, from }, there, back, broken }: Traced): boolean =>
  broken.length === 0 && arrived(there.verdict, to.port) && (back === undefined || arrived(back.verdict, from.id))
