import { defaultPriority } from '../fields/match-text.ts'
import { FlowModCommand, isDeletion, NO_BUFFER } from '../messages/flow-mod.ts'
import { commandWord, printedOnly, splitActions } from '../text/flow.ts'
import { bigInteger, type Item, integer, items } from '../text/scan.ts'
import { TextSyntaxError } from '../wire/errors.ts'
import { flagNames } from '../wire/names.ts'
import { parseActions10 } from './action-text.ts'
import { formatActions10 } from './actions.ts'
import { type FlowMod10, flowFlagText10, knownFlags10 } from './flow.ts'
import { formatMatchFields10, parseMatch10 } from './match-text.ts'
import { formatPort10, Port10, parsePort10 } from './ports.ts'

type Draft = { -readonly [K in keyof FlowMod10]: FlowMod10[K] }

const draft = (command: number): Draft => ({
  type: 'flowMod',
  xid: 0,
  match: {},
  cookie: 0n,
  command,
  idleTimeout: 0,
  hardTimeout: 0,
  priority: defaultPriority,
  bufferId: NO_BUFFER,
  outPort: Port10.NONE,
  flags: 0,
  actions: [],
})

/** Sets a member of a flow that is no match field, and says whether the item was one. */
const setMember = (flow: Draft, { key, value }: Item): boolean => {
  switch (key) {
    case 'priority':
      flow.priority = integer(value, 0xffff)
      return true
    case 'cookie':
      flow.cookie = bigInteger(value)
      return true
    case 'idle_timeout':
      flow.idleTimeout = integer(value, 0xffff)
      return true
    case 'hard_timeout':
      flow.hardTimeout = integer(value, 0xffff)
      return true
    case 'out_port':
      flow.outPort = parsePort10(value)
      return true
    case 'send_flow_rem':
    case 'check_overlap':
      flow.flags |= flowFlagText10[key]
      return true
    default:
      return printedOnly.has(key)
  }
}

/**
 * Parses a flow in ovs-ofctl's syntax (ovs-ofctl(8), "Flow Syntax"), as given to
 * `ovs-ofctl -O OpenFlow10 add-flow`, mod-flows or del-flows. A first word `add`, `modify`,
 * `delete`, `modify_strict` or `delete_strict` says the command; otherwise it is `command`, ADD
 * unless given.
 *
 * @throws TextSyntaxError naming the part that is wrong, or that OpenFlow 1.0 does not have
 */
export const parseFlowMod = (text: string, command: number = FlowModCommand.ADD): FlowMod10 => {
  const worded = commandWord(text, command)
  const { head, actions } = splitActions(worded.rest)
  const flow = draft(worded.command)
  flow.match = parseMatch10(items(head).filter((item) => !setMember(flow, item)))
  if (actions !== undefined) flow.actions = parseActions10(actions)
  else if (!isDeletion(flow.command)) throw new TextSyntaxError(text, 'actions= is missing')
  return flow
}

const unless = (absent: boolean, text: string): string[] => (absent ? [] : [text])

/** What only flows that are added or modified have. */
const newFlowTexts = (flow: FlowMod10): string[] => [
  ...unless(flow.cookie === 0n, `cookie=0x${flow.cookie.toString(16)}`),
  ...unless(flow.idleTimeout === 0, `idle_timeout=${flow.idleTimeout}`),
  ...unless(flow.hardTimeout === 0, `hard_timeout=${flow.hardTimeout}`),
  ...flagNames(flowFlagText10, flow.flags & knownFlags10),
]

/**
 * A flow as text that `ovs-ofctl -O OpenFlow10 add-flow` (mod-flows, del-flows) takes; the command
 * itself is not in it. Members that mean nothing to the command are left out.
 */
export const formatFlow = (flow: FlowMod10): string => {
  const match = formatMatchFields10(flow.match)
  const deletes = isDeletion(flow.command)
  return [
    ...(deletes ? [] : newFlowTexts(flow)),
    ...unless(flow.priority === defaultPriority || flow.command === FlowModCommand.DELETE, `priority=${flow.priority}`),
    ...unless(match === '', match),
    ...unless(!deletes || flow.outPort === Port10.NONE, `out_port=${formatPort10(flow.outPort)}`),
    ...unless(deletes, `actions=${formatActions10(flow.actions)}`),
  ].join(',')
}
