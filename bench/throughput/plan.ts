import { compileTargets } from './compiled.ts'
import { nameOf } from './options.ts'
import { type Result, resultOf } from './results.ts'
import { type Load, measure, type Sample } from './run.ts'
import type { Target } from './targets.ts'

/** A target under one load, with the figures so far. */
export interface Measured {
  readonly target: Target
  readonly load: Load
  readonly samples: Sample[]
}

/** Seconds of load before the figures count: time for a just-in-time compiler. */
export const warmUpOf = (seconds: number): number => Math.min(3, Math.max(1, seconds / 2))

/** Why there are no figures of a target under a load; undefined where there can be. */
export const unfit = (target: Target, load: Load): string | undefined => {
  const reason = target.unfit(load.openflow)
  if (reason !== undefined) return `${nameOf(target)} ${reason}`
  // The largest number that fits stands for one just above it: 15 for 16.
  if (load.switches > target.mostSwitches + 1) return `${nameOf(target)} takes ${target.mostSwitches} switches at most`
  return undefined
}

/** The load that a target gets: no more switches than it takes. */
export const fitted = (target: Target, load: Load): Load => ({
  ...load,
  switches: Math.min(load.switches, target.mostSwitches),
})

/**
 * Measures everything `repeat` times, in turns (A B A B), so that whatever else the machine does
 * meets all alike.
 *
 * @param say is told how it goes
 */
export const measureAll = async (
  plan: readonly Measured[],
  repeat: number,
  say: (text: string) => void,
  failed: (text: string) => void,
): Promise<void> => {
  compileTargets()
  const total = plan.length * repeat
  let done = 0
  for (let repetition = 0; repetition < repeat; repetition++) {
    for (const { target, load, samples } of plan) {
      const about = `[${++done}/${total}] ${nameOf(target)}`
      say(`${about}: starts`)
      try {
        samples.push(await measure(target, load, (text) => say(`${about}: ${text}`)))
      } catch (error) {
        failed(`${nameOf(target)} with ${load.switches} switches: ${(error as Error).message}`)
      }
    }
  }
}

/** The results of what could be measured. */
export const resultsOf = (plan: readonly Measured[]): Result[] =>
  plan
    .filter(({ samples }) => samples.length > 0)
    .map(({ target, load, samples }) => resultOf({ ...target, ...load }, samples))
