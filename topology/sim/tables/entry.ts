import type { Action } from '../../../controller/openflow/actions/actions.ts'
import { formatMatch } from '../../../controller/openflow/fields/match-text.ts'
import type { Match } from '../../../controller/openflow/fields/oxm.ts'
import { formatInstructions, type Instruction } from '../../../controller/openflow/instructions/instructions.ts'
import { type FlowMod, FlowModFlags } from '../../../controller/openflow/messages/flow-mod.ts'
import type { Matcher } from './matcher.ts'
import type { Tuple } from './tuple.ts'

/** One thing that a flow has done to a packet: an action, or an instruction other than applying actions. */
export type Step = Action | Exclude<Instruction, { readonly type: 'applyActions' }>

export type Conjunction = Extract<Action, { readonly type: 'conjunction' }>

/** OpenFlow 1.3.5 §5.9; instructions run in this order however they stand in the flow. */
const order: readonly Instruction['type'][] = [
  'meter',
  'applyActions',
  'clearActions',
  'writeActions',
  'writeMetadata',
  'gotoTable',
]

/** The steps of a flow's instructions, in the order in which they run. */
export const stepsOf = (instructions: readonly Instruction[]): readonly Step[] =>
  order.flatMap((type) =>
    instructions
      .filter((one) => one.type === type)
      .flatMap((one): readonly Step[] => (one.type === 'applyActions' ? one.actions : [one])),
  )

/** The parts of a flow that a flow-mod sets. */
export type FlowSettings = Pick<FlowMod, 'cookie' | 'idleTimeout' | 'hardTimeout' | 'flags' | 'instructions'>

/** A flow in a table. */
export class Entry {
  readonly tableId: number
  readonly priority: number
  readonly match: Match
  readonly matcher: Matcher
  cookie: bigint
  /** Seconds, 0 for none. */
  idleTimeout: number
  hardTimeout: number
  flags: number
  instructions: readonly Instruction[]
  steps: readonly Step[]
  /** Set where the flow takes part in conjunctive matches, and does nothing else. */
  conjunctions: readonly Conjunction[] | undefined
  packets = 0
  bytes = 0
  /** Milliseconds of the clock. */
  created: number
  modified: number
  used: number
  /** Its tuple and the next flow with the same bits there; both are the table's business. */
  tuple: Tuple | undefined
  next: Entry | undefined

  constructor(
    tableId: number,
    priority: number,
    matcher: Matcher & { readonly match: Match },
    settings: FlowSettings,
    now: number,
  ) {
    this.tableId = tableId
    this.priority = priority
    this.match = matcher.match
    this.matcher = { mask: matcher.mask, values: matcher.values }
    this.cookie = settings.cookie
    this.idleTimeout = settings.idleTimeout
    this.hardTimeout = settings.hardTimeout
    this.flags = settings.flags
    this.instructions = settings.instructions
    this.steps = stepsOf(settings.instructions)
    this.conjunctions = conjunctionsOf(this.steps)
    this.created = now
    this.modified = now
    this.used = now
    this.tuple = undefined
    this.next = undefined
  }

  setInstructions(instructions: readonly Instruction[]): void {
    this.instructions = instructions
    this.steps = stepsOf(instructions)
    this.conjunctions = conjunctionsOf(this.steps)
  }

  /** Counts a packet. */
  count(bytes: number, now: number): void {
    this.used = now
    if ((this.flags & FlowModFlags.NO_PKT_COUNTS) === 0) this.packets++
    if ((this.flags & FlowModFlags.NO_BYT_COUNTS) === 0) this.bytes += bytes
  }
}

const conjunctionsOf = (steps: readonly Step[]): readonly Conjunction[] | undefined => {
  const found = steps.filter((step): step is Conjunction => step.type === 'conjunction')
  return found.length === 0 ? undefined : found
}

/** A flow as it would be added: `table=1,priority=10,in_port=1 actions=output:2`. */
export const formatEntry = ({ tableId, priority, match, instructions }: Entry): string => {
  const fields = formatMatch(match, priority)
  const head = [...(tableId === 0 ? [] : [`table=${tableId}`]), ...(fields === '' ? [] : [fields])].join(',')
  return `${head === '' ? '' : `${head} `}actions=${formatInstructions(instructions)}`
}
