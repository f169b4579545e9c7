import type { TSchema } from 'typebox'
import type { Kind } from '../collection.ts'
import {
  type Assignment,
  assignments,
  macClaims,
  type NetworkNumber,
  networkNumbers,
  vniClaims,
} from '../entities/assigned.ts'
import { type LastChange, lastChanges } from '../entities/change.ts'
import { type Network, networks, type Port, ports, type Subnet, subnets } from '../entities/intent.ts'
import { type Lease, leases } from '../entities/lease.ts'

/** What users want and what they are given, by the name of the kind. */
export interface Entities {
  readonly network: Network
  readonly subnet: Subnet
  readonly port: Port
  readonly number: NetworkNumber
  readonly assignment: Assignment
  readonly vni: { readonly network: string }
  readonly mac: { readonly port: string }
  readonly lease: Lease
  readonly change: LastChange
}
export type EntityKind = keyof Entities

/** What users write, in the order in which it is to be understood. */
export const intentKinds = ['network', 'subnet', 'port'] as const
export type IntentKind = (typeof intentKinds)[number]

export const entityKinds: { readonly [K in EntityKind]: Kind<K, TSchema> } = {
  network: networks,
  subnet: subnets,
  port: ports,
  number: networkNumbers,
  assignment: assignments,
  vni: vniClaims,
  mac: macClaims,
  lease: leases,
  change: lastChanges,
}

export const isEntityKind = (kind: string): kind is EntityKind => Object.hasOwn(entityKinds, kind)
