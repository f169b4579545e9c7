import { Flow } from '../flow/index.ts'
import type { Session } from '../switch/index.ts'
import type { InstalledFlow } from './app.ts'
import type { Claim, DesiredTable, Owner } from './desired.ts'
import type { Evaluation } from './evaluation.ts'
import type { Difference, Futile } from './futile.ts'
import { type Installed, type Read, readAll } from './installed.ts'
import type { MissingApps, Spared } from './missing.ts'
import {
  entryChange,
  entryOperation,
  FlowCommand,
  flowChange,
  flowOperation,
  type Held,
  type Operation,
  ordered,
  type Transaction,
} from './transaction.ts'

const deleteCommand = 2

/** Whom removals are put down to: nobody wants what they remove. */
const nobody: Owner = { app: '', rule: 'reconcile', object: '', cookieHigh: 0, cookieLow: 0 }

/** What a switch needs to hold what is wanted, before what is futile is taken out. */
interface Differences {
  readonly come: Operation[]
  readonly go: Operation[]
  /** Those among them that the switch may only be reporting in another form than it was sent. */
  readonly doubtful: Difference[]
}

const none = (): Differences => ({ come: [], go: [], doubtful: [] })

/** All by which a flow in another form could be known, but its match. */
const likeness = (tableId: number, priority: number, held: Held): string =>
  `${tableId} ${priority} ${held.cookieHigh} ${held.cookieLow} ${held.effect}`

const heldOf = ({ thing, owner }: Claim<{ effect: string }>): Held => ({
  effect: thing.effect,
  cookieHigh: owner.cookieHigh,
  cookieLow: owner.cookieLow,
})

/** Held flows that nobody wants, found by their likeness to one that is wanted. */
class Strays {
  readonly flows = new Map<string, Read>()
  private readonly byLikeness = new Map<string, string>()

  constructor(installed: Installed, desired: DesiredTable, spared: Spared) {
    for (const [key, read] of installed.flows) {
      if (desired.flows.get(key) || spared.nameOf(read.cookieHigh) !== undefined) continue
      this.flows.set(key, read)
      this.byLikeness.set(likeness(read.flow.tableId, read.flow.priority, read), key)
    }
  }

  /** Takes out a stray that may be this flow in another form. */
  takeLike(claim: Claim<Read['flow']>): Read | undefined {
    if (this.flows.size === 0) return undefined
    const { tableId, priority } = claim.thing
    const like = likeness(tableId, priority, heldOf(claim))
    const key = this.byLikeness.get(like)
    if (key === undefined) return undefined
    const stray = this.flows.get(key)
    this.flows.delete(key)
    this.byLikeness.delete(like)
    return stray
  }
}

/** Whoever made a flow that stands where ours should, it is replaced. */
const another: Held = { effect: '', cookieHigh: -1, cookieLow: -1 }

const flowDifferences = (installed: Installed, desired: DesiredTable, spared: Spared): Differences => {
  const found = none()
  const strays = new Strays(installed, desired, spared)
  for (const [key, claim] of desired.flows.entries()) {
    const own = installed.flows.get(key)
    const operation = flowChange(own ?? (installed.foreign.has(key) ? another : undefined), claim)
    if (!operation) continue
    // A flow that came in another form is not removed before this one is seen to be there.
    const like = own ? undefined : strays.takeLike(claim)
    if (own) found.doubtful.push({ operation, held: `${own.cookieHigh} ${own.cookieLow} ${own.effect}` })
    else if (like) found.doubtful.push({ operation, held: like.flow.key })
    else found.come.push(operation)
  }
  for (const { flow } of strays.flows.values()) {
    found.go.push(flowOperation(FlowCommand.DELETE_STRICT, flow, nobody, 0, 0))
  }
  return found
}

type Entries = Pick<Installed, 'groups' | 'meters'>

