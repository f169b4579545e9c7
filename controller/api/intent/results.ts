// What became of changes, as it is shown.
import { type IntentResult, intentNames, type Outcome } from '../../state/index.ts'
import type { Spec } from './views/parts.ts'

export const differenceView = ({ kind, id, action, before, after }: Omit<Outcome, 'assigned'>) => ({
  ...{ kind: intentNames[kind].document, id, action },
  ...(before === undefined ? {} : { before: before as Spec }),
  ...(after === undefined ? {} : { after: after as Spec }),
})

/** What became of a change; what stays as it was is counted only. */
export const resultView = ({ revision, outcomes }: IntentResult, dryRun: boolean) => {
  const count = (action: Outcome['action']): number => outcomes.filter((one) => one.action === action).length
  return {
    ...{ revision, dryRun, created: count('created'), updated: count('updated') },
    ...{ deleted: count('deleted'), unchanged: count('unchanged') },
    changes: outcomes
      .filter(({ action }) => action !== 'unchanged')
      .map((outcome) => ({
        ...differenceView(outcome),
        ...(outcome.assigned === undefined ? {} : { assigned: outcome.assigned as Spec }),
      })),
  }
}
