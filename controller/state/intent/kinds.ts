import type { TSchema } from 'typebox'
import type { Kind } from '../collection.ts'
import {
  type Assignment,
  assignments,
  bitClaims,
  type GroupNumber,
  groupNumbers,
  type MacClaim,
  macClaims,
  type NetworkNumber,
  networkNumbers,
  type RouterNumber,
  routerNumbers,
  type TenantClaim,
  tenantClaims,
  vniClaims,
  zoneClaims,
} from '../entities/assigned.ts'
import { type LastChange, lastChanges } from '../entities/change.ts'
import { Network, networks, Port, ports, Subnet, subnets } from '../entities/intent.ts'
import { type Lease, leases } from '../entities/lease.ts'
import { intentNames } from '../entities/names.ts'
import { Group, groups, Policy, policies, Qos, qosProfiles } from '../entities/policing.ts'
import { Nat, nats, Router, routers } from '../entities/routing.ts'

/** What users want and what they are given, by the name of the kind. */
export interface Entities {
  readonly network: Network
  readonly subnet: Subnet
  readonly port: Port
  readonly router: Router
  readonly nat: Nat
  readonly group: Group
  readonly policy: Policy
  readonly qos: Qos
  readonly number: NetworkNumber
  readonly assignment: Assignment
  readonly routerNumber: RouterNumber
  readonly groupNumber: GroupNumber
  readonly vni: { readonly network: string }
  readonly mac: MacClaim
  readonly zone: { readonly router: string }
  readonly groupBit: { readonly group: string }
  readonly tenant: TenantClaim
  readonly lease: Lease
  readonly change: LastChange
}
export type EntityKind = keyof Entities

/** What users write. */
export type IntentKind = keyof typeof intentNames
export const intentKinds = Object.keys(intentNames) as readonly IntentKind[]

export const isIntentKind = (kind: string): kind is IntentKind => Object.hasOwn(intentNames, kind)

/** Something for each kind that users write. */
export const forEachKind = <T>(make: (kind: IntentKind) => T): Record<IntentKind, T> =>
  Object.fromEntries(intentKinds.map((kind) => [kind, make(kind)])) as Record<IntentKind, T>

/** The fields of each kind that users write. */
export const intentSchemas = {
  network: Network,
  subnet: Subnet,
  port: Port,
  router: Router,
  nat: Nat,
  group: Group,
  policy: Policy,
  qos: Qos,
} as const satisfies Record<IntentKind, TSchema>

/** What the controller gives to things of a kind, in documents of their own with the same id. */
export const givenKinds = {
  network: 'number',
  port: 'assignment',
  router: 'routerNumber',
  group: 'groupNumber',
} as const satisfies Partial<Record<IntentKind, EntityKind>>
export type GivenKind = (typeof givenKinds)[keyof typeof givenKinds]

export const entityKinds: { readonly [K in EntityKind]: Kind<K, TSchema> } = {
  network: networks,
  subnet: subnets,
  port: ports,
  router: routers,
  nat: nats,
  group: groups,
  policy: policies,
  qos: qosProfiles,
  number: networkNumbers,
  assignment: assignments,
  routerNumber: routerNumbers,
  groupNumber: groupNumbers,
  vni: vniClaims,
  mac: macClaims,
  zone: zoneClaims,
  groupBit: bitClaims,
  tenant: tenantClaims,
  lease: leases,
  change: lastChanges,
}

export const isEntityKind = (kind: string): kind is EntityKind => Object.hasOwn(entityKinds, kind)
