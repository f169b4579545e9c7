// How packets that a router leads outside get from any host to the one where they are translated.
import {
  fromTunnel,
  type GatewayFact,
  type HostFact,
  type IntegrationStages,
  type NetworkFact,
  type RouteFact,
  setField,
} from '../../../controller/index.ts'
import { sendAlong, wayBetween, withTunnelId } from '../../overlay/way.ts'
import { field, goesBy, goesDirectly, inNetwork, isTo } from './fields.ts'
import { prefixRank, Rank } from './ranks.ts'

const defaults = { 4: '0.0.0.0/0', 6: '::/0' } as const

/** A router's flows of its own: to its Ethernet address. */
const to = (mac: number) => field('ethDst', mac)

/** Whether users say themselves where all else goes. */
const hasDefault = (routes: readonly RouteFact[], family: 4 | 6): boolean =>
  routes.some((route) => route.to === defaults[family])

/** Which neighbour outside a packet goes to: worked out again on the host where it leaves. */
export const nextHopFlows = (
  { mac, vni, network, subnets }: GatewayFact,
  routes: readonly RouteFact[],
  { nextHop, snat }: IntegrationStages,
) => {
  const mine = [inNetwork(vni), to(mac)]
  const others = routes.flatMap(({ to: cidr, via }) => {
    const [hop] = via.filter((one) => one.network === network)
    return hop ? [{ cidr, action: goesBy(hop.address) }] : []
  })
  const direct = subnets.map(({ family, cidr }) => ({ cidr, action: goesDirectly(family) }))
  const upstream = ([4, 6] as const).flatMap((family) => {
    const found = subnets.find((range) => range.family === family && range.gateway !== undefined)
    return found?.gateway === undefined || hasDefault(routes, family)
      ? []
      : [{ cidr: defaults[family], action: goesBy(found.gateway) }]
  })
  // A route to what is direct has no part: the last of a range counts.
  const ways = new Map([...upstream, ...others, ...direct].map(({ cidr, action }) => [cidr, action]))
  return [...ways].map(([cidr, action]) =>
    nextHop
      .matching([...mine, ...(/\/0$/.test(cidr) ? isTo(cidr).slice(0, 1) : isTo(cidr))], prefixRank(cidr))
      .apply(action)
      .goto(snat),
  )
}

/** From other hosts, at the host where packets leave. */
export const handedOverFlows = (
  { mac, vni }: GatewayFact,
  host: HostFact | undefined,
  { classify, nextHop }: IntegrationStages,
) =>
  Object.values(host?.tunnels ?? {}).map((inPort) =>
    classify
      .matching([field('inPort', inPort), field('tunnelId', BigInt(vni)), to(mac)], Rank.FIRST)
      .apply(setField('reg0', fromTunnel(vni)))
      .goto(nextHop),
  )

/** What is translated nowhere else: at the host where the router leaves it is dropped, elsewhere it goes there. */
export const leavingFlows = (
  { mac, vni }: GatewayFact,
  network: NetworkFact | undefined,
  from: HostFact | undefined,
  there: HostFact | undefined,
  { snat }: IntegrationStages,
) => {
  const mine = [inNetwork(vni), to(mac)]
  if (from && there?.id === from.id)
    return [snat.matching(mine, Rank.REST).drop('to the outside without a translation')]
  const way = network && from && there && wayBetween(network, from, there)
  if (!way) return [snat.matching(mine, Rank.REST).drop('no host leads to the external network')]
  return [snat.matching([field('reg0', vni), to(mac)], Rank.REST).apply(withTunnelId(vni), ...sendAlong(way))]
}
