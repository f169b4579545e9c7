import { appNumber, cookieHigh, unitNumber } from '../flow/index.ts'
import type { Owner } from './desired.ts'

const keyOf = (rule: string, object: string): string => `${rule}\n${object}`

/** The owners of one app, one for each rule and object, shared by all switches. */
export class Owners {
  private readonly app: string
  private readonly high: number
  private readonly taken = new Map<string, { readonly owner: Owner; times: number }>()

  constructor(app: string, epoch: number) {
    this.app = app
    this.high = cookieHigh({ epoch, app: appNumber(app), unit: 0 })
  }

  /** The owner for a rule and object; to be released as often as it is taken. */
  take(rule: string, object: string): Owner {
    const key = keyOf(rule, object)
    const known = this.taken.get(key)
    if (known) {
      known.times++
      return known.owner
    }
    const owner = { app: this.app, rule, object, cookieHigh: this.high, cookieLow: unitNumber(rule, object) }
    this.taken.set(key, { owner, times: 1 })
    return owner
  }

  release({ rule, object }: Owner): void {
    const key = keyOf(rule, object)
    const known = this.taken.get(key)
    if (known && --known.times === 0) this.taken.delete(key)
  }

  /** Those with this unit number in their cookies. */
  numbered(unit: number): Owner[] {
    return [...this.taken.values()].map(({ owner }) => owner).filter(({ cookieLow }) => cookieLow === unit)
  }
}
