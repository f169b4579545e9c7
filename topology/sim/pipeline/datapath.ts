import type { FlowMod } from '../../../controller/openflow/messages/flow-mod.ts'
import type { Clock } from '../clock.ts'
import type { Conntrack } from '../conntrack/conntrack.ts'
import type { GroupTable } from '../groups/group-table.ts'
import type { MeterTable } from '../meters/meter-table.ts'
import type { MacTable } from '../ports/mac-table.ts'
import type { PortTable } from '../ports/port-table.ts'
import type { Entry } from '../tables/entry.ts'
import type { FlowTable } from '../tables/flow-table.ts'
import type { OptionTable } from '../tables/options.ts'

/** What a packet's passage needs of its switch. */
export interface Datapath {
  readonly clock: Clock
  readonly tables: { get(id: number): FlowTable }
  readonly options: OptionTable
  readonly groups: GroupTable
  readonly meters: MeterTable
  readonly ports: PortTable
  readonly macs: MacTable
  readonly conntrack: Conntrack
  /** VLAN tags that the switch looks at. */
  readonly tagLimit: number
  /** Adds or changes a flow on behalf of a packet; false where it may not be. */
  learn(flow: FlowMod, limit: number): boolean
  /** Shortens timeouts of a flow, in seconds, because a connection ends; 0 leaves one as it is. */
  shorten(entry: Entry, idleTimeout: number, hardTimeout: number): void
}
