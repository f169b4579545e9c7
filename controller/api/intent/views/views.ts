import type { TSchema } from 'typebox'
import type { Entities, Held, IntentKind } from '../../../state/index.ts'
import type { ApiContext } from '../../context.ts'
import type { Spec, tailOf } from './parts.ts'
import { GroupView, groupView, PolicyView, policyView, QosView, qosView } from './policing.ts'
import { NatView, natView, RouterView, routerView } from './routing.ts'
import { NetworkView, networkView, PortView, portView, SubnetView, subnetView } from './switching.ts'

/** One thing as it is shown: its id, what is known of it, its revision, and what its user gave. */
export type View = Spec & { readonly id: string } & ReturnType<typeof tailOf>

type Views = { readonly [K in IntentKind]: (context: ApiContext, id: string, held: Held<Entities[K]>) => View }

const views: Views = {
  network: networkView,
  subnet: subnetView,
  port: portView,
  router: routerView,
  nat: natView,
  group: groupView,
  policy: policyView,
  qos: qosView,
}

/** What the views of each kind hold. */
export const viewSchemas: Readonly<Record<IntentKind, TSchema>> = {
  network: NetworkView,
  subnet: SubnetView,
  port: PortView,
  router: RouterView,
  nat: NatView,
  group: GroupView,
  policy: PolicyView,
  qos: QosView,
}

/** One thing as it is shown; undefined where there is none. */
export const viewOf = <K extends IntentKind>(context: ApiContext, kind: K, id: string): View | undefined => {
  const held = context.intents.table.get(kind, id)
  return held && views[kind](context, id, held)
}

/** Things that others of a kind must name, by the kind of those. */
export type Chosen = Readonly<Partial<Record<IntentKind, string>>>

/** All of a kind that name what is asked for, in the order of their ids. */
export const viewsOf = (context: ApiContext, kind: IntentKind, chosen: Chosen): View[] => {
  const { table } = context.intents
  const [first, ...rest] = (Object.entries(chosen) as [IntentKind, string][]).map(([named, id]) =>
    table.users(kind, named, id),
  )
  const ids = first
    ? [...first].filter((id) => rest.every((set) => set.has(id)))
    : [...table.entries(kind)].map(([id]) => id)
  return ids.sort().flatMap((id) => viewOf(context, kind, id) ?? [])
}
