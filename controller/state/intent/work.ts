// One change worked out in memory: what it would do, and the transaction that does it.
import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { lastChange } from '../entities/change.ts'
import { absent, type Compare, type Transaction } from '../store.ts'
import type { NamedAdmission } from './admission.ts'
import { type IntentChange, IntentError, type Outcome, PreconditionError } from './change.ts'
import { Draft, type Former } from './draft.ts'
import { type Entities, type GivenKind, givenKinds, type IntentKind } from './kinds.ts'
import { settle } from './settle.ts'
import type { Held, Table } from './table.ts'
import { noneTouched, type Touched } from './touched.ts'

/** A change that is done in the table and not yet in the store. */
export interface Work {
  readonly draft: Draft
  readonly outcomes: readonly Outcome[]
  /** Undefined where nothing changes. */
  readonly transaction: Transaction | undefined
}

/** Leases whose quarantine is over that go with a change, so that there are never many. */
const sweptAtOnce = 200

const checkRevision = ({ kind, id, ifRevision }: IntentChange, held: Held<unknown> | undefined): void => {
  if (ifRevision === undefined) return
  const actual = held ? (held.revision ?? Number.POSITIVE_INFINITY) : 0
  if (ifRevision === '*' ? actual === 0 : actual !== ifRevision) {
    throw new PreconditionError(kind, id, ifRevision, actual)
  }
}

type Spec = Entities[IntentKind]

const put = (draft: Draft, change: IntentChange & { readonly do: 'put' }): void => {
  // Each kind with a value of its own: the compiler sees the union of all only.
  ;(draft.put as (kind: IntentKind, id: string, value: Spec) => void).call(draft, change.kind, change.id, change.spec)
}

const perform = (draft: Draft, table: Table, changes: readonly IntentChange[]): void => {
  const seen = new Set<string>()
  for (const change of changes) {
    const { kind, id } = change
    if (seen.has(`${kind}/${id}`)) draft.refuse(kind, id, '', `there are two of this name: leave one out`)
    seen.add(`${kind}/${id}`)
    const held = table.get<IntentKind>(kind, id)
    checkRevision(change, held)
    if (change.do === 'put') put(draft, change)
    else if (held) draft.delete(kind, id)
    else draft.refuse(kind, id, '', `there is no ${kind} of this name`)
  }
}

const touchedBy = (draft: Draft, changes: readonly IntentChange[]): Touched => {
  const touched = noneTouched()
  for (const { kind, id } of changes) {
    const before: unknown = draft.before<IntentKind>(kind, id)
    if (before !== draft.get<IntentKind>(kind, id)) touched[kind].add(id)
  }
  return touched
}

const actionOf = (before: Spec | undefined, after: Spec | undefined): Outcome['action'] => {
  if (before === undefined) return 'created'
  if (after === undefined) return 'deleted'
  return isDeepStrictEqual(before, after) ? 'unchanged' : 'updated'
}

const outcomeOf = (draft: Draft, { kind, id }: IntentChange): Outcome => {
  const before: Spec | undefined = draft.before<IntentKind>(kind, id)
  const after: Spec | undefined = draft.get<IntentKind>(kind, id)
  const by: GivenKind | undefined = kind in givenKinds ? givenKinds[kind as keyof typeof givenKinds] : undefined
  const assigned = by && draft.get(by, id)
  return { kind, id, action: actionOf(before, after), before, after, assigned }
}

const sweep = (draft: Draft): void => {
  const over: string[] = []
  for (const id of draft.expired()) if (over.push(id) === sweptAtOnce) break
  for (const id of over) draft.delete('lease', id)
}

/** Holds while nobody else has changed what users want: all that the change was judged by is still so. */
const lineage = (last: Entities['change'] | undefined): Compare =>
  last === undefined
    ? absent(`change/${lastChange}`)
    : { key: `change/${lastChange}`, target: 'value', is: 'equal', value: last }

const note = (draft: Draft, by: string, outcomes: readonly Outcome[]): void => {
  const count = (action: Outcome['action']): number => outcomes.filter((one) => one.action === action).length
  const [created, updated, deleted] = [count('created'), count('updated'), count('deleted')]
  draft.put('change', lastChange, { id: randomUUID(), at: draft.now, by, created, updated, deleted })
}

export interface WorkOrder {
  readonly changes: readonly IntentChange[]
  /** What makes the change, for the history. */
  readonly by: string
  readonly former: Former | undefined
}

const carry = (draft: Draft, table: Table, order: WorkOrder, admissions: readonly NamedAdmission[]): Work => {
  const last = draft.get('change', lastChange)
  perform(draft, table, order.changes)
  const touched = touchedBy(draft, order.changes)
  sweep(draft)
  if (draft.problems.length === 0) settle(draft, touched, admissions)
  if (draft.problems.length > 0) throw new IntentError(draft.problems)
  const outcomes = order.changes.map((change) => outcomeOf(draft, change))
  if (outcomes.every(({ action }) => action === 'unchanged')) return { draft, outcomes, transaction: undefined }
  note(draft, order.by, outcomes)
  const { compare, success } = draft.transaction()
  return { draft, outcomes, transaction: { compare: [lineage(last), ...compare], success } }
}

/**
 * Works a change out in the table; `draft.undo` takes it back. Where it throws, it has been taken back.
 *
 * @throws IntentError, PreconditionError, AdmissionError
 */
export const workOut = (table: Table, now: number, order: WorkOrder, admissions: readonly NamedAdmission[]): Work => {
  const draft = new Draft(table, now, order.former)
  try {
    return carry(draft, table, order, admissions)
  } catch (error) {
    draft.undo()
    throw error
  }
}
