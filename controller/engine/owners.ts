import { appNumber, cookieHigh, unitNumber } from '../flow/index.ts'
import type { Owner } from './desired.ts'

interface Taken {
  readonly owner: Owner
  times: number
}

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
    this.ofRule(rule).set(object, { owner, times: 1 })
    return owner
  }

  private ofRule(rule: string): Map<string, Taken> {
    const known = this.taken.get(rule)
    if (known) return known
    const objects = new Map<string, Taken>()
    this.taken.set(rule, objects)
    return objects
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
