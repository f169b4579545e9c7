import { checkPrerequisites } from '../fields/match.ts'
import { defaultPriority, formatMatchFields } from '../fields/match-text.ts'
import { formatPort, Port, parsePort } from '../fields/port-text.ts'
import { formatInstructions } from '../instructions/instructions.ts'
import { Group } from '../messages/bucket.ts'
import { ALL_TABLES, type FlowMod, FlowModCommand, flowFlagText, isDeletion, NO_BUFFER } from '../messages/flow-mod.ts'
import { MissingPrerequisiteError, TextSyntaxError } from '../wire/errors.ts'
import { flagNames, own } from '../wire/names.ts'
import { ALL_ONES_64 } from '../wire/primitives.ts'
import { parseInstructions } from './instructions.ts'
import { parseMatch, protocolOf } from './match.ts'
import { bigInteger, type Item, integer, items } from './scan.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
type Draft = Mutable<FlowMod>

/** ovs-ofctl's words for a command, as in the first word of a line of a bundle file. */
const commands: Readonly<Record<string, number>> = {
  add: FlowModCommand.ADD,
  modify: FlowModCommand.MODIFY,
  modify_strict: FlowModCommand.MODIFY_STRICT,
  delete: FlowModCommand.DELETE,
  delete_strict: FlowModCommand.DELETE_STRICT,
}

/** A cookie to look for has a mask. One to give to flows that are modified is left out: OpenFlow 1.3 cannot say it. */
const setCookie = (flow: Draft, value: string): void => {
  const [text = '', mask] = value.split('/')
  const cookie = bigInteger(text)
  if (mask === undefined) {
    if (isDeletion(flow.command)) throw new TextSyntaxError(value, 'a mask is missing, as in cookie=0x1/-1')
    if (flow.command === FlowModCommand.ADD) flow.cookie = cookie
    return
  }
  if (flow.command === FlowModCommand.ADD) throw new TextSyntaxError(value, 'a new flow takes no cookie mask')
  flow.cookieMask = mask === '-1' ? ALL_ONES_64 : bigInteger(mask)
  flow.cookie = cookie & flow.cookieMask
}

/** Members of a flow that are no match fields. */
const members: Readonly<Record<string, (flow: Draft, value: string) => void>> = {
  table: (flow, value) => {
    flow.tableId = integer(value, 0xff)
  },
  priority: (flow, value) => {
    flow.priority = integer(value, 0xffff)
  },
  cookie: setCookie,
  idle_timeout: (flow, value) => {
    flow.idleTimeout = integer(value, 0xffff)
  },
  hard_timeout: (flow, value) => {
    flow.hardTimeout = integer(value, 0xffff)
  },
  out_port: (flow, value) => {
    flow.outPort = parsePort(value)
  },
  out_group: (flow, value) => {
    flow.outGroup = integer(value)
  },
}

/** What dump-flows prints of a flow's past: read over, so that its lines can be pasted. */
export const printedOnly: ReadonlySet<string> = new Set(['duration', 'n_packets', 'n_bytes', 'idle_age', 'hard_age'])

const draft = (command: number): Draft => ({
  type: 'flowMod',
  xid: 0,
  cookie: 0n,
  cookieMask: 0n,
  tableId: isDeletion(command) ? ALL_TABLES : 0,
  command,
  idleTimeout: 0,
  hardTimeout: 0,
  priority: defaultPriority,
  bufferId: NO_BUFFER,
  outPort: Port.ANY,
  outGroup: Group.ANY,
  flags: 0,
  match: [],
  instructions: [],
})

export const commandWord = (text: string, given: number): { command: number; rest: string } => {
  const word = /^\s*(\w+)\s+/.exec(text)
  const command = own(commands, word?.[1] ?? '')
  return { command: command ?? given, rest: command === undefined ? text : text.slice(word?.[0].length) }
}

export const splitActions = (text: string): { head: string; actions: string | undefined } => {
  const at = /(?:^|[\s,])actions?=/.exec(text)
  return at
    ? { head: text.slice(0, at.index), actions: text.slice(at.index + at[0].length) }
    : { head: text, actions: undefined }
}

