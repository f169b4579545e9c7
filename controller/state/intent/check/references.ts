import { intentNames } from '../../entities/names.ts'
import type { Draft } from '../draft.ts'
import type { IntentKind } from '../kinds.ts'
import { namersOf, referencesOf } from '../references.ts'
import { listed } from './names.ts'

/** What a thing names has to be there. */
export const checkReferences = (draft: Draft, kind: IntentKind, id: string): void => {
  const value = draft.get(kind, id)
  if (!value) return
  for (const { kind: named, id: name, path } of referencesOf(kind, value)) {
    if (draft.get(named, name) !== undefined) continue
    draft.refuse(kind, id, path, `there is no ${named} ${name}: put it first, or in the same request`)
  }
}

/** Things that belong to another and go with it; others must only cease to name it. */
const parts: ReadonlySet<string> = new Set(['subnet network', 'port network', 'nat router'])

/** What names a thing has to go, or to name it no more, before it goes or with it. */
export const checkUnnamed = (draft: Draft, kind: IntentKind, id: string): void => {
  const namers = namersOf(kind).map((by) => ({ by, ids: [...draft.users(by, kind, id)].sort() }))
  const standing = namers.filter(({ ids }) => ids.length > 0)
  if (standing.length === 0) return
  const text = standing.map(({ by, ids }) => listed(ids, by, intentNames[by].many)).join(' and ')
  const them = standing.length === 1 && standing[0]?.ids.length === 1 ? 'it' : 'them'
  const isPart = standing.every(({ by }) => parts.has(`${by} ${kind}`))
  const remedy = isPart
    ? `it still has ${text}: delete ${them}`
    : `it is still named by ${text}: delete ${them}, or leave ${id} out there,`
  draft.refuse(kind, id, '', `${remedy} first, or in the same request`)
}
