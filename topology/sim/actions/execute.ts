import type { Passage } from '../pipeline/passage.ts'
import type { Step } from '../tables/entry.ts'
import { bundleExecutors } from './bundle.ts'
import { controllerExecutors } from './controller.ts'
import { ctExecutors } from './ct.ts'
import type { Executors } from './executor.ts'
import { nothing } from './executor.ts'
import { fieldExecutors } from './field.ts'
import { flowExecutors } from './flow.ts'
import { groupExecutors } from './group.ts'
import { learnExecutors } from './learn.ts'
import { legacyExecutors } from './legacy.ts'
import { mplsExecutors } from './mpls.ts'
import { outputExecutors } from './output.ts'
import { ttlExecutors } from './ttl.ts'
import { vlanExecutors } from './vlan.ts'

const executors: Executors = {
  ...outputExecutors,
  ...controllerExecutors,
  ...groupExecutors,
  ...flowExecutors,
  ...fieldExecutors,
  ...legacyExecutors,
  ...vlanExecutors,
  ...mplsExecutors,
  ...ttlExecutors,
  ...learnExecutors,
  ...bundleExecutors,
  ...ctExecutors,
  note: nothing,
  sample: nothing,
  sample2: nothing,
  sample3: nothing,
  conjunction: nothing,
  debugSlow: nothing,
  debugRecirc: nothing,
  // Flows with these are refused.
  nat: nothing,
  encap: nothing,
  decap: nothing,
  decNshTtl: nothing,
  pushPbb: nothing,
  popPbb: nothing,
  experimenter: nothing,
}

/** Does one step of a flow. */
export const execute = (passage: Passage, step: Step): void =>
  (executors[step.type] as (passage: Passage, step: Step) => void)(passage, step)
