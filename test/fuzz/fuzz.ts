import { liveBytes } from '../support/heap.ts'
import { processorTime } from '../support/processor.ts'
import { makeRandom } from '../vectors/random.ts'
import { mutated } from './mutate.ts'
import { tryBytes } from './target.ts'

export interface FuzzOptions {
  readonly corpus: readonly Uint8Array[]
  /** Mutated messages to try. */
  readonly count: number
  /** Time after which to stop, in seconds. */
  readonly seconds: number
  readonly seed: number
}

export interface FuzzResult {
  readonly executions: number
  /** How many messages did what, with the first that did. */
  readonly findings: ReadonlyMap<string, { readonly count: number; readonly first: Uint8Array }>
  readonly seconds: number
  /** Bytes by which the heap has grown since the beginning was over. */
  readonly growth: number
}

/** Milliseconds that a message of up to 64 KB may take. */
const slow = 50
/** Bytes by which the heap may grow, whatever the number of messages. */
export const allowedGrowth = 32 * 1024 * 1024

const took = (bytes: Uint8Array): number => {
  const started = processorTime()
  tryBytes(bytes)
  return processorTime() - started
}

/** Slow every time, not because the machine did something else. */
const isSlow = (bytes: Uint8Array): boolean => [1, 2, 3].every(() => took(bytes) > slow)

const tryOne = (bytes: Uint8Array): string | undefined => {
  const started = processorTime()
  const problem = tryBytes(bytes)
  if (problem !== undefined) return problem
  return processorTime() - started > slow && isSlow(bytes) ? `slow: more than ${slow} ms` : undefined
}

/** What is wrong with a message, with the place; stacks cost more than all else and are left out before. */
const explain = (bytes: Uint8Array, problem: string): string => {
  Error.stackTraceLimit = 10
  const explained = tryBytes(bytes) ?? problem
  Error.stackTraceLimit = 0
  return explained
}

/** Tries mutated messages until the count or the time is used up. The same seed gives the same messages. */
export const fuzz = ({ corpus, count, seconds, seed }: FuzzOptions): FuzzResult => {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  const random = makeRandom(seed)
  const findings = new Map<string, { count: number; first: Uint8Array }>()
  const warm = Math.min(50_000, Math.floor(count / 4))
  const started = performance.now()
  const deadline = started + seconds * 1000
  let base = liveBytes()
  let executions = 0
  for (; executions < count; executions++) {
    if (executions === warm) base = liveBytes()
    if (executions % 1024 === 0 && performance.now() > deadline) break
    const bytes = mutated(corpus, random)
    const found = tryOne(bytes)
    if (found === undefined) continue
    const problem = explain(bytes, found)
    const known = findings.get(problem)
    if (known) known.count++
    else findings.set(problem, { count: 1, first: bytes })
  }
  Error.stackTraceLimit = stackTraceLimit
  return { executions, findings, seconds: (performance.now() - started) / 1000, growth: liveBytes() - base }
}
