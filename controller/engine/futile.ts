import type { Changes } from './desired.ts'
import { keyOf, type Operation } from './transaction.ts'

/** What makes a difference between what is wanted and what was read the same as another. */
export interface Difference {
  readonly operation: Operation
  /** What the switch was found to hold instead. */
  readonly held: string
}

/** Names what an operation is about. */
const nameOf = (what: string, key: string | number): string => `${what} ${key}`

const signature = ({ operation: { command, owner, thing }, held }: Difference): string =>
  `${command}\n${held}\n${owner.cookieHigh} ${owner.cookieLow} ${thing.effect}`

/**
 * Differences that sending does not mend. A switch may report a flow in another form than it was
 * sent; without this it would be repaired for ever. What differs in the same way in two readings
 * with a repair between them is left as it is, until somebody changes it.
 */
export class Futile {
  /** What the switch has done since the last reading, and what it is being asked. */
  private tried = new Map<string, string>()
  private asked = new Map<string, string>()
  private readonly given = new Map<string, string>()

  /** How many differences are left as they are. */
  get size(): number {
    return this.given.size
  }

  /**
   * Sorts the differences of one reading.
   *
   * @returns those to be repaired, and those that were given up with this reading
   */
  sort(differences: readonly Difference[]): { repair: Operation[]; givenUp: Operation[] } {
    const before = this.tried
    this.tried = new Map()
    this.asked = new Map()
    const repair: Operation[] = []
    const givenUp: Operation[] = []
    for (const difference of differences) {
      const { operation } = difference
      const name = nameOf(operation.what, keyOf(operation.thing))
      const mark = signature(difference)
      if (this.given.get(name) === mark) continue
      if (before.get(name) === mark) {
        this.given.set(name, mark)
        givenUp.push(operation)
      } else {
        this.asked.set(name, mark)
        repair.push(operation)
      }
    }
    return { repair, givenUp }
  }

  /** The switch has done what it was asked. A repair that was lost on the way has not been tried. */
  confirm(): void {
    this.tried = this.asked
    this.asked = new Map()
  }

  /** The switch does not do what this operation asks: it is not asked again. */
  refuse(operation: Operation): void {
    const name = nameOf(operation.what, keyOf(operation.thing))
    const mark = this.asked.get(name)
    if (mark !== undefined) this.given.set(name, mark)
  }

  /** What is wanted has changed and is being sent: what comes of these flows, groups and meters is new. */
  sending({ flows, groups, meters }: Changes): void {
    this.tried.clear()
    if (this.given.size === 0) return
    for (const key of flows.keys()) this.given.delete(nameOf('flow', key))
    for (const id of groups.keys()) this.given.delete(nameOf('group', id))
    for (const id of meters.keys()) this.given.delete(nameOf('meter', id))
  }

  /** Somebody changed this flow: a difference in it is a new one. */
  changed(key: string): void {
    const name = nameOf('flow', key)
    this.tried.delete(name)
    this.asked.delete(name)
    this.given.delete(name)
  }
}
