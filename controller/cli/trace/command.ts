import { print } from '../ask/output.ts'
import { prove } from './live.ts'
import { questionOf, type TraceOptions } from './question.ts'
import { isWell, traced } from './result.ts'
import { traceText, whyText } from './text.ts'
import { traceView } from './view.ts'
import { ApiWorld } from './world.ts'

export type Words = readonly [from: string, to: string, what?: string]

/** Follows a packet and prints what became of it; the process fails where it does not arrive. */
const answer = async (words: Words, options: TraceOptions, isShort: boolean): Promise<void> => {
  const world = await ApiWorld.open(options)
  const asked = questionOf(world, words, options)
  const computed = await traced(world, asked, options.reply ?? isShort)
  const proof = options.live ? { proof: await prove(world, asked, computed.there) } : {}
  const result = { ...computed, ...proof }
  await print(traceView(world, result), options.output, () =>
    isShort ? whyText(world, result) : traceText(world, result),
  )
  if (!isWell(result) || result.proof?.agrees === false) process.exitCode = 1
}

/** `heddle why PORT PORT`: the short answer. */
export const answerWhy = (words: Words, options: TraceOptions): Promise<void> => answer(words, options, true)

/** `heddle trace PORT PORT`: every step. */
export const answerTrace = (words: Words, options: TraceOptions): Promise<void> => answer(words, options, false)
