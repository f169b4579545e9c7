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

/** `l2-switch/station for 1 02:00:00:00:00:01` */
export const ownerName = ({ app, rule, object }: Owner): string =>
  `${app}/${rule}${object === '' ? '' : ` for ${object}`}`

/** One thing wanted, and by whom. */
export interface Claim<T> {
  readonly thing: T
  readonly owner: Owner
}

/** More than one owner claims the same: the winner's stands. */
export interface Contest<T> {
  readonly winner: Claim<T>
  readonly losers: readonly Claim<T>[]
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
  private readonly left = new Map<K, Claim<T>[]>()
  private readonly contested = new Set<K>()
  private readonly onChange: (key: K, before: Claim<T> | undefined) => void
  private readonly onContest: () => void

  /**
   * @param onChange told of each key whose winner changes, with the winner before
   * @param onContest told where more than one owner claims the same
   */
  constructor(onChange: (key: K, before: Claim<T> | undefined) => void, onContest: () => void) {
    this.onChange = onChange
    this.onContest = onContest
  }

  get size(): number {
    return this.winners.size
  }

  get(key: K): Claim<T> | undefined {
    return this.winners.get(key)
  }

  /** All claims of a key, whoever won. */
  claimsOf(key: K): readonly Claim<T>[] {
    const winner = this.winners.get(key)
    return winner ? [winner, ...(this.losers.get(key) ?? [])] : []
  }

  entries(): IterableIterator<[K, Claim<T>]> {
    return this.winners.entries()
  }

  /** Keys that more than one owner claims, with the claims that lost. */
  conflicts(): IterableIterator<[K, readonly Claim<T>[]]> {
    return this.losers.entries()
  }

  /** What the switch refused: left out until its owner wants something else, or it is tried again. */
  refused(): IterableIterator<[K, readonly Claim<T>[]]> {
    return this.left.entries()
  }

  /** Leaves out what the switch has refused. */
  refuse(key: K, claim: Claim<T>): void {
    this.remove(key, claim.owner)
    this.left.set(key, [...(this.left.get(key) ?? []), claim])
  }

  /** Wants again what was left out, all of it or that of one key. */
  retry(key?: K): void {
    const left = key === undefined ? [...this.left] : [[key, this.left.get(key) ?? []] as const]
    for (const [one, claims] of left) for (const claim of claims) this.add(one, claim)
  }

  add(key: K, claim: Claim<T>): void {
    dropOwner(this.left, key, claim.owner)
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

  /** Keys that came to be claimed by more than one owner since the last call, and still are. */
  takeContested(): Contest<T>[] {
    const contests: Contest<T>[] = []
    for (const key of this.contested) {
      const winner = this.winners.get(key)
      const losers = this.losers.get(key)
      if (winner && losers) contests.push({ winner, losers })
    }
    this.contested.clear()
    return contests
  }

  private lose(key: K, claim: Claim<T>): void {
    this.contested.add(key)
    this.onContest()
    dropOwner(this.losers, key, claim.owner)
    this.losers.set(key, [...(this.losers.get(key) ?? []), claim])
  }

  /** The owner no longer wants what it claimed. */
  remove(key: K, owner: Owner): void {
    const winner = this.winners.get(key)
    dropOwner(this.left, key, owner)
    dropOwner(this.losers, key, owner)
    if (winner?.owner !== owner) return
    const next = this.losers.get(key)?.reduce((best, claim) => (before(best.owner, claim.owner) ? best : claim))
    if (next) {
      dropOwner(this.losers, key, next.owner)
      this.winners.set(key, next)
    } else this.winners.delete(key)
    this.onChange(key, winner)
  }
}

/** Removes an owner's claim from those of a key. */
const dropOwner = <K, T>(claims: Map<K, Claim<T>[]>, key: K, owner: Owner): void => {
  const others = claims.get(key)?.filter((claim) => claim.owner !== owner)
  if (others === undefined) return
  if (others.length === 0) claims.delete(key)
  else claims.set(key, others)
}

/** Keys of which the winner has changed since the last change was taken, with the winner before. */
export interface Changes {
  readonly flows: Map<string, Claim<Flow> | undefined>
  readonly groups: Map<number, Claim<GroupEntry> | undefined>
  readonly meters: Map<number, Claim<MeterEntry> | undefined>
}

const noChanges = (): Changes => ({ flows: new Map(), groups: new Map(), meters: new Map() })

/** Everything that one switch should hold, and what has changed of it since it was last told. */
export class DesiredTable {
  private changes = noChanges()
  readonly flows: Claims<string, Flow>
  readonly groups: Claims<number, GroupEntry>
  readonly meters: Claims<number, MeterEntry>

  /** @param touched told of each change and each contest */
  constructor(touched: () => void = () => undefined) {
    const claims = <K, T>(changes: () => Map<K, Claim<T> | undefined>) =>
      new Claims<K, T>((key, before) => {
        const noted = changes()
        if (!noted.has(key)) noted.set(key, before)
        touched()
      }, touched)
    this.flows = claims(() => this.changes.flows)
    this.groups = claims(() => this.changes.groups)
    this.meters = claims(() => this.changes.meters)
  }

  /** Contests that have arisen since the last call, of all kinds. */
  takeContests(): Contest<Flow | GroupEntry | MeterEntry>[] {
    return [...this.flows.takeContested(), ...this.groups.takeContested(), ...this.meters.takeContested()]
  }

  get isChanged(): boolean {
    const { flows, groups, meters } = this.changes
    return flows.size + groups.size + meters.size > 0
  }

  /** The changes since they were last taken: of each of these keys, what was wanted then. */
  get pending(): Changes {
    return this.changes
  }

  /** The changes since the last call. */
  takeChanges(): Changes {
    const { changes } = this
    this.changes = noChanges()
    return changes
  }
}
