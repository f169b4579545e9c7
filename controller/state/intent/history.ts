import { isDeepStrictEqual } from 'node:util'
import { type LastChange, lastChange } from '../entities/change.ts'
import { CompactedError } from '../errors.ts'
import type { Store } from '../store.ts'
import type { IntentChange, IntentResult, Outcome } from './change.ts'
import type { Former } from './draft.ts'
import type { Intents } from './intents.ts'
import {
  type Entities,
  type EntityKind,
  forEachKind,
  type GivenKind,
  givenKinds,
  type IntentKind,
  intentKinds,
} from './kinds.ts'
import type { Table } from './table.ts'

type Spec = Entities[IntentKind]

/** What users wanted at a revision, by kind and id. */
type Wanted = { readonly [K in IntentKind]: ReadonlyMap<string, Entities[K]> }

/** A change of what users want, as it is remembered. */
export interface PastChange extends LastChange {
  readonly revision: number
}

/** Something that users wanted at one revision and not, or otherwise, at another. */
export type Difference = Omit<Outcome, 'assigned'>

const readKind = async <K extends EntityKind>(
  store: Store,
  kind: K,
  revision: number,
): Promise<ReadonlyMap<string, Entities[K]>> => {
  const { entries } = await store.range({ prefix: `${kind}/`, revision })
  return new Map(entries.map(({ key, value }) => [key.slice(kind.length + 1), value as unknown as Entities[K]]))
}

const readWanted = async (store: Store, revision: number): Promise<Wanted> => {
  const kinds = intentKinds.map(async (kind) => [kind, await readKind(store, kind, revision)] as const)
  return Object.fromEntries(await Promise.all(kinds)) as unknown as Wanted
}

const wantedIn = (table: Table): Wanted =>
  forEachKind((kind) => new Map([...table.entries(kind)].map(([id, { value }]) => [id, value] as const))) as Wanted

/** What things were given at a revision. */
const readFormer = async (store: Store, revision: number): Promise<Former> => {
  const maps = new Map<GivenKind, ReadonlyMap<string, unknown>>()
  for (const kind of Object.values(givenKinds)) maps.set(kind, await readKind(store, kind, revision))
  return (kind, id) => maps.get(kind)?.get(id) as Entities[typeof kind] | undefined
}

const compareKind = (
  kind: IntentKind,
  from: ReadonlyMap<string, Spec>,
  to: ReadonlyMap<string, Spec>,
): Difference[] => {
  const ids = [...new Set([...from.keys(), ...to.keys()])].sort()
  return ids.flatMap((id): Difference[] => {
    const [before, after] = [from.get(id), to.get(id)]
    if (isDeepStrictEqual(before, after)) return []
    const action = before === undefined ? 'created' : after === undefined ? 'deleted' : 'updated'
    return [{ kind, id, action, before, after }]
  })
}

const compare = (from: Wanted, to: Wanted): Difference[] =>
  intentKinds.flatMap((kind) => compareKind(kind, from[kind], to[kind]))

/**
 * The newest changes, the newest first; fewer where history has been compacted.
 *
 * @param limit 1 or more
 */
export const history = async (store: Store, limit: number): Promise<PastChange[]> => {
  const changes: PastChange[] = []
  let revision = await store.revision()
  while (changes.length < limit && revision >= 1) {
    const entry = await store.get(`change/${lastChange}`, revision).catch((error: unknown) => {
      if (error instanceof CompactedError) return undefined
      throw error
    })
    if (!entry) break
    changes.push({ ...(entry.value as unknown as LastChange), revision: entry.modRevision })
    revision = entry.modRevision - 1
  }
  return changes
}

/**
 * What differs between what users wanted at two revisions.
 *
 * @throws CompactedError, FutureRevisionError, InvalidRequestError
 */
export const differences = async (store: Store, from: number, to: number): Promise<Difference[]> =>
  compare(await readWanted(store, from), await readWanted(store, to))

const changeOf = ({ kind, id, after }: Difference): IntentChange =>
  after === undefined ? { do: 'delete', kind, id } : ({ do: 'put', kind, id, spec: after } as IntentChange)

/**
 * Makes what users wanted at a revision what they want now, as a new change. What comes back is given
 * what it had then, where nobody else has it.
 *
 * @throws CompactedError, FutureRevisionError, InvalidRequestError, and as Intents.change
 */
export const rollBack = async (intents: Intents, revision: number, dryRun: boolean): Promise<IntentResult> => {
  const { store } = intents
  const wanted = await readWanted(store, revision)
  const former = await readFormer(store, revision)
  return intents.change((table) => compare(wantedIn(table), wanted).map(changeOf), {
    by: `rollback to ${revision}`,
    dryRun,
    former,
  })
}