const readMembers = (flow: Draft, list: readonly Item[]): readonly Item[] => {
  const fields: Item[] = []
  for (const item of list) {
    const set = own(members, item.key)
    const flag = own<number>(flowFlagText, item.key)
    if (set) set(flow, item.value)
    else if (flag !== undefined && item.value === '') flow.flags |= flag
    else if (!printedOnly.has(item.key)) fields.push(item)
  }
  return fields
}

/**
 * Parses a flow in ovs-ofctl's syntax (ovs-ofctl(8), "Flow Syntax"), as given to add-flow,
 * mod-flows or del-flows. A first word `add`, `modify`, `delete`, `modify_strict` or
 * `delete_strict` says the command; otherwise it is `command`, ADD unless given.
 *
 * @throws TextSyntaxError naming the part that is wrong
 */
export const parseFlowMod = (text: string, command: number = FlowModCommand.ADD): FlowMod => {
  const worded = commandWord(text, command)
  const { head, actions } = splitActions(worded.rest)
  const flow = draft(worded.command)
  const fields = readMembers(flow, items(head))
  flow.match = parseMatch(fields)
  try {
    checkPrerequisites(flow.match)
  } catch (error) {
    if (error instanceof MissingPrerequisiteError) throw new TextSyntaxError(head, error.message)
    throw error
  }
  if (actions === undefined && !isDeletion(flow.command)) throw new TextSyntaxError(text, 'actions= is missing')
  if (actions !== undefined) flow.instructions = parseInstructions(actions, protocolOf(fields))
  return flow
}

const when = (condition: boolean, text: () => string): string[] => (condition ? [text()] : [])

const cookieText = (cookie: bigint): string => `cookie=0x${cookie.toString(16)}`

/** Only flows with certain bits of the cookie are meant. */
const cookieFilter = ({ cookie, cookieMask }: FlowMod): string[] =>
  when(cookieMask !== 0n, () => `${cookieText(cookie)}/0x${cookieMask.toString(16)}`)

const tableText = ({ tableId }: FlowMod, usual: number): string[] => when(tableId !== usual, () => `table=${tableId}`)

const priorityText = ({ priority }: FlowMod): string[] =>
  when(priority !== defaultPriority, () => `priority=${priority}`)

const matchText = (flow: FlowMod): string[] => [formatMatchFields(flow.match)].filter((text) => text !== '')

/** What there is of a flow that is added or modified. */
const flowTexts = (flow: FlowMod): string[] => [
  ...tableText(flow, 0),
  ...(flow.command === FlowModCommand.ADD
    ? when(flow.cookie !== 0n, () => cookieText(flow.cookie))
    : cookieFilter(flow)),
  ...when(flow.idleTimeout !== 0, () => `idle_timeout=${flow.idleTimeout}`),
  ...when(flow.hardTimeout !== 0, () => `hard_timeout=${flow.hardTimeout}`),
  ...flagNames(flowFlagText, flow.flags),
  ...priorityText(flow),
  ...matchText(flow),
  `actions=${formatInstructions(flow.instructions)}`,
]

/** What chooses the flows that go; timeouts, flags and actions mean nothing there, nor a priority but for a strict one. */
const deletionTexts = (flow: FlowMod): string[] => [
  ...tableText(flow, ALL_TABLES),
  ...cookieFilter(flow),
  ...(flow.command === FlowModCommand.DELETE_STRICT ? priorityText(flow) : []),
  ...matchText(flow),
  ...when(flow.outPort !== Port.ANY, () => `out_port=${formatPort(flow.outPort)}`),
  ...when(flow.outGroup !== Group.ANY, () => `out_group=${flow.outGroup}`),
]

/**
 * A flow as text that `ovs-ofctl -O OpenFlow13 add-flow` (mod-flows, del-flows) takes; the command
 * itself is not in it. Members that mean nothing to the command are left out.
 */
export const formatFlow = (flow: FlowMod): string =>
  (isDeletion(flow.command) ? deletionTexts(flow) : flowTexts(flow)).join(',')