const entryDifferences = (
  what: 'group' | 'meter',
  installed: Entries,
  desired: DesiredTable,
  spared: Spared,
): Differences => {
  const found = none()
  const held = installed[`${what}s`]
  const wanted = desired[`${what}s`]
  for (const [id, claim] of wanted.entries()) {
    const there = held.get(id)?.effect
    const operation = entryChange(what, there, claim)
    if (!operation) continue
    if (there === undefined) found.come.push(operation)
    else found.doubtful.push({ operation, held: there })
  }
  // Whose a number is nobody can tell: it may be that of a missing app.
  if (spared.names.length > 0) return found
  for (const [id, entry] of held) {
    if (!wanted.get(id)) found.go.push(entryOperation(what, entry, nobody, deleteCommand))
  }
  return found
}

/** What a switch keeps for apps that are missing. */
export interface Kept {
  /** Names of the apps; where there are none, nothing is kept. */
  readonly apps: readonly string[]
  readonly flows: ReadonlyMap<string, InstalledFlow>
  /** Groups and meters with numbers of ours that nobody wants. */
  readonly groups: number
  readonly meters: number
}

const keptOf = (installed: Installed, desired: DesiredTable, spared: Spared): Kept => {
  const ofMissing = installed.own.filter(({ cookie }) => spared.nameOf(Number(cookie >> 32n)) !== undefined)
  const flows = new Map(ofMissing.map((flow) => [Flow.reported(flow).key, flow] as const))
  for (const key of flows.keys()) if (desired.flows.get(key)) flows.delete(key)
  const count = (kind: 'groups' | 'meters'): number =>
    spared.names.length === 0 ? 0 : [...installed[kind].keys()].filter((id) => !desired[kind].get(id)).length
  return { apps: spared.names, flows, groups: count('groups'), meters: count('meters') }
}

/** What reading a switch has shown. */
export interface Reading {
  readonly transaction: Transaction
  /** Flows that others made, by key. */
  readonly foreign: ReadonlyMap<string, InstalledFlow>
  /** What is left alone because apps are missing. */
  readonly kept: Kept
  /** True where reading again shows whether the switch then holds what it was sent. */
  readonly doubtful: boolean
  /** What the switch holds in another form than it was sent, or does not let go. */
  readonly givenUp: readonly Operation[]
}

/**
 * Reads what a switch holds, and gives what it needs to hold what is wanted. Nothing is cleared
 * first: what is right stays, and goes on counting.
 *
 * @param recover is shown our own flows before they are compared, and may change what is wanted
 * @param missing apps whose flows stay, and while there are any, all groups and meters of ours
 * @param evaluation of what is wanted, which is waited for
 * @throws RequestTimeout, ConnectionClosed, RequestRefused
 */
export const reconcile = async (
  session: Session,
  desired: DesiredTable,
  epoch: number,
  futile: Futile,
  recover: (own: readonly InstalledFlow[]) => void,
  evaluation: Pick<Evaluation, 'settling'>,
  missing: MissingApps,
): Promise<Reading> => {
  const installed = await readAll(session, epoch)
  recover(installed.own)
  // An app that is loaded from now on has not been shown its flows: they stay until the next reading.
  const spared = missing.snapshot()
  for (let wait = evaluation.settling; wait; wait = evaluation.settling) await wait
  desired.takeChanges()
  const kinds = [
    flowDifferences(installed, desired, spared),
    entryDifferences('group', installed, desired, spared),
    entryDifferences('meter', installed, desired, spared),
  ]
  const leaving = kinds.flatMap(({ go }) => go.map((operation) => ({ operation, held: operation.thing.effect })))
  const { repair, givenUp } = futile.sort([...kinds.flatMap(({ doubtful }) => doubtful), ...leaving])
  const mended = new Set(repair)
  const parts = kinds.map(({ come, go, doubtful }) => ({
    come: [...come, ...doubtful.map(({ operation }) => operation).filter((one) => mended.has(one))],
    go: go.filter((one) => mended.has(one)),
  }))
  const [flows = none(), groups = none(), meters = none()] = parts
  return {
    transaction: ordered(flows, groups, meters),
    foreign: installed.foreign,
    kept: keptOf(installed, desired, spared),
    doubtful: kinds.some(({ doubtful }) => doubtful.some(({ operation }) => mended.has(operation))),
    givenUp,
  }
}
