import type { Key } from '../pipeline/layout.ts'
import type { Entry } from './entry.ts'
import type { Mask, Matcher } from './matcher.ts'
import { Tuple } from './tuple.ts'

/** One flow table. */
export class FlowTable {
  readonly id: number
  private readonly byMask = new Map<string, Tuple>()
  /** The tuple with the highest priority first. */
  private sorted: Tuple[] = []
  private conjunctive = 0
  size = 0
  lookups = 0
  matched = 0

  constructor(id: number) {
    this.id = id
  }

  /** True where some of the flows take part in conjunctive matches. */
  get hasConjunctions(): boolean {
    return this.conjunctive > 0
  }

  /** The flow of the highest priority that matches and is no part of a conjunctive match. */
  find(key: Key): Entry | undefined {
    let best: Entry | undefined
    for (const tuple of this.sorted) {
      const floor = best === undefined ? -1 : best.priority
      if (floor >= tuple.highest) break
      let entry = tuple.find(key, floor)
      while (entry?.conjunctions !== undefined) entry = tuple.after(entry, key, floor)
      if (entry !== undefined) best = entry
    }
    return best
  }

  /** The parts of conjunctive matches that match, of priorities above `floor`. */
  parts(key: Key, floor: number): Entry[] {
    const found: Entry[] = []
    for (const tuple of this.sorted) {
      if (floor >= tuple.highest) break
      let entry = tuple.find(key, floor)
      for (; entry !== undefined; entry = tuple.after(entry, key, floor)) {
        if (entry.conjunctions !== undefined) found.push(entry)
      }
    }
    return found
  }

  /** The flow with just this match and priority. */
  exactly(matcher: Matcher, priority: number): Entry | undefined {
    return this.byMask.get(matcher.mask.id)?.exactly(matcher, priority)
  }

  /** Must not be there yet. */
  add(entry: Entry): void {
    const { mask } = entry.matcher
    let tuple = this.byMask.get(mask.id)
    if (tuple === undefined) {
      tuple = new Tuple(mask)
      this.byMask.set(mask.id, tuple)
      this.sorted.push(tuple)
    }
    const before = tuple.highest
    tuple.add(entry)
    if (tuple.highest !== before) this.sort()
    this.size++
    if (entry.conjunctions !== undefined) this.conjunctive++
  }

  remove(entry: Entry): void {
    const { tuple } = entry
    if (tuple === undefined) return
    const before = tuple.highest
    tuple.remove(entry)
    if (tuple.size === 0) {
      this.byMask.delete(tuple.mask.id)
      this.sorted = this.sorted.filter((one) => one !== tuple)
    } else if (tuple.highest !== before) this.sort()
    this.size--
    if (entry.conjunctions !== undefined) this.conjunctive--
  }

  /** Runs a change of a flow's instructions, which may make it part of a conjunctive match or not. */
  change(entry: Entry, act: () => void): void {
    if (entry.conjunctions !== undefined) this.conjunctive--
    act()
    if (entry.conjunctions !== undefined) this.conjunctive++
  }

  private sort(): void {
    this.sorted.sort((a, b) => b.highest - a.highest)
  }

  /** Flows that match at most the packets of `matcher`. */
  *within(matcher: Matcher): Generator<Entry> {
    for (const tuple of [...this.sorted]) {
      const places = superset(tuple, matcher)
      if (places === undefined) continue
      for (const entry of tuple) if (agree(entry, matcher, places)) yield entry
    }
  }

  /** Flows of a priority that match some packet that `matcher` matches too. */
  *overlapping({ mask, values }: Matcher, priority: number): Generator<Entry> {
    for (const entry of this) {
      const { mask: other, values: theirs } = entry.matcher
      const disjoint = other.words.some((word, index) => {
        const at = mask.words.indexOf(word)
        if (at < 0) return false
        const common = (other.masks[index] as number) & (mask.masks[at] as number)
        return (((theirs[index] as number) ^ (values[at] as number)) & common) !== 0
      })
      if (entry.priority === priority && !disjoint) yield entry
    }
  }

  *[Symbol.iterator](): Generator<Entry> {
    for (const tuple of [...this.sorted]) yield* tuple
  }
}

/** For each word of `matcher` its place in the tuple's; undefined where the tuple looks at fewer bits. */
const superset = (tuple: { readonly mask: Mask }, { mask }: Matcher): readonly number[] | undefined => {
  const places = mask.words.map((word) => tuple.mask.words.indexOf(word))
  const covers = places.every((place, index) => {
    const wanted = mask.masks[index] as number
    return place >= 0 && ((tuple.mask.masks[place] as number) & wanted) === wanted
  })
  return covers ? places : undefined
}

const agree = (entry: Entry, { mask, values }: Matcher, places: readonly number[]): boolean =>
  places.every(
    (place, index) => ((entry.matcher.values[place] as number) & (mask.masks[index] as number)) === values[index],
  )

/** Whether a flow matches at most the packets of `matcher`. */
export const isWithin = (entry: Entry, matcher: Matcher): boolean => {
  const places = superset(entry.matcher, matcher)
  return places !== undefined && agree(entry, matcher, places)
}
