import {
  describeFrame,
  type End,
  type Journey,
  type Step,
  type Verdict,
  type Visit,
} from '../../../topology/walk/index.ts'
import { isWell, type Traced } from './result.ts'
import { verdictText } from './verdict-text.ts'
import type { ApiWorld } from './world.ts'

const hex = (frame: Uint8Array): string => Buffer.from(frame).toString('hex')

const stepView = (world: ApiWorld, { table, flow, depth, actions, maker, drop }: Step) => ({
  ...{ table, stage: world.stage(table, maker?.app), flow, depth, actions, ...maker },
  ...(drop === undefined ? {} : { drop }),
})

const where = (
  world: ApiWorld,
  { frame, step, ...rest }: { frame?: Uint8Array; step?: Step | undefined; [more: string]: unknown },
) => ({
  ...rest,
  ...(frame ? { packet: describeFrame(frame), frame: hex(frame) } : {}),
  ...(step ? { step: stepView(world, step) } : {}),
})

const verdictView = (world: ApiWorld, verdict: Verdict): object =>
  verdict.is === 'unresolved'
    ? { ...verdict, why: verdictView(world, verdict.why), text: verdictText(verdict) }
    : { ...where(world, verdict), text: verdictText(verdict) }

const visitView = (world: ApiWorld, { place, frame, steps, ends, leftOut }: Visit) => ({
  ...place,
  frame: hex(frame),
  steps: steps.map((step) => stepView(world, step)),
  ends: ends.map((end: End) => where(world, end)),
  ...(leftOut.length === 0 ? {} : { leftOut }),
})

const journeyView = (world: ApiWorld, { question, frame, walk, verdict }: Journey) => ({
  ...(question
    ? {
        neighbour: {
          ...{ address: question.address, mac: question.mac ?? null },
          verdict: verdictView(world, question.verdict),
          visits: question.walk.visits.map((visit) => visitView(world, visit)),
        },
      }
    : {}),
  ...(frame ? { packet: describeFrame(frame) } : {}),
  visits: walk.visits.map((visit) => visitView(world, visit)),
  verdict: verdictView(world, verdict),
})

/** All of it for programs; frames in hexadecimal. */
export const traceView = (world: ApiWorld, result: Traced) => ({
  ...{ from: result.question.from.id, to: result.question.target, well: isWell(result) },
  there: journeyView(world, result.there),
  ...(result.back ? { back: journeyView(world, result.back) } : {}),
  brokenTunnels: result.broken,
  ...(result.proof ? { live: result.proof } : {}),
})
