import { createHash } from 'node:crypto'
import { formatAddress, formatCidr, parseAddress, parseCidr, type Router } from '../../state/index.ts'
import type { SubnetFact } from './facts.ts'
import { Neighbours } from './neighbours.ts'
import type { RouteFact, RouterExternalFact, RouterFact } from './routing-facts.ts'

/** Bits of the first byte of an Ethernet address (IEEE 802-2014 §8.2): a group's, and one that no maker gave. */
const group = 0x01
const local = 0x02

/** 48 bits that follow from a router's name: locally administered, of one station. */
const macFor = (router: string): number => {
  const digest = createHash('sha256').update(`router\n${router}`).digest()
  return (((digest[0] ?? 0) & ~group) | local) * 2 ** 40 + digest.readUIntBE(1, 5)
}

const macOfRouter = (id: string, mac: string | undefined): number =>
  mac === undefined ? macFor(id) : Number.parseInt(mac.replaceAll(':', ''), 16)

/** The one text of an address. */
export const canonical = (text: string): string => {
  const address = parseAddress(text)
  return address ? formatAddress(address) : text
}

/** Routes with those of their neighbours that are in a subnet of the router; without any, a route leads nowhere. */
const routesOf = (router: Router, subnets: Iterable<SubnetFact>): RouteFact[] => {
  const { routes = [] } = router
  if (routes.length === 0) return []
  const neighbours = new Neighbours(subnets)
  return routes.flatMap(({ to, via }) => {
    const cidr = parseCidr(to)
    if (!cidr) return []
    const hops = via.flatMap((address) => {
      const subnet = neighbours.subnetOf(address)
      if (subnet?.family !== cidr.family) return []
      return [{ address: canonical(address), network: subnet.network, vni: subnet.vni }]
    })
    return [{ family: cidr.family, to: formatCidr(cidr), via: hops }]
  })
}

/**
 * What apps are told of a router.
 *
 * @param subnets its own, and those of its external network
 * @param network one of those that it joins; `mac`: what the controller gave it
 */
export const routerFact = (
  id: string,
  router: Router,
  subnets: Iterable<SubnetFact>,
  external: RouterExternalFact | undefined,
  { network, mac }: { readonly network: string | undefined; readonly mac: string | undefined },
): RouterFact => ({
  ...{ id, mac: macOfRouter(id, router.mac ?? mac), network },
  ...{ routes: routesOf(router, subnets), external },
})
