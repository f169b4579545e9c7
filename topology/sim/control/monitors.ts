import { Port } from '../../../controller/openflow/fields/port-text.ts'
import { Group } from '../../../controller/openflow/messages/bucket.ts'
import { ALL_TABLES } from '../../../controller/openflow/messages/flow-mod.ts'
import {
  type FlowMonitor,
  FlowMonitorFlags,
  type FlowUpdate,
} from '../../../controller/openflow/multipart/flow-monitor.ts'
import { Refusal } from '../refusal.ts'
import type { Entry } from '../tables/entry.ts'
import { passes, selected } from '../tables/flow-mods.ts'
import type { FlowEvent } from '../tables/flow-store.ts'
import { isWithin } from '../tables/flow-table.ts'
import { compileMatch, type Matcher } from '../tables/matcher.ts'
import type { Connection } from './connection.ts'
import type { Handlers } from './handlers.ts'

interface Watch {
  readonly request: FlowMonitor
  readonly matcher: Matcher
}

const eventFlags = {
  added: FlowMonitorFlags.ADD,
  deleted: FlowMonitorFlags.DELETE,
  modified: FlowMonitorFlags.MODIFY,
} as const

const { INITIAL, ADD, DELETE, MODIFY, ACTIONS, OWN } = FlowMonitorFlags
const known = INITIAL | ADD | DELETE | MODIFY | ACTIONS | OWN

const filterOf = ({ outPort }: FlowMonitor) => ({ outPort, outGroup: Group.ANY, cookie: 0n, cookieMask: 0n })

const covers = ({ request, matcher }: Watch, entry: Entry): boolean =>
  (request.tableId === ALL_TABLES || request.tableId === entry.tableId) &&
  isWithin(entry, matcher) &&
  (request.outPort === Port.ANY || passes(entry, filterOf(request)))

const updateOf = (type: FlowEvent['type'], entry: Entry, reason: number, withActions: boolean): FlowUpdate => ({
  type,
  reason,
  priority: entry.priority,
  idleTimeout: entry.idleTimeout,
  hardTimeout: entry.hardTimeout,
  tableId: entry.tableId,
  cookie: entry.cookie,
  match: entry.match,
  instructions: withActions ? entry.instructions : [],
})

/** The flow monitors of a connection (ONF extension 187). */
export class Monitors {
  private readonly connection: Connection
  private readonly watches = new Map<number, Watch>()
  private updates: FlowUpdate[] = []

  constructor(connection: Connection) {
    this.connection = connection
  }

  /** Starts a monitor; gives the flows that it begins with. @throws Refusal, ProtocolError */
  start(request: FlowMonitor): readonly FlowUpdate[] {
    if (this.watches.has(request.id)) throw new Refusal('OFPMOFC_MONITOR_EXISTS', `monitor ${request.id}`)
    if ((request.flags & ~known) !== 0 || (request.flags & (ADD | DELETE | MODIFY | INITIAL)) === 0) {
      throw new Refusal('OFPMOFC_BAD_FLAGS', `flags ${request.flags}`)
    }
    const { tables, options } = this.connection.sw
    const matcher = compileMatch(request.match, options)
    this.watches.set(request.id, { request, matcher })
    if ((request.flags & INITIAL) === 0) return []
    const flows = selected(tables, request.tableId, matcher, filterOf(request))
    return flows.map((entry) => updateOf('added', entry, 0, (request.flags & ACTIONS) !== 0))
  }

  /** @throws Refusal where there is no such monitor */
  cancel(id: number): void {
    if (!this.watches.delete(id)) throw new Refusal('OFPMOFC_UNKNOWN_MONITOR', `monitor ${id}`)
  }

  /** Notes a change of a flow, to be told with the next flush. */
  add({ type, entry, reason = 0, origin }: FlowEvent): void {
    if (this.watches.size === 0) return
    const watching = [...this.watches.values()].filter(
      (watch) => (watch.request.flags & eventFlags[type]) !== 0 && covers(watch, entry),
    )
    if (watching.length === 0) return
    const own = origin?.connection === this.connection
    const flags = watching.reduce((sum, { request }) => sum | request.flags, 0)
    if (own && (flags & OWN) === 0) this.abbreviate(origin.xid)
    else this.updates.push(updateOf(type, entry, type === 'deleted' ? reason : 0, (flags & ACTIONS) !== 0))
  }

  /** One short note stands for all that a message of the controller's own did. */
  private abbreviate(xid: number): void {
    const last = this.updates.at(-1)
    if (last?.type !== 'abbreviated' || last.xid !== xid) this.updates.push({ type: 'abbreviated', xid })
  }

  /** Sends what was noted. */
  flush(): void {
    if (this.updates.length === 0) return
    const { updates } = this
    this.updates = []
    this.connection.sendParts(updates, (part, flags) => ({ type: 'flowMonitorReply', xid: 0, flags, updates: part }))
  }

  /** Has what was noted sent in this turn. */
  get isWaiting(): boolean {
    return this.updates.length > 0
  }
}

export const monitorHandlers = {
  flowMonitorRequest(connection, { xid, monitors }) {
    const flows = monitors.flatMap((monitor) => connection.monitors.start(monitor))
    connection.sendParts(flows, (updates, flags) => ({ type: 'flowMonitorReply', xid, flags, updates }))
  },
  flowMonitorCancel: (connection, { id }) => connection.monitors.cancel(id),
} satisfies Handlers
