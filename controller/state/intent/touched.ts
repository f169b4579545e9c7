import { isDeepStrictEqual } from 'node:util'
import type { Draft } from './draft.ts'
import { forEachKind, type IntentKind, intentKinds } from './kinds.ts'

/** Ids of things that are not as they were. */
export type Touched = { readonly [K in IntentKind]: ReadonlySet<string> }

type Growing = { readonly [K in IntentKind]: Set<string> }

export const noneTouched = (): Growing => forEachKind(() => new Set<string>())

const affectedBySubnet = (draft: Draft, id: string, affected: Growing): void => {
  const [before, now] = [draft.before('subnet', id), draft.get('subnet', id)]
  if (!before || (before.cidr === now?.cidr && before.gateway === now.gateway)) return
  for (const router of draft.users('router', 'subnet', id)) affected.router.add(router)
  for (const router of draft.users('router', 'network', before.network)) affected.router.add(router)
}

const affectedByNetwork = (draft: Draft, id: string, affected: Growing): void => {
  const before = draft.before('network', id)
  if (!before || before.external === draft.get('network', id)?.external) return
  for (const router of draft.users('router', 'network', id)) affected.router.add(router)
  for (const subnet of draft.of('subnet', id)) {
    for (const router of draft.users('router', 'subnet', subnet)) affected.router.add(router)
  }
}

const affectedByGroup = (draft: Draft, id: string, affected: Growing): void => {
  const [before, now] = [draft.before('group', id), draft.get('group', id)]
  if (!before || !now || before.tenant === now.tenant) return
  for (const port of draft.users('port', 'group', id)) affected.port.add(port)
  for (const policy of draft.users('policy', 'group', id)) affected.policy.add(policy)
}

/** Whether a router has other networks than before, inside or outside. */
const hasMoved = (draft: Draft, id: string): boolean => {
  const [before, now] = [draft.before('router', id), draft.get('router', id)]
  return !isDeepStrictEqual([before?.subnets, before?.external], [now?.subnets, now?.external])
}

/** What users have not touched, and what they have must still let be as it is. */
export const affectedBy = (draft: Draft, touched: Touched): Touched => {
  const affected = noneTouched()
  for (const id of touched.subnet) affectedBySubnet(draft, id, affected)
  for (const id of touched.network) affectedByNetwork(draft, id, affected)
  for (const id of touched.group) affectedByGroup(draft, id, affected)
  const moved = [...touched.router].filter((id) => hasMoved(draft, id))
  for (const id of [...moved, ...affected.router]) {
    for (const nat of draft.users('nat', 'router', id)) affected.nat.add(nat)
  }
  for (const kind of intentKinds) {
    for (const id of affected[kind]) if (touched[kind].has(id)) affected[kind].delete(id)
  }
  return affected
}
