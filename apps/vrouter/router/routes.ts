// Where packets go on to.
import {
  type IntegrationStages,
  type InterfaceFact,
  inNetwork,
  integration,
  measuresAgainst,
  openflow,
  parseAddress,
  type RouteFact,
  type RouterFact,
  setField,
  tooLong,
} from '../../../controller/index.ts'
import { type Family, forward, through, toDestination, toNeighbour, typeOf } from './packets.ts'
import { lengthOf, NextHop, Route, rankOf } from './ranks.ts'

type Action = openflow.Action

const { HashFields, MultipathAlgorithm, match } = openflow
const { registers } = integration

const everything = { 4: '0.0.0.0/0', 6: '::/0' } as const
const linkLocal = 'fe80::/10'
/** RFC 3927: neighbours only. */
const linkLocal4 = '169.254.0.0/16'

/** To the subnet of an interface. Where other networks of the router take longer packets, those are found out. */
export const connected = (one: InterfaceFact, { route, nextHop, snat }: IntegrationStages) => {
  const { mac, family, cidr, vni, mtu, narrow } = one
  const flow = route.matching(through(mac, family, cidr), rankOf(lengthOf(cidr), true))
  const onward = [...forward(mac, vni), toDestination(family)]
  if (!narrow) return [flow.apply(...onward).goto(snat)]
  return [flow.apply(measuresAgainst(mtu), ...onward).goto(nextHop)]
}

/** What becomes of packets for a network that takes shorter ones than others of the router. */
export const narrowed = ({ vni, mac, family, leads, narrow }: InterfaceFact, { nextHop, snat }: IntegrationStages) => {
  if (!leads || !narrow) return []
  const routed = { ...inNetwork(vni), ethDst: mac, ethType: typeOf(family) } as const
  return [
    nextHop.when({ ...routed, ...tooLong }, NextHop.TOO_LONG).punt(),
    nextHop.when(routed, NextHop.FITS).goto(snat),
  ]
}

/** What is routed into a network, to an address that no port has there. */
export const noNeighbour = ({ vni, mac, family, leads }: InterfaceFact, { neighbour }: IntegrationStages) =>
  leads ? [neighbour.when({ ...inNetwork(vni), ethDst: mac, ethType: typeOf(family) }, 10).punt()] : []

const hop = (family: Family, address: string): Action =>
  toNeighbour(family, address, parseAddress(address)?.number ?? 0n)

/** `choice` among the bits of `reg3`. */
const chosen = (index: number) => ({
  reg3: { value: index * 0x1_0000, mask: 0xffff_0000 },
})

/** A register that is not used yet: several neighbours have not been chosen from. */
const undecided = (family: Family) => (family === 4 ? { reg7: 0 } : { xxreg1: 0n })

/** A connection keeps its neighbour; where one comes or goes, few others change theirs (highest random weight). */
const choose = (count: number): Action => ({
  type: 'multipath',
  fields: HashFields['SYMMETRIC_L3L4+UDP'],
  basis: 0,
  algorithm: MultipathAlgorithm.HRW,
  maxLink: count - 1,
  argument: 0,
  dst: registers.choice,
})

/** A route through one neighbour, or several that share it; through none, it leads nowhere. */
const routed = (mac: number, { family, to, via }: RouteFact, { route, nextHop, snat }: IntegrationStages) => {
  const length = lengthOf(to)
  const [first, second] = via
  if (!first) return []
  const flow = route.matching(through(mac, family, to), rankOf(length, false))
  if (!second) return [flow.apply(...forward(mac, first.vni), hop(family, first.address)).goto(snat)]
  return [
    flow.apply({ type: 'decNwTtl' }, setField('ethSrc', mac), choose(via.length)).goto(nextHop),
    ...via.map(({ vni, address }, index) =>
      nextHop
        .matching(through(mac, family, to, { ...chosen(index), ...undecided(family) }), NextHop.CHOICE + length)
        .apply(setField('reg0', vni), hop(family, address))
        .goto(snat),
    ),
  ]
}

/** The ways outside: its neighbours there, and without a default route of the user's the gateways of their subnets. */
const outward = ({ mac, routes, external }: RouterFact, { route, snat }: IntegrationStages) => {
  if (!external) return []
  const { vni, subnets } = external
  const ranges = new Map(subnets.map(({ family, cidr }) => [cidr, family]))
  const near = [...ranges].map(([cidr, family]) =>
    route
      .matching(through(mac, family, cidr), rankOf(lengthOf(cidr), true))
      .apply(...forward(mac, vni), toDestination(family))
      .goto(snat),
  )
  const far = ([4, 6] as const).flatMap((family) => {
    const gateway = subnets.find((one) => one.family === family && one.gateway !== undefined)?.gateway
    if (gateway === undefined || routes.some(({ to }) => to === everything[family])) return []
    const flow = route.matching(through(mac, family, everything[family]), rankOf(0, false))
    return [flow.apply(...forward(mac, vni), hop(family, gateway)).goto(snat)]
  })
  return [...near, ...far]
}

/** What no router passes on, and what this one knows no way for. */
const refused = (mac: number, { route }: IntegrationStages) => {
  const expired = ([4, 6] as const).flatMap((family) =>
    [0, 1].map((ipTtl) => route.when({ ethDst: mac, ethType: typeOf(family), ipTtl }, Route.TTL).punt()),
  )
  return [
    route.matching(through(mac, 4, linkLocal4), Route.LINK_LOCAL).drop('link-local address through a router'),
    route.matching(through(mac, 6, linkLocal), Route.LINK_LOCAL).drop('link-local address through a router'),
    route
      .matching(match({ ethDst: mac, ethType: typeOf(6), ipv6Src: linkLocal } as never), Route.LINK_LOCAL)
      .drop('link-local address through a router'),
    ...expired,
    ...([4, 6] as const).map((family) => route.when({ ethDst: mac, ethType: typeOf(family) }, Route.NONE).punt()),
  ]
}

/** Where a router leads beside its own subnets. */
export const waysOf = (router: RouterFact, stages: IntegrationStages) => [
  ...router.routes.flatMap((one) => routed(router.mac, one, stages)),
  ...outward(router, stages),
  ...refused(router.mac, stages),
]
