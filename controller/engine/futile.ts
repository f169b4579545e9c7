import type { Operation, Thing } from './transaction.ts'

/** What makes a difference between what is wanted and what was read the same as another. */
export interface Difference {
  readonly operation: Operation
  /** What the switch was found to hold instead. */
  readonly held: string
}

/** Names what an operation is about. */
const nameOf = (what: string, key: string | number): string => `${what} ${key}`
const keyOf = (thing: Thing): string | number => ('key' in thing ? thing.key : thing.id)

const signature = ({ operation, held }: Difference): string =>
  `${operation.command}\n${held}\n${operation.thing.effect}`

/**
 * Differences that sending does not mend. A switch may report a flow in another form than it was
 * sent; without this it would be repaired for ever. What differs in the same way in two readings
 * with a repair between them is left as it is, until somebody changes it.
 */
export class Futile {
  private tried = new Map<string, string>()
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
        this.tried.set(name, mark)
        repair.push(operation)
      }
    }
    return { repair, givenUp }
  }

  /** The switch does not do what this operation asks: it is not asked again. */
  refuse(operation: Operation): void {
    const name = nameOf(operation.what, keyOf(operation.thing))
    const mark = this.tried.get(name)
    if (mark !== undefined) this.given.set(name, mark)
  }

  /** Somebody changed this flow: a difference in it is a new one. */
  changed(key: string): void {
    const name = nameOf('flow', key)
    this.tried.delete(name)
    this.given.delete(name)
  }
}
