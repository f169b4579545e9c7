import type { Flow, GroupEntry, MeterEntry } from '../flow/index.ts'

/** Who wants something: one rule of one app for one object. */
export interface Owner {
  readonly app: string
  readonly rule: string
  readonly object: string
  /** Epoch and app, and unit: the halves of its flows' cookies. */
  readonly cookieHigh: number
  readonly cookieLow: number
}

/** One thing wanted, and by whom. */
export interface Claim<T> {
  readonly thing: T
  readonly owner: Owner
}

/** Decides between two owners of the same key, the same way in whatever order they came. */
const before = (a: Owner, b: Owner): boolean => {
  if (a.app !== b.app) return a.app < b.app
  if (a.rule !== b.rule) return a.rule < b.rule
  return a.object < b.object
}

/**
 * What a switch should hold of one kind, by key. Where two owners claim the same key, the first by
 * name of app, rule and object wins, and the others are kept for when it lets go.
 */
export class Claims<K, T> {
  private readonly winners = new Map<K, Claim<T>>()
  private readonly losers = new Map<K, Claim<T>[]>()
  private readonly onChange: (key: K, before: Claim<T> | undefined) => void

  /** @param onChange told of each key whose winner changes, with the winner before */
  constructor(onChange: (key: K, before: Claim<T> | undefined) => void) {
    this.onChange = onChange
  }

  get size(): number {
    return this.winners.size
  }

  get(key: K): Claim<T> | undefined {
    return this.winners.get(key)
  }

  entries(): IterableIterator<[K, Claim<T>]> {
    return this.winners.entries()
  }

  /** Keys that more than one owner claims, with the claims that lost. */
  conflicts(): IterableIterator<[K, readonly Claim<T>[]]> {
    return this.losers.entries()
  }

  add(key: K, claim: Claim<T>): void {
    const winner = this.winners.get(key)
    if (winner === undefined || winner.owner === claim.owner) {
      this.winners.set(key, claim)
      this.onChange(key, winner)
    } else if (before(claim.owner, winner.owner)) {
      this.lose(key, winner)
      this.winners.set(key, claim)
      this.onChange(key, winner)
    } else this.lose(key, claim)
  }

  private lose(key: K, claim: Claim<T>): void {
    const others = (this.losers.get(key) ?? []).filter(({ owner }) => owner !== claim.owner)
    this.losers.set(key, [...others, claim])
  }

  /** The owner no longer wants what it claimed. */
  remove(key: K, owner: Owner): void {
    const winner = this.winners.get(key)
    const waiting = (this.losers.get(key) ?? []).filter((claim) => claim.owner !== owner)
    if (winner?.owner !== owner) {
      this.keepWaiting(key, waiting)
      return
    }
    const next = waiting.reduce<Claim<T> | undefined>(
      (best, claim) => (best && before(best.owner, claim.owner) ? best : claim),
      undefined,
    )
    this.keepWaiting(
      key,
      waiting.filter((claim) => claim !== next),
    )
    if (next) this.winners.set(key, next)
    else this.winners.delete(key)
    this.onChange(key, winner)
  }

  private keepWaiting(key: K, waiting: Claim<T>[]): void {
    if (waiting.length === 0) this.losers.delete(key)
    else this.losers.set(key, waiting)
  }
}

/** Keys of which the winner has changed since the last change was taken, with the winner before. */
export interface Changes {
  readonly flows: Map<string, Claim<Flow> | undefined>
  readonly groups: Map<number, Claim<GroupEntry> | undefined>
  readonly meters: Map<number, Claim<MeterEntry> | undefined>
}

const noChanges = (): Changes => ({ flows: new Map(), groups: new Map(), meters: new Map() })

const note =
  <K, T>(changed: () => Map<K, Claim<T> | undefined>) =>
  (key: K, previous: Claim<T> | undefined): void => {
    const map = changed()
    if (!map.has(key)) map.set(key, previous)
  }

/** Everything that one switch should hold, and what has changed of it since it was last told. */
export class DesiredTable {
  private changes = noChanges()
  readonly flows = new Claims<string, Flow>(note(() => this.changes.flows))
  readonly groups = new Claims<number, GroupEntry>(note(() => this.changes.groups))
  readonly meters = new Claims<number, MeterEntry>(note(() => this.changes.meters))

  get isChanged(): boolean {
    const { flows, groups, meters } = this.changes
    return flows.size + groups.size + meters.size > 0
  }

  /** The changes since the last call. */
  takeChanges(): Changes {
    const { changes } = this
    this.changes = noChanges()
    return changes
  }
}
