import { Mirror, type Row, type RowChange, setIn, textIn } from '../ovsdb/index.ts'
import { columns, madeByHeddle } from './columns.ts'

/** A row with its UUID. */
export interface Found {
  readonly uuid: string
  readonly row: Row
}

/** Whether heddle made a row. */
export const isOurs = (row: Row): boolean => {
  const ids = row.external_ids
  return ids instanceof Map && ids.get(madeByHeddle) === 'true'
}

/**
 * A host's database with the ways through it: which bridge an interface is on, and interfaces by
 * name. A change costs work for what changed, not for the size of the tables.
 */
export class Inventory {
  readonly mirror: Mirror
  private readonly interfaces = new Map<string, string>()
  private readonly ports = new Map<string, string>()
  /** Names of the interfaces between bridges that heddle made, each to its UUID. */
  private readonly patches = new Map<string, string>()
  /** The port of an interface, and the bridge of a port. */
  private readonly portOf = new Map<string, string>()
  private readonly bridgeOf = new Map<string, string>()

  /** @param changed is told the names of the interfaces of which anything changed; it may not throw */
  constructor(changed: (interfaces: ReadonlySet<string>) => void) {
    this.mirror = new Mirror(columns, (changes) => {
      const touched = new Set<string>()
      // What goes first: in one transaction a name may go with one row and come with another.
      for (const change of changes) if (!change.after) this.note(change, touched)
      for (const change of changes) if (change.after) this.note(change, touched)
      changed(touched)
    })
  }

  /** The one row of the table that stands for all of Open vSwitch. */
  get root(): Row | undefined {
    return this.mirror.table('Open_vSwitch').values().next().value
  }

  /** There are few bridges. */
  bridge(name: string): Found | undefined {
    for (const [uuid, row] of this.mirror.table('Bridge')) if (textIn(row, 'name') === name) return { uuid, row }
    return undefined
  }

  interface(name: string): Found | undefined {
    return this.found('Interface', this.interfaces.get(name))
  }

  port(name: string): Found | undefined {
    return this.found('Port', this.ports.get(name))
  }

  /** The UUID of the bridge that has this port. */
  bridgeOfPort(uuid: string): string | undefined {
    return this.bridgeOf.get(uuid)
  }

  /** The UUID of the bridge that an interface is on. */
  bridgeOfInterface(uuid: string): string | undefined {
    const port = this.portOf.get(uuid)
    return port === undefined ? undefined : this.bridgeOf.get(port)
  }

  /** Names of all interfaces. */
  get names(): Iterable<string> {
    return this.interfaces.keys()
  }

  /** Names of the interfaces between bridges that heddle made. */
  get patchNames(): Iterable<string> {
    return this.patches.keys()
  }

  private found(table: string, uuid: string | undefined): Found | undefined {
    const row = uuid === undefined ? undefined : this.mirror.table(table).get(uuid)
    return uuid === undefined || row === undefined ? undefined : { uuid, row }
  }

  private note(change: RowChange, touched: Set<string>): void {
    if (change.table === 'Interface') this.noteInterface(change, touched)
    else if (change.table === 'Port') this.notePort(change, touched)
    else if (change.table === 'Bridge') this.noteBridge(change, touched)
  }

  private noteInterface({ uuid, before, after }: RowChange, touched: Set<string>): void {
    this.name(this.interfaces, uuid, before, after)
    const isPatch = (row: Row | undefined): boolean =>
      row !== undefined && textIn(row, 'type') === 'patch' && isOurs(row)
    if (isPatch(before) || isPatch(after)) {
      this.name(this.patches, uuid, before, isPatch(after) ? after : undefined)
    }
    for (const row of [before, after]) if (row) touched.add(textIn(row, 'name'))
  }

  private notePort(change: RowChange, touched: Set<string>): void {
    const { uuid, before, after } = change
    this.name(this.ports, uuid, before, after)
    for (const member of membersThatChanged(change, 'interfaces')) {
      this.place(this.portOf, member, uuid, setIn(after, 'interfaces').has(member))
      this.touch(member, touched)
    }
  }

  private noteBridge(change: RowChange, touched: Set<string>): void {
    const { uuid, after } = change
    for (const member of membersThatChanged(change, 'ports')) {
      this.place(this.bridgeOf, member, uuid, setIn(after, 'ports').has(member))
      for (const one of setIn(this.mirror.table('Port').get(member), 'interfaces')) this.touch(one, touched)
    }
  }

  private name(names: Map<string, string>, uuid: string, before: Row | undefined, after: Row | undefined): void {
    const [old, now] = [textIn(before, 'name'), textIn(after, 'name')]
    if (before && (!after || old !== now) && names.get(old) === uuid) names.delete(old)
    if (after) names.set(now, uuid)
  }

  private place(places: Map<string, string>, member: string, where: string, isThere: boolean): void {
    if (isThere) places.set(member, where)
    else if (places.get(member) === where) places.delete(member)
  }

  private touch(interfaceUuid: string, touched: Set<string>): void {
    const row = this.mirror.table('Interface').get(interfaceUuid)
    if (row) touched.add(textIn(row, 'name'))
  }
}

/** Members of a set column that came or went; all of them with a row that did. */
const membersThatChanged = ({ before, after, toggled }: RowChange, column: string): Iterable<string> =>
  before && after ? ((toggled.get(column) ?? []) as readonly string[]) : setIn(after ?? before, column)
