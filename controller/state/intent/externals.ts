// External addresses of routers: each has one router, as addresses of ports have one port.
import { parseAddress } from '../address/address.ts'
import { contains } from '../address/cidr.ts'
import { leaseId } from '../entities/lease.ts'
import type { Nat, Router } from '../entities/routing.ts'
import { taken } from './claims.ts'
import type { Draft } from './draft.ts'
import type { LayoutsOf } from './layout.ts'
import { externalOf, externalPlace } from './places.ts'
import type { Touched } from './touched.ts'

/** Gives an address back that nothing of the router names any more. */
const release = (draft: Draft, router: string, network: string | undefined, address: string | undefined): void => {
  if (network === undefined || address === undefined) return
  const key = leaseId(network, address)
  if (draft.get('lease', key)?.router !== router) return
  const place = externalPlace(router, address)
  const isNamed = draft.at('nat', place).size > 0 || draft.at('router', place).size > 0
  if (!isNamed || draft.get('router', router)?.external?.network !== network) draft.delete('lease', key)
}

/** Gives back external addresses that routers had: others may take them in the same change. */
export const releaseExternals = (draft: Draft, touched: Touched, affected: Touched): void => {
  for (const id of [...touched.nat, ...affected.nat]) {
    const nat = draft.before('nat', id)
    if (!nat) continue
    release(draft, nat.router, draft.before('router', nat.router)?.external?.network, externalOf(nat))
  }
  for (const id of touched.router) {
    const external = draft.before('router', id)?.external
    for (const address of external?.addresses ?? []) release(draft, id, external?.network, address)
  }
}

/** Where an external address is named. */
interface Naming {
  readonly kind: 'nat' | 'router'
  readonly id: string
  readonly path: string
  readonly router: string
  readonly address: string
}

const namingOfNat = (id: string, nat: Nat): Naming[] => {
  const address = externalOf(nat)
  const path = nat.source ? 'source/to' : nat.forward ? 'forward/address' : 'floating/address'
  return address === undefined ? [] : [{ kind: 'nat', id, path, router: nat.router, address }]
}

const namingsOfRouter = (id: string, { external }: Router): Naming[] =>
  external?.addresses.map((address, at) => ({
    ...{ kind: 'router', id, path: `external/addresses/${at}`, router: id, address },
  })) ?? []

const take = (draft: Draft, { kind, id, path, router, address }: Naming, layouts: LayoutsOf): void => {
  const network = draft.get('router', router)?.external?.network
  const number = parseAddress(address)
  const layout =
    network === undefined ? undefined : layouts(network).find(({ cidr }) => number && contains(cidr, number))
  if (network === undefined || !layout) return
  const key = leaseId(network, address)
  const lease = draft.get('lease', key)
  const reason = taken(draft, lease, { router }, 'static')
  if (reason !== undefined) draft.refuse(kind, id, path, `${address}: ${reason}`)
  else
    draft.put('lease', key, {
      router,
      subnet: layout.id,
      kind: 'static',
      since: lease?.router === router ? lease.since : draft.now,
    })
}

/** Takes external addresses for routers; where somebody else has one, the change is refused. */
export const takeExternals = (draft: Draft, touched: Touched, affected: Touched, layouts: LayoutsOf): void => {
  for (const id of [...touched.router, ...affected.router]) {
    const router = draft.get('router', id)
    for (const naming of router ? namingsOfRouter(id, router) : []) take(draft, naming, layouts)
  }
  for (const id of [...touched.nat, ...affected.nat]) {
    const nat = draft.get('nat', id)
    for (const naming of nat ? namingOfNat(id, nat) : []) take(draft, naming, layouts)
  }
}
