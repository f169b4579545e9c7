import type { PolicyRuleFact } from '../../../controller/index.ts'

/** Priorities of what is no rule. */
export const Rank = { FIRST: 300, USUAL: 200, INVALID: 100, END: 1 } as const

/** Of one priority of users, what refuses comes before what allows; what reports comes before what does not. */
const places = { drop: 6, reject: 4, allow: 2 } as const
/** Priorities of flows for each priority of users. */
const step = 8
/** Priorities of users: 0 to 999. */
const levels = 1000
/** What policies do with the rest comes behind all rules. */
const rest = 16
const firstLevel = 4

const levelOf = ({ tier, priority }: PolicyRuleFact): number =>
  firstLevel + (tier === 'operator' ? levels : 0) + (priority ?? 0)

/** The priority of a rule's flows: operators' before tenants', the highest of users' first. */
export const rankOf = (rule: PolicyRuleFact): number =>
  (rule.priority === undefined ? rest : levelOf(rule) * step) + places[rule.action]
