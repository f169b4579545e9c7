import { type Entities, type IntentKind, intentKinds } from './kinds.ts'

/** One entity names another. */
export interface Reference {
  readonly kind: IntentKind
  readonly id: string
  /** The field that names it. */
  readonly path: string
}

const one = (kind: IntentKind, id: string | undefined, path: string): Reference[] =>
  id === undefined ? [] : [{ kind, id, path }]

const each = (kind: IntentKind, ids: readonly string[] | undefined, path: string): Reference[] =>
  ids?.map((id, at) => ({ kind, id, path: `${path}/${at}` })) ?? []

type Finders = { readonly [K in IntentKind]: (value: Entities[K]) => readonly Reference[] }

const finders: Finders = {
  network: ({ qos }) => one('qos', qos, 'qos'),
  subnet: ({ network }) => one('network', network, 'network'),
  port: ({ network, groups, qos }) => [
    ...one('network', network, 'network'),
    ...each('group', groups, 'groups'),
    ...one('qos', qos, 'qos'),
  ],
  router: ({ subnets, external, qos }) => [
    ...each('subnet', subnets, 'subnets'),
    ...one('network', external?.network, 'external/network'),
    ...one('qos', qos, 'qos'),
  ],
  nat: ({ router }) => one('router', router, 'router'),
  group: () => [],
  policy: ({ groups, networks, rules }) => [
    ...each('group', groups, 'groups'),
    ...each('network', networks, 'networks'),
    ...rules.flatMap(({ peer }, at) => each('group', peer?.groups, `rules/${at}/peer/groups`)),
  ],
  qos: () => [],
}

/** What an entity names that users write. */
export const referencesOf = <K extends IntentKind>(kind: K, value: Entities[K]): readonly Reference[] =>
  finders[kind](value)

/** Kinds that things of a kind name: what they can be chosen by. */
export const namedBy = {
  network: ['qos'],
  subnet: ['network'],
  port: ['network', 'group', 'qos'],
  router: ['subnet', 'network', 'qos'],
  nat: ['router'],
  group: [],
  policy: ['group', 'network'],
  qos: [],
} as const satisfies Record<IntentKind, readonly IntentKind[]>

/** The kinds whose things name those of a kind. */
export const namersOf = (kind: IntentKind): readonly IntentKind[] =>
  intentKinds.filter((one) => (namedBy[one] as readonly IntentKind[]).includes(kind))
