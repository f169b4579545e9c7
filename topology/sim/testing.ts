import type { Duplex } from 'node:stream'
import { duplexPair } from 'node:stream'
import { type FlowMod, FlowModCommand } from '../../controller/openflow/messages/flow-mod.ts'
import { parseFlowMod } from '../../controller/openflow/text/flow.ts'
import { parseGroupMod } from '../../controller/openflow/text/group.ts'
import { parseMeterMod } from '../../controller/openflow/text/meter.ts'
import { ManualClock } from './clock.ts'
import { together } from './journal.ts'
import type { Mod } from './mods.ts'
import type { Punt, Report, TraceStep, Tunnel } from './pipeline/report.ts'
import { SimSwitch, type SwitchSettings } from './switch.ts'
import { formatEntry } from './tables/entry.ts'

export { ManualClock } from './clock.ts'
export { SimSwitch, type SwitchSettings } from './switch.ts'

/** What came of a frame that was injected. */
export interface Injected {
  /** The frames that left, in order. */
  readonly outputs: readonly { readonly port: number; readonly frame: Uint8Array; readonly tunnel?: Tunnel }[]
  /** The packets for the controllers, with reason, table and cookie. */
  readonly packetIns: readonly Punt[]
  /** Each table that the packet went through: the flow in ovs-ofctl's syntax or `no match`, and what was done. */
  readonly trace: readonly TraceStep[]
}

/** A switch for tests: flows come as text, time stands still until it is moved. */
export interface TestSwitch {
  readonly sw: SimSwitch
  readonly clock: ManualClock
  /** Adds a flow in ovs-ofctl's syntax. @throws TextSyntaxError, ProtocolError or Refusal as a switch would */
  addFlow(text: string): void
  /** Deletes flows as `ovs-ofctl del-flows` does. */
  delFlows(text?: string): void
  /** Adds a group in ovs-ofctl's syntax, in place of one with the same number. */
  addGroup(text: string): void
  /** Adds a meter in ovs-ofctl's syntax. */
  addMeter(text: string): void
  /** Does what a message says. */
  apply(message: Mod): void
  /** The flows, each as it would be added, with the packets that it took. */
  flows(): readonly { readonly text: string; readonly packets: number }[]
  /** Sends a frame in by a port. */
  inject(port: number, frame: Uint8Array): Injected
  /** The controller's end of a new connection, in memory. */
  connect(): Duplex
}

const injected = ({ outputs, punts, trace = [] }: Report): Injected => ({ outputs, packetIns: punts, trace })

/** Makes a switch for tests, without timers and sockets. */
export const simSwitch = (settings: Omit<SwitchSettings, 'clock'> = {}): TestSwitch => {
  const clock = new ManualClock()
  const sw = new SimSwitch({ ...settings, clock })
  const apply = (message: Mod): void => together((journal) => sw.apply(message, journal))
  return {
    sw,
    clock,
    apply,
    addFlow: (text) => apply(parseFlowMod(text)),
    delFlows: (text = '') => apply(parseFlowMod(text, FlowModCommand.DELETE) as FlowMod),
    addGroup(text) {
      const group = parseGroupMod(text)
      apply({ ...group, command: sw.groups.get(group.groupId) === undefined ? 0 : 1 })
    },
    addMeter: (text) => apply(parseMeterMod(text)),
    flows: () => [...sw.tables].map((entry) => ({ text: formatEntry(entry), packets: entry.packets })),
    inject: (port, frame) => injected(sw.receive(port, frame, true)),
    connect() {
      const [ours, theirs] = duplexPair()
      sw.connect(ours)
      return theirs
    },
  }
}

/** A trace in lines: `table=1 priority=10,ip actions=output:2`, indented, and what was done. */
export const formatTrace = (trace: readonly TraceStep[]): string =>
  trace
    .map(({ table, flow, depth, actions }) => {
      const indent = '  '.repeat(depth)
      return [`${indent}${table}. ${flow}`, ...actions.map((action) => `${indent}    ${action}`)].join('\n')
    })
    .join('\n')
