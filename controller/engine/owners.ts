import { appNumber, cookieHigh, unitNumber } from '../flow/index.ts'
import type { Owner } from './desired.ts'
import type { Thing } from './transaction.ts'

interface Taken {
  readonly owner: Owner
  times: number
  /** What it wanted lately on some switch. */
  recent: readonly (readonly Thing[])[]
}

/** Lists kept to be shared: most owners want one thing on one switch and another on all others. */
const mostRecent = 4

const noLists: readonly (readonly Thing[])[] = []

const isSame = (a: readonly Thing[], b: readonly Thing[]): boolean =>
  a.length === b.length && a.every((one, index) => isTwin(one, b[index] as Thing))

const isTwin = (a: Thing, b: Thing): boolean =>
  a.effect === b.effect &&
  ('key' in a ? 'key' in b && a.key === b.key && a.drop === b.drop : !('key' in b) && a.id === b.id)

/** The owners of one app, one for each rule and object, shared by all switches. */
export class Owners {
  private readonly app: string
  private readonly high: number
  /** By rule and object. */
  private readonly taken = new Map<string, Map<string, Taken>>()

  constructor(app: string, epoch: number) {
    this.app = app
    this.high = cookieHigh({ epoch, app: appNumber(app), unit: 0 })
  }

  /** The owner for a rule and object, where there is one. */
  find(rule: string, object: string): Owner | undefined {
    return this.taken.get(rule)?.get(object)?.owner
  }

  /** The owner for a rule and object; to be released as often as it is taken. */
  take(rule: string, object: string): Owner {
    const known = this.taken.get(rule)?.get(object)
    if (known) {
      known.times++
      return known.owner
    }
    const owner = { app: this.app, rule, object, cookieHigh: this.high, cookieLow: unitNumber(rule, object) }
    this.ofRule(rule).set(object, { owner, times: 1, recent: noLists })
    return owner
  }

  private ofRule(rule: string): Map<string, Taken> {
    const known = this.taken.get(rule)
    if (known) return known
    const objects = new Map<string, Taken>()
    this.taken.set(rule, objects)
    return objects
  }

  /** What an owner wants on a switch: the same list where it wants the same on another. */
  share({ rule, object }: Owner, things: readonly Thing[]): readonly Thing[] {
    const known = this.taken.get(rule)?.get(object)
    if (!known || things.length === 0) return things
    const same = known.recent.find((list) => isSame(list, things))
    if (same) return same
    known.recent = [things, ...known.recent.slice(0, mostRecent - 1)]
    return things
  }

  release({ rule, object }: Owner): void {
    const objects = this.taken.get(rule)
    const known = objects?.get(object)
    if (known && --known.times === 0) objects?.delete(object)
  }

  /** Those with this unit number in their cookies. */
  numbered(unit: number): Owner[] {
    return [...this.taken.values()].flatMap((objects) =>
      [...objects.values()].map(({ owner }) => owner).filter(({ cookieLow }) => cookieLow === unit),
    )
  }
}
