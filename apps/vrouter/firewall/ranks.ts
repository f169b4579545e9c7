import type { PolicyRuleFact } from '../../../controller/index.ts'

/** Priorities of what is no rule. */
export const Rank = { FIRST: 300, USUAL: 200, INVALID: 100, END: 1 } as const

/**
 * Of one priority of users, what refuses comes before what allows. Each place has one above it for
 * reports, and two more of its kind for rules whose sides are matched by themselves.
 */
const places = { drop: 12, reject: 8, allow: 4 } as const
const conjunctive = 2
/** Priorities of flows for each priority of users. */
const step = 16
/** Priorities of users: 0 to 999. */
const levels = 1000
/** What policies do with the rest comes behind all rules. */
const rest = 32
const firstLevel = 4

const levelOf = ({ tier, priority }: PolicyRuleFact): number =>
  firstLevel + (tier === 'operator' ? levels : 0) + (priority ?? 0)

/** The priority of a rule's flows: operators' before tenants', the highest of users' first. */
export const rankOf = (rule: PolicyRuleFact): number =>
  (rule.priority === undefined ? rest : levelOf(rule) * step) +
  places[rule.action] +
  (rule.conjunction === undefined ? 0 : conjunctive)

/** The priority of one side of rules whose sides are matched by themselves. */
export const rankOfClause = (asked: PolicyRuleFact): number => rankOf(asked) + conjunctive
