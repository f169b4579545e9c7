export { type Ask, describeFrame, framesLike } from './frames.ts'
export {
  type Destination,
  type Journey,
  journey,
  type Question,
  question,
  replyJourney,
  type Source,
} from './journey.ts'
export type { End, Step } from './steps.ts'
export type { Verdict } from './verdict.ts'
export { type Place, type Visit, type Walk, Walker } from './walk.ts'
export {
  type HeldFlow,
  type HeldPort,
  type Holdings,
  type Maker,
  UnreadableError,
  type WalkHost,
  type WalkPort,
  type World,
} from './world.ts'
