import type { Key } from '../pipeline/layout.ts'
import type { Entry } from './entry.ts'
import type { Mask, Matcher } from './matcher.ts'

const mix = (hash: number, value: number): number => {
  const product = Math.imul(hash ^ value, 0x9e3779b1)
  return product ^ (product >>> 15)
}

const hashValues = (values: readonly number[]): number => {
  let hash = 0
  for (const value of values) hash = mix(hash, value)
  return hash
}

const equal = (a: readonly number[], b: readonly number[]): boolean => {
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false
  return true
}

/** Flows of a table that look at the same bits, found by the values of these (tuple space search). */
export class Tuple {
  readonly mask: Mask
  /** Chains of flows, the highest priority first. */
  private readonly chains = new Map<number, Entry>()
  private readonly priorities = new Map<number, number>()
  /** The highest priority of its flows. */
  highest = -1
  size = 0

  constructor(mask: Mask) {
    this.mask = mask
  }

  private hashKey(key: Key): number {
    const { words, masks } = this.mask
    let hash = 0
    for (let index = 0; index < words.length; index++) {
      hash = mix(hash, (key[words[index] as number] as number) & (masks[index] as number))
    }
    return hash
  }

  private matches(entry: Entry, key: Key): boolean {
    const { words, masks } = this.mask
    const { values } = entry.matcher
    for (let index = 0; index < words.length; index++) {
      if (((key[words[index] as number] as number) & (masks[index] as number)) !== values[index]) return false
    }
    return true
  }

  /** The flow that matches with the highest priority above `floor`; the others follow by `after`. */
  find(key: Key, floor: number): Entry | undefined {
    return this.from(this.chains.get(this.hashKey(key)), key, floor)
  }

  /** The next flow that matches, after one that did. */
  after(entry: Entry, key: Key, floor: number): Entry | undefined {
    return this.from(entry.next, key, floor)
  }

  private from(start: Entry | undefined, key: Key, floor: number): Entry | undefined {
    for (let entry = start; entry !== undefined && entry.priority > floor; entry = entry.next) {
      if (this.matches(entry, key)) return entry
    }
    return undefined
  }

  /** The flow with just this match and priority. */
  exactly({ values }: Matcher, priority: number): Entry | undefined {
    for (let entry = this.chains.get(hashValues(values)); entry !== undefined; entry = entry.next) {
      if (entry.priority === priority && equal(entry.matcher.values, values)) return entry
    }
    return undefined
  }

  add(entry: Entry): void {
    const hash = hashValues(entry.matcher.values)
    const head = this.chains.get(hash)
    entry.tuple = this
    if (head === undefined || head.priority < entry.priority) {
      entry.next = head
      this.chains.set(hash, entry)
    } else {
      let before = head
      while (before.next !== undefined && before.next.priority >= entry.priority) before = before.next
      entry.next = before.next
      before.next = entry
    }
    this.size++
    this.priorities.set(entry.priority, (this.priorities.get(entry.priority) ?? 0) + 1)
    this.highest = Math.max(this.highest, entry.priority)
  }

  remove(entry: Entry): void {
    const hash = hashValues(entry.matcher.values)
    const head = this.chains.get(hash)
    if (head === entry) {
      if (entry.next === undefined) this.chains.delete(hash)
      else this.chains.set(hash, entry.next)
    } else {
      let before = head
      while (before !== undefined && before.next !== entry) before = before.next
      if (before !== undefined) before.next = entry.next
    }
    entry.tuple = undefined
    entry.next = undefined
    this.size--
    this.uncount(entry.priority)
  }

  private uncount(priority: number): void {
    const left = (this.priorities.get(priority) ?? 0) - 1
    if (left > 0) {
      this.priorities.set(priority, left)
      return
    }
    this.priorities.delete(priority)
    if (priority === this.highest) this.highest = Math.max(-1, ...this.priorities.keys())
  }

  *[Symbol.iterator](): Generator<Entry> {
    for (const head of this.chains.values()) {
      for (let entry: Entry | undefined = head, next: Entry | undefined; entry !== undefined; entry = next) {
        next = entry.next
        yield entry
      }
    }
  }
}
