import { ProtocolError } from '../../../controller/openflow/wire/errors.ts'
import type { Journal } from '../journal.ts'
import type { Entry } from './entry.ts'
import { FlowTable } from './flow-table.ts'

/** Who changed a flow: a connection's request, or nobody where the switch did itself. */
export interface Origin {
  readonly connection: unknown
  readonly xid: number
}

/** A change of a flow. */
export interface FlowEvent {
  readonly type: 'added' | 'modified' | 'deleted'
  readonly entry: Entry
  /** FlowRemovedReason, for deleted ones; undefined where another took the flow's place. */
  readonly reason: number | undefined
  readonly origin: Origin | undefined
}

export interface StoreLimits {
  readonly tables: number
  /** Flows in each table. */
  readonly flows: number
}

/** All flow tables of a switch. Every change goes through a journal. */
export class FlowStore {
  private readonly tables: (FlowTable | undefined)[] = []
  private readonly limits: StoreLimits
  private readonly listener: (event: FlowEvent) => void

  constructor(limits: StoreLimits, listener: (event: FlowEvent) => void) {
    this.limits = limits
    this.listener = listener
  }

  get count(): number {
    return this.limits.tables
  }

  /** A table, made when it is first asked for. */
  get(id: number): FlowTable {
    const table = this.tables[id] ?? new FlowTable(id)
    this.tables[id] = table
    return table
  }

  /** The tables that something was ever in, in order. */
  used(): readonly FlowTable[] {
    return this.tables.filter((table) => table !== undefined)
  }

  /** @throws ProtocolError where the table is full */
  insert(entry: Entry, journal: Journal, origin?: Origin): void {
    const table = this.get(entry.tableId)
    if (table.size >= this.limits.flows) throw new ProtocolError('OFPFMFC_TABLE_FULL', `table ${entry.tableId} is full`)
    table.add(entry)
    journal.undo(() => table.remove(entry))
    journal.after(() => this.listener({ type: 'added', entry, reason: undefined, origin }))
  }

  /** Takes a flow out; `reason` is one of FlowRemovedReason. */
  remove(entry: Entry, reason: number, journal: Journal, origin?: Origin): void {
    const table = this.get(entry.tableId)
    table.remove(entry)
    journal.undo(() => table.add(entry))
    journal.after(() => this.listener({ type: 'deleted', entry, reason, origin }))
  }

  /** Puts one flow in the place of another with the same match and priority. */
  replace(old: Entry, entry: Entry, journal: Journal, origin?: Origin): void {
    const table = this.get(old.tableId)
    table.remove(old)
    table.add(entry)
    journal.undo(() => {
      table.remove(entry)
      table.add(old)
    })
    journal.after(() => this.listener({ type: 'modified', entry, reason: undefined, origin }))
  }

  /** Tells of a flow that was changed in place. */
  modified(entry: Entry, journal: Journal, origin?: Origin): void {
    journal.after(() => this.listener({ type: 'modified', entry, reason: undefined, origin }))
  }

  *[Symbol.iterator](): Generator<Entry> {
    for (const table of this.used()) yield* table
  }
}
