import {
  decodeMessage,
  FlowModCommand,
  FlowModFlags,
  formatFlow,
  formatGroup,
  formatInstructions,
  formatMatch,
  formatMeter,
  Group,
  type Instruction,
  type Match,
  type Message,
  type MessageNamed,
  NO_BUFFER,
  Port,
  Slab,
} from '../openflow/index.ts'
import type { Flow } from './flow.ts'
import { writeFlowMod } from './flow-mod.ts'
import type { GroupEntry, MeterEntry } from './group.ts'

/** A flow for people to read, in ovs-ofctl's syntax. */
export interface FlowText {
  readonly table: number
  readonly priority: number
  /** Empty where it matches everything. */
  readonly match: string
  /** `drop` where there are none. */
  readonly actions: string
  /** Seconds; 0 for never. */
  readonly idleTimeout: number
  readonly hardTimeout: number
  /** The whole of it, as `ovs-ofctl -O OpenFlow13 add-flow` takes it. */
  readonly text: string
}

/** What a flow-mod and a flow that a switch reports have in common. */
interface FlowParts {
  readonly tableId: number
  readonly priority: number
  readonly cookie: bigint
  readonly idleTimeout: number
  readonly hardTimeout: number
  readonly flags: number
  readonly match: Match
  readonly instructions: readonly Instruction[]
}

const described = (message: Message): string => {
  if (message.type === 'groupMod') return formatGroup(message)
  if (message.type === 'meterMod') return formatMeter(message)
  throw new TypeError(`a ${message.type} is neither a group nor a meter`)
}

/** A flow as a switch reports it. */
export const describeParts = (flow: FlowParts): FlowText => ({
  table: flow.tableId,
  priority: flow.priority,
  match: formatMatch(flow.match),
  actions: formatInstructions(flow.instructions),
  idleTimeout: flow.idleTimeout,
  hardTimeout: flow.hardTimeout,
  text: formatFlow({
    type: 'flowMod',
    xid: 0,
    cookieMask: 0n,
    command: FlowModCommand.ADD,
    bufferId: NO_BUFFER,
    outPort: Port.ANY,
    outGroup: Group.ANY,
    ...flow,
    flags: flow.flags & FlowModFlags.SEND_FLOW_REM,
  }),
})

const slabSize = 0x1000

/** A flow from its encoded form, with the halves of its cookie. */
export const describeFlow = (flow: Flow, cookieHigh: number, cookieLow: number): FlowText => {
  const slab = new Slab(slabSize)
  writeFlowMod(slab, flow, FlowModCommand.ADD, 0, cookieHigh, cookieLow)
  const message = decodeMessage(slab.chunk())
  if (message.type !== 'flowMod') throw new TypeError(`a flow was written as ${message.type}`)
  return describeParts(message)
}

/** A group or meter as `ovs-ofctl -O OpenFlow13 add-group` or `add-meter` takes it. */
export const describeEntry = (entry: GroupEntry | MeterEntry): string => described(decodeMessage(entry.bytes))

/** A group as a switch reports it, in the same syntax. */
export const describeGroup = (group: Pick<MessageNamed<'groupMod'>, 'groupId' | 'groupType' | 'buckets'>): string =>
  formatGroup({ ...group, type: 'groupMod', xid: 0, command: 0 })

/** A meter as a switch reports it, in the same syntax. */
export const describeMeter = (meter: Pick<MessageNamed<'meterMod'>, 'meterId' | 'flags' | 'bands'>): string =>
  formatMeter({ ...meter, command: 0 })

/** Whether a flow leaves packets to the switch's own learning, past all that an app wants. */
export const usesNormal = (flow: Pick<FlowParts, 'instructions'>): boolean =>
  flow.instructions.some(
    (one) => 'actions' in one && one.actions.some((action) => action.type === 'output' && action.port === Port.NORMAL),
  )
