import { byUuid, map, mapIn, mutate, type Operation, type OvsdbSession, set } from '../ovsdb/index.ts'
import { installedMark } from './columns.ts'
import type { Inventory } from './inventory.ts'
import { Writer } from './writer.ts'

const yes = 'true'

/**
 * The marks of one host's interfaces that say that all flows are in place. What is said in one turn
 * of the event loop is written in one transaction.
 */
export class Marks {
  private readonly inventory: Inventory
  private readonly marked = new Set<string>()
  /** Names of interfaces to look at. */
  private readonly dirty = new Set<string>()
  private readonly writer: Writer
  private scheduled = false

  constructor(inventory: Inventory, failed: (error: Error) => void) {
    this.inventory = inventory
    this.writer = new Writer({
      ...{ failed, isRepair: false, done: () => undefined },
      operations: () => this.operations(),
    })
  }

  use(session: OvsdbSession | undefined): void {
    for (const name of this.marked) this.dirty.add(name)
    this.writer.use(session)
  }

  /** All flows for this interface are in place. */
  add(name: string): void {
    this.marked.add(name)
    this.look(name)
  }

  /** The flows for this interface are not in place, or not wanted any more. */
  remove(name: string): void {
    this.marked.delete(name)
    this.look(name)
  }

  /** The interface of a port that is bound shows a mark from before: it is as good as one of now. */
  keep(name: string): void {
    if (this.isShown(name)) this.marked.add(name)
  }

  /** Something of the interface has changed. */
  look(name: string): void {
    if (this.isShown(name) === this.marked.has(name)) return
    this.dirty.add(name)
    if (this.scheduled) return
    this.scheduled = true
    setImmediate(() => {
      this.scheduled = false
      this.writer.kick()
    })
  }

  private isShown(name: string): boolean {
    return mapIn(this.inventory.interface(name)?.row, 'external_ids').get(installedMark) === yes
  }

  private operations(): Operation[] {
    const operations: Operation[] = []
    for (const name of this.dirty) {
      const found = this.inventory.interface(name)
      const wanted = this.marked.has(name)
      if (!found || this.isShown(name) === wanted) this.dirty.delete(name)
      else operations.push(wanted ? markOf(found.uuid) : unmarkOf(found.uuid))
    }
    return operations
  }
}

/** RFC 7047 §5.2.4: `insert` leaves pairs alone whose keys are there, so that another value is deleted first. */
const markOf = (uuid: string): Operation =>
  mutate(
    'Interface',
    byUuid(uuid),
    ['external_ids', 'delete', set([installedMark])],
    ['external_ids', 'insert', map({ [installedMark]: yes })],
  )

const unmarkOf = (uuid: string): Operation =>
  mutate('Interface', byUuid(uuid), ['external_ids', 'delete', set([installedMark])])
