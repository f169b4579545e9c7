// What must not be had twice, or is to be found without a look at each: a text for each such place.
import type { Nat, Router } from '../entities/routing.ts'
import type { Entities, IntentKind } from './kinds.ts'

/** An external network by what it is on the wire. */
export const physicalPlace = (external: string, vlan: number | undefined): string =>
  `physical ${external} ${vlan ?? 'untagged'}`

/** Groups of a tenant; those without one have a tenant too. */
export const tenantPlace = (tenant: string | undefined): string => `tenant ${tenant ?? ''}`

/** An external address of a router, its own or that of a translation. */
export const externalPlace = (router: string, address: string): string => `external ${router} ${address}`

/** What a translation has for itself, in its router. */
export const natPlace = ({ router, source, forward, floating }: Nat): string | undefined => {
  if (source) return `source ${router} ${source.from}`
  if (forward) return `forward ${router} ${forward.address} ${forward.protocol} ${forward.port}`
  return floating && `floating ${router} ${floating.address}`
}

/** An inside address that has a floating one. */
export const insidePlace = (router: string, address: string): string => `inside ${router} ${address}`

/** The external address that a translation is about. */
export const externalOf = ({ source, forward, floating }: Nat): string | undefined =>
  source?.to ?? forward?.address ?? floating?.address

const placesOfNat = (nat: Nat): string[] => {
  const { router, floating } = nat
  const external = externalOf(nat)
  return [
    natPlace(nat),
    external === undefined ? undefined : externalPlace(router, external),
    floating && insidePlace(router, floating.to),
  ].filter((place) => place !== undefined)
}

const placesOfRouter = (id: string, { external }: Router): string[] =>
  external?.addresses.map((address) => externalPlace(id, address)) ?? []

/** All places of an entity. */
export const placesOf = (kind: IntentKind, id: string, value: Entities[IntentKind]): readonly string[] => {
  if (kind === 'nat') return placesOfNat(value as Nat)
  if (kind === 'router') return placesOfRouter(id, value as Router)
  if (kind === 'group') return [tenantPlace((value as Entities['group']).tenant)]
  if (kind !== 'network') return []
  const { external, vlan } = value as Entities['network']
  return external === undefined ? [] : [physicalPlace(external, vlan)]
}
