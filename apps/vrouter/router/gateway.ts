// What a gateway answers by itself: who has its address, and echoes.
import {
  type IntegrationStages,
  type InterfaceFact,
  inNetwork,
  moveField,
  openflow,
  packet,
  setField,
} from '../../../controller/index.ts'
import {
  advertise,
  advertiseToAll,
  arpAnswer,
  arpRequest,
  back,
  finish,
  neighborAdvertisement,
  neighborSolicitation,
} from '../../arp-responder/answers.ts'
import { type Family, icmp, icmpv6, through, typeOf } from './packets.ts'
import { Respond, Route } from './ranks.ts'

const { IcmpType, Icmpv6Type, NeighborFlags } = packet

/** Hosts give up a router that does not say that it is one. */
const isRouter = NeighborFlags.ROUTER

const solicited = ({ vni, mac }: InterfaceFact, address: packet.Ipv6Text, { respond, answer }: IntegrationStages) => {
  const asked = { ...inNetwork(vni), ...neighborSolicitation, ipv6NdTarget: address } as const
  const told = { ...inNetwork(vni), ...neighborAdvertisement, ipv6NdTarget: address } as const
  return [
    respond
      .when(asked, Respond.ANSWER)
      .apply(...advertise(mac, address, isRouter))
      .goto(answer),
    respond
      .when({ ...asked, ipv6Src: '::' }, Respond.PROBE)
      .apply(...advertiseToAll(mac, address, isRouter))
      .goto(answer),
    answer.when(told).apply(...finish(mac)),
  ]
}

/** Who asks for the address of a gateway, or for routers, in the network of an interface. */
export const answers = (one: InterfaceFact, stages: IntegrationStages) => {
  const { respond } = stages
  const { family, vni, mac, address, leads } = one
  if (family === 4) {
    const asked = {
      ...inNetwork(vni),
      ...arpRequest,
      arpTpa: address as packet.Ipv4Text,
    } as const
    return [respond.when(asked, Respond.ANSWER).apply(...arpAnswer(mac, address))]
  }
  const found = solicited(one, address as packet.Ipv6Text, stages)
  if (!leads) return found
  const wanted = { ...inNetwork(vni), ...icmpv6(Icmpv6Type.ROUTER_SOLICITATION) } as const
  return [
    ...found,
    ...solicited(one, packet.linkLocalOf(mac) as packet.Ipv6Text, stages),
    respond.when(wanted, Respond.ANSWER).punt(),
  ]
}

/** From a network of the router, its Ethernet address leads on; from any other, it does not. */
export const entrance = ({ family, vni, mac, leads }: InterfaceFact, { respond, answer }: IntegrationStages) => {
  const own = { ...inNetwork(vni), ethDst: mac, ethType: typeOf(family) } as const
  return leads ? [respond.when(own, Respond.OWN).goto(answer)] : []
}

/** Hops that the answer of a gateway may take. */
const hopLimit = 64

/** An echo to an address of a router is sent back (RFC 792, RFC 4443 §4.2). */
export const echo = (mac: number, family: Family, address: string, { answer }: IntegrationStages) => {
  const request =
    family === 4
      ? { ...icmp(IcmpType.ECHO_REQUEST), icmpv4Code: 0, ethDst: mac, ipv4Dst: address as packet.Ipv4Text }
      : { ...icmpv6(Icmpv6Type.ECHO_REQUEST), icmpv6Code: 0, ethDst: mac, ipv6Dst: address as packet.Ipv6Text }
  const reply =
    family === 4
      ? [moveField('ipv4Src', 'ipv4Dst'), setField('ipv4Src', address), setField('icmpv4Type', IcmpType.ECHO_REPLY)]
      : [moveField('ipv6Src', 'ipv6Dst'), setField('ipv6Src', address), setField('icmpv6Type', Icmpv6Type.ECHO_REPLY)]
  return answer
    .matching(openflow.match(request as never))
    .apply(moveField('ethSrc', 'ethDst'), setField('ethSrc', mac), ...reply, setField('ipTtl', hopLimit), back)
}

/** The route to what is local leads nowhere: UDP is answered that nobody listens, all else is dropped. */
export const localDelivery = ({ mac, family, address }: InterfaceFact, { route }: IntegrationStages) => [
  route.matching(through(mac, family, address, { ipProto: openflow.IpProtocol.UDP }), Route.PORT).punt(),
  route.matching(through(mac, family, address), Route.LOCAL).drop('for a gateway itself'),
]
