// What nobody outside may send as (BCP 38, RFC 2827): judged before anything is translated.
import {
  contains,
  fromTunnel,
  type GatewayFact,
  type IntegrationStages,
  type InterfaceFact,
  type OutsideFact,
  parseCidr,
  setField,
} from '../../../controller/index.ts'
import { field, isFrom, isTo } from './fields.ts'
import { Rank } from './ranks.ts'

const overlap = (one: string, other: string): boolean => {
  const [a, b] = [parseCidr(one), parseCidr(other)]
  if (a?.family !== b?.family || !a || !b) return false
  const { family } = a
  return contains(a, { family, number: b.first }) || contains(b, { family, number: a.first })
}

/** Addresses of a router are for the router, whichever Ethernet address a sender outside has found. */
export const entranceFlows = ({ vni, address, routerMac }: OutsideFact, { guard, track }: IntegrationStages) => [
  guard
    .matching([field('reg0', fromTunnel(vni)), ...isTo(address)], Rank.ADDRESS)
    .apply(setField('ethDst', routerMac))
    .goto(track),
]

/**
 * Addresses of a subnet inside, where packets come in to its router. Another router's subnets are judged by that
 * router alone: tenants may have inside what others have outside.
 */
export const insideSourceFlows = (
  { mac, cidr }: InterfaceFact,
  { vni, subnets }: GatewayFact,
  { track }: IntegrationStages,
) =>
  subnets.some((outside) => overlap(outside.cidr, cidr))
    ? []
    : [
        track
          .matching([field('reg0', fromTunnel(vni)), field('ethDst', mac), ...isFrom(cidr)], Rank.FIRST)
          .drop('from outside, under an address inside'),
      ]

/** An address of ours that is here: what it sends to others of ours turns round here, and never comes from outside. */
export const ownSourceFlows = ({ vni, address }: OutsideFact, { guard }: IntegrationStages) => [
  guard
    .matching([field('reg0', fromTunnel(vni)), ...isFrom(address)], Rank.FIRST)
    .drop('from outside, under an address of ours'),
]
