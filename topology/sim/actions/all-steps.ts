import type { Step } from '../tables/entry.ts'

/** Steps with those inside of them: of action sets to write, of clones and of connection tracking. */
export const allSteps = (steps: readonly Step[]): readonly Step[] =>
  steps.flatMap((step) => {
    const isNest = step.type === 'writeActions' || step.type === 'clone' || step.type === 'ct'
    return isNest ? [step, ...allSteps(step.actions)] : [step]
  })
