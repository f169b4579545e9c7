import type { AttachmentFact } from '../../../controller/index.ts'

/** Who asks or answers: an Ethernet address of 48 bits, and an address of IP. */
export interface Station {
  readonly mac: number
  readonly address: string
}

/** A neighbour outside. Its key is `neighbourKey`. */
export interface Neighbour {
  /** The external network. */
  readonly network: string
  readonly vni: number
  readonly address: string
  /** 48 bits. */
  readonly mac: number
}

/** A question for a neighbour that goes on until it is answered, or in vain. */
export interface Question {
  readonly attachment: AttachmentFact
  readonly from: Station
  readonly address: string
  /** When it was last asked, in milliseconds of performance.now(). */
  readonly asked: number
  /** How often, without an answer. */
  readonly times: number
}

/** A packet for a neighbour, sent on from its host when the neighbour answers. */
export interface Waiting {
  readonly attachment: AttachmentFact
  readonly frame: Uint8Array
}

export const neighbourKey = (network: string, address: string): string => `${network} ${address}`

/** Milliseconds between questions for the same neighbour: a second, as apps are called, which may come a little early. */
const patience = 900
/** Questions without an answer after which a neighbour is gone. */
const mostTimes = 3
/** Milliseconds after which a neighbour that is known is asked again. */
export const freshness = 30_000
/** Of all external networks together: what a scan of them can fill. */
export const mostNeighbours = 16_384

/** Packets that wait for one neighbour: the last ones count (RFC 1122 §2.3.2.2). */
const mostWaiting = 16
/** Neighbours that packets wait for at a time. */
const mostAwaited = 1_024

/** What waits for a neighbour when one packet more does; undefined where there is no place. */
export const withOneMore = (
  before: readonly Waiting[] | undefined,
  one: Waiting,
  awaited: number,
): readonly Waiting[] | undefined =>
  before === undefined && awaited >= mostAwaited ? undefined : [...(before ?? []), one].slice(-mostWaiting)

/** Whether to ask now: once a second for each neighbour, however many packets there are for it. */
export const isDue = (question: Question | undefined, now: number): boolean =>
  question === undefined || now - question.asked >= patience

/** Whether a question is given up. */
export const isInVain = ({ times, asked }: Question, now: number): boolean =>
  times >= mostTimes && now - asked >= patience
