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
import type { ApiWorld } from './world.ts'

/** A packet that was followed, and what its receiver sends back. */
export interface Traced {
  readonly question: TraceQuestion
  readonly there: Journey
  readonly back: Journey | undefined
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
  return { question: asked, there, back }
}

/** Whether a packet got where it was to go. */
export const arrived = (verdict: Verdict, port: string | undefined): boolean => {
  if (verdict.is === 'delivered') return port === undefined || verdict.port === port
  return verdict.is === 'answered' || (verdict.is === 'left' && port === undefined)
}

/** Whether the packet arrived, and the answer too where it was followed. */
export const isWell = ({ question: { to, from }, there, back }: Traced): boolean =>
  arrived(there.verdict, to.port) && (back === undefined || arrived(back.verdict, from.id))
