import { Port } from '../../controller/openflow/fields/port-text.ts'
import { Group } from '../../controller/openflow/messages/bucket.ts'
import { FlowModCommand, NO_BUFFER } from '../../controller/openflow/messages/flow-mod.ts'
import type { MessageNamed } from '../../controller/openflow/messages/messages.ts'
import { mapItems, withPlainActions, withPlainMatch } from './encodings.ts'

/** A message that ovs-ofctl's syntax can ask for. */
export type Modification = MessageNamed<'flowMod' | 'groupMod' | 'meterMod' | 'packetOut'>
type FlowMod = MessageNamed<'flowMod'>

const modifications = new Set(['flowMod', 'groupMod', 'meterMod', 'packetOut'])

/** True for a message that ovs-ofctl's syntax can ask for. */
export const isModification = (message: object): message is Modification =>
  'type' in message && modifications.has(String(message.type))

const deletes = (flow: FlowMod): boolean =>
  flow.command === FlowModCommand.DELETE || flow.command === FlowModCommand.DELETE_STRICT

/** max_len only where the packet goes to the controller. */
const withoutMaxLen = (value: unknown): unknown =>
  mapItems(value, (item) =>
    item.type === 'output' && 'maxLen' in item && item.port !== Port.CONTROLLER ? { ...item, maxLen: 0 } : item,
  )

const onlyFlow =
  (change: (flow: FlowMod) => FlowMod) =>
  (message: Modification): Modification =>
    message.type === 'flowMod' ? change(message) : message

/** What ovs-ofctl's text leaves out, each with the reason that nothing is lost by it. */
const unsaid: Readonly<Record<string, (message: Modification) => Modification>> = {
  // OpenFlow 1.3.5 §7.2.5: the bytes to send to the controller; elsewhere it means nothing
  'max_len of outputs to ports other than CONTROLLER': (message) => withoutMaxLen(message) as Modification,
  // §7.3.4.1: they restrict deletions and are ignored by other commands
  'out_port and out_group of a flow that is not deleted': onlyFlow((flow) =>
    deletes(flow) ? flow : { ...flow, outPort: Port.ANY, outGroup: Group.ANY },
  ),
  // §7.3.4.1: ignored by ADD
  'cookie_mask of a new flow': onlyFlow((flow) =>
    flow.command === FlowModCommand.ADD ? { ...flow, cookieMask: 0n } : flow,
  ),
  // A buffered packet belongs to the moment, not to the flow
  'buffer_id of a flow': onlyFlow((flow) => ({ ...flow, bufferId: NO_BUFFER })),
  'the number of a field that has several, and the order of fields': withPlainMatch,
  'the number of an action that has several, and the order of instructions': withPlainActions,
  'write_actions without actions': onlyFlow((flow) => ({
    ...flow,
    instructions: flow.instructions.filter((one) => one.type !== 'writeActions' || one.actions.length > 0),
  })),
  'instructions of a deletion': onlyFlow((flow) => (deletes(flow) ? { ...flow, instructions: [] } : flow)),
}

const text = (message: Modification): string =>
  JSON.stringify(message, (_, value) =>
    typeof value === 'bigint' ? String(value) : value === undefined ? null : plain(value),
  )

/** Fields refer to themselves: their number says which. */
const plain = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'header' in value ? value.header : value

/** The message as its text says it, and what was left out. */
export const withoutUnsaid = (message: Modification): { readonly message: Modification; readonly left: string[] } => {
  let said = message
  const left: string[] = []
  for (const [what, strip] of Object.entries(unsaid)) {
    const next = strip(said)
    if (text(next) !== text(said)) left.push(what)
    said = next
  }
  return { message: said, left }
}
