import {
  type Bundle,
  type Flow,
  type GroupEntry,
  GroupModOffset,
  type MeterEntry,
  type Slab,
  writeBundleHeader,
  writeFlowMod,
} from '../flow/index.ts'
import type { Changes, Claim, Claims, DesiredTable, Owner } from './desired.ts'

/** OFPFC_* (OpenFlow 1.3.5 §7.3.4.1). */
export const FlowCommand = { ADD: 0, MODIFY_STRICT: 2, DELETE_STRICT: 4 } as const
/** OFPGC_*, OFPMC_*: the same numbers for groups and meters. */
const Command = { ADD: 0, MODIFY: 1, DELETE: 2 } as const

export type Kind = 'flow' | 'group' | 'meter'
export type Thing = Flow | GroupEntry | MeterEntry

/** Of groups and meters each has a range of numbers of its own, so that a key tells the kind too. */
export const keyOf = (thing: Thing): string | number => ('key' in thing ? thing.key : thing.id)

/** One message of a change, and who wants it. */
export interface Operation {
  readonly what: Kind
  readonly owner: Owner
  /** The flow, group or meter that comes or goes. */
  readonly thing: Thing
  /** One of FlowCommand for flows, of OFPGC_* for groups and meters. */
  readonly command: number
  readonly write: (slab: Slab, xid: number, bundle?: Bundle) => void
}

/**
 * What is to be sent to a switch, in order: meters, groups, then flows come; flows, groups, then
 * meters go. Meters cannot be in a bundle, so they stand apart.
 */
export interface Transaction {
  readonly metersFirst: readonly Operation[]
  readonly bundled: readonly Operation[]
  readonly metersLast: readonly Operation[]
}

export const sizeOf = (transaction: Transaction): number =>
  transaction.metersFirst.length + transaction.bundled.length + transaction.metersLast.length

/** What a switch holds under a key: a claim of ours, or what was read from it. */
export interface Held {
  readonly effect: string
  readonly cookieHigh: number
  readonly cookieLow: number
}

/** Characters of a flow's effect before its instructions: timeouts and flags. */
const settings = 6

export const flowOperation = (command: number, flow: Flow, owner: Owner, high: number, low: number): Operation => ({
  what: 'flow',
  owner,
  thing: flow,
  command,
  write: (slab, xid, bundle) => writeFlowMod(slab, flow, command, xid, high, low, bundle),
})

/**
 * The message that makes a flow as wanted; none where it is so already. Where only its
 * instructions differ it is modified in place, so that its counters go on.
 */
export const flowChange = (held: Held | undefined, wanted: Claim<Flow>): Operation | undefined => {
  const { thing: flow, owner } = wanted
  const { cookieHigh, cookieLow } = owner
  const sameCookie = held?.cookieHigh === cookieHigh && held.cookieLow === cookieLow
  if (held && sameCookie && held.effect === flow.effect) return undefined
  const inPlace = held && sameCookie && held.effect.slice(0, settings) === flow.effect.slice(0, settings)
  return flowOperation(inPlace ? FlowCommand.MODIFY_STRICT : FlowCommand.ADD, flow, owner, cookieHigh, cookieLow)
}

type Entry = GroupEntry | MeterEntry

/** A group or meter as it was encoded, with another command. */
export const entryOperation = (what: 'group' | 'meter', entry: Entry, owner: Owner, command: number): Operation => ({
  what,
  owner,
  thing: entry,
  command,
  write: (slab, xid, bundle) => {
    if (bundle) writeBundleHeader(slab, bundle, xid, entry.bytes.length)
    const at = slab.reserve(entry.bytes.length)
    slab.bytes.set(entry.bytes, at)
    slab.view.setUint32(at + 4, xid)
    slab.view.setUint16(at + GroupModOffset.COMMAND, command)
  },
})

export const entryChange = <T extends Entry>(
  what: 'group' | 'meter',
  held: string | undefined,
  { thing, owner }: Claim<T>,
): Operation | undefined =>
  held === thing.effect
    ? undefined
    : entryOperation(what, thing, owner, held === undefined ? Command.ADD : Command.MODIFY)

const append = (operations: Operation[], operation: Operation | undefined): void => {
  if (operation) operations.push(operation)
}

const heldOf = (claim: Claim<Flow> | undefined): Held | undefined =>
  claim && {
    effect: claim.thing.effect,
    cookieHigh: claim.owner.cookieHigh,
    cookieLow: claim.owner.cookieLow,
  }

interface Parts {
  readonly come: Operation[]
  readonly go: Operation[]
}

const noParts = (): Parts => ({ come: [], go: [] })

const flowPart = ({ come, go }: Parts, before: Claim<Flow> | undefined, wanted: Claim<Flow> | undefined): void => {
  if (wanted) append(come, flowChange(heldOf(before), wanted))
  else if (before) go.push(flowOperation(FlowCommand.DELETE_STRICT, before.thing, before.owner, 0, 0))
}

const entryPart = <T extends Entry>(
  what: 'group' | 'meter',
  { come, go }: Parts,
  before: Claim<T> | undefined,
  wanted: Claim<T> | undefined,
): void => {
  if (wanted) append(come, entryChange(what, before?.thing.effect, wanted))
  else if (before) go.push(entryOperation(what, before.thing, before.owner, Command.DELETE))
}

/** Puts what comes and goes into the order that a switch needs. */
export const ordered = (flows: Parts, groups: Parts, meters: Parts): Transaction => ({
  metersFirst: meters.come,
  bundled: [...groups.come, ...flows.come, ...flows.go, ...groups.go],
  metersLast: meters.go,
})

/** Who had a key when changes were last taken. */
const asTaken = <K, T>(key: K, now: Claims<K, T>, since: ReadonlyMap<K, Claim<T> | undefined>): Claim<T> | undefined =>
  since.has(key) ? since.get(key) : now.get(key)

/**
 * What makes a switch that holds what was wanted before hold what was wanted when the changes were
 * taken, also where more changes while the steps are taken.
 *
 * @param changes as they were last taken from `desired`
 */
export function* transactionSteps(changes: Changes, desired: DesiredTable): Generator<void, Transaction> {
  const [flows, groups, meters] = [noParts(), noParts(), noParts()]
  const { pending } = desired
  for (const [id, before] of changes.meters) {
    entryPart('meter', meters, before, asTaken(id, desired.meters, pending.meters))
    yield
  }
  for (const [id, before] of changes.groups) {
    entryPart('group', groups, before, asTaken(id, desired.groups, pending.groups))
    yield
  }
  for (const [key, before] of changes.flows) {
    flowPart(flows, before, asTaken(key, desired.flows, pending.flows))
    yield
  }
  return ordered(flows, groups, meters)
}
