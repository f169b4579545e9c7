import { gradually } from './evaluation.ts'
import type { Keeper } from './keeper.ts'

type Asked = Pick<Keeper, 'confirmed'> | undefined

/** Asking has a switch sent what it lacks, which takes milliseconds where that is much. */
function* ask(keepers: Iterable<Asked>, deadline: number, answers: (Promise<boolean> | undefined)[]) {
  for (const keeper of keepers) {
    answers.push(keeper?.confirmed(deadline - performance.now()))
    yield
  }
}

/**
 * Waits until switches have confirmed all that is wanted of them.
 *
 * @param deadline by `performance.now()`
 * @returns those that have not, in the end, or are not there
 */
export const unconfirmed = async (
  dpids: readonly bigint[],
  keeperOf: (dpid: bigint) => Asked,
  deadline: number,
): Promise<bigint[]> => {
  const answers: (Promise<boolean> | undefined)[] = []
  await gradually(ask(dpids.map(keeperOf), deadline, answers))
  const outcomes = await Promise.all(answers)
  return dpids.filter((_, index) => outcomes[index] !== true)
}
