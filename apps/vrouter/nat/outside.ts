// An address outside that stands for something inside.
import {
  type AttachmentFact,
  fromTunnel,
  type IntegrationStages,
  measuresAgainst,
  moveField,
  type OutsideFact,
  openflow,
  packet,
  resubmit,
  setField,
  tooLong,
} from '../../../controller/index.ts'
import { advertise, advertiseToAll, arpAnswer, back, finish } from '../../arp-responder/answers.ts'
import { field, forgetsPort, inNetwork, isTo, nextHopIs, tagged, translates } from './fields.ts'
import { Rank } from './ranks.ts'

type Action = openflow.Action

const { EtherType, IpProtocol } = openflow
const { ArpOp, familyOf, Icmpv6Type, IcmpType } = packet

const icmpv6 = [field('ethType', EtherType.IPV6), field('ipProto', IpProtocol.ICMPV6)]

/** Who asks outside for the Ethernet address is answered, by the one host that has the address. */
export const answeringFlows = ({ vni, address, mac }: OutsideFact, { respond, answer }: IntegrationStages) => {
  const here = field('reg0', fromTunnel(vni))
  if (familyOf(address) === 4) {
    const request = [field('ethType', EtherType.ARP), field('arpOp', ArpOp.REQUEST), field('arpTpa', address)]
    return [respond.matching([here, ...request], Rank.FIRST + 1).apply(...arpAnswer(mac, address))]
  }
  const asked = [here, ...icmpv6, field('icmpv6Type', Icmpv6Type.NEIGHBOR_SOLICITATION), field('ipv6NdTarget', address)]
  const answered = [
    here,
    ...icmpv6,
    field('icmpv6Type', Icmpv6Type.NEIGHBOR_ADVERTISEMENT),
    field('ipv6NdTarget', address),
  ]
  return [
    respond
      .matching(asked, Rank.FIRST + 1)
      .apply(...advertise(mac, address))
      .goto(answer),
    respond
      .matching([...asked, field('ipv6Src', '::')], Rank.FIRST + 2)
      .apply(...advertiseToAll(mac, address))
      .goto(answer),
    answer.matching(answered).apply(...finish(mac)),
  ]
}

/** Fields of echoes (RFC 792, RFC 4443 §4). */
const echoes = {
  4: { ...IcmpType, protocol: IpProtocol.ICMP, type: 'icmpv4Type', src: 'ipv4Src', dst: 'ipv4Dst' },
  6: { ...Icmpv6Type, protocol: IpProtocol.ICMPV6, type: 'icmpv6Type', src: 'ipv6Src', dst: 'ipv6Dst' },
} as const

const usualTtl = 64

/** Pings of a router's own address are answered: those from outside go back, those from inside turn round again. */
const echoFlows = ({ vni, address, mac }: OutsideFact, attachment: AttachmentFact, { unnat }: IntegrationStages) => {
  const { protocol, type, ECHO_REQUEST, ECHO_REPLY, src, dst } = echoes[familyOf(address)]
  const match = [...isTo(address), field('ipProto', protocol), field(type, ECHO_REQUEST)]
  const turned: Action[] = [
    moveField(src, dst),
    setField(src, address),
    setField(type, ECHO_REPLY),
    setField('ipTtl', usualTtl),
  ]
  return [
    unnat
      .matching([field('reg0', fromTunnel(vni)), ...match], Rank.ANSWER)
      .apply(moveField('ethSrc', 'ethDst'), setField('ethSrc', mac), ...turned, ...tagged(attachment), back),
    unnat.matching([field('reg0', vni), ...match], Rank.ANSWER).apply(...turned, resubmit(unnat.tableId)),
  ]
}

/** A router's own address leads inside for connections that are known, and to itself for pings. */
export const ownFlows = (outside: OutsideFact, attachment: AttachmentFact | undefined, stages: IntegrationStages) => {
  const { vni, address, routerMac, zone, isFloating } = outside
  const { unnat, route } = stages
  const known = unnat
    .matching([inNetwork(vni), ...isTo(address)], Rank.ADDRESS)
    .apply(setField('reg0', vni), setField('ethDst', routerMac), ...translates({ zone, table: route.tableId }))
  return isFloating || !attachment ? [] : [known, ...echoFlows(outside, attachment, stages)]
}

/** What was not translated on the way in is for nobody inside. */
export const strangerFlows = ({ vni, address }: OutsideFact, { route }: IntegrationStages) => [
  route
    .matching([inNetwork(vni), ...isTo(address)], Rank.FIRST)
    .drop('from outside, of no connection and no translation'),
]

/** Packets from outside that have come to the end of their way (RFC 1812 §5.3.1): who sent them is told. */
export const expiredFlows = ({ vni, address }: OutsideFact, { unnat }: IntegrationStages) => [
  unnat
    .matching([field('reg0', fromTunnel(vni)), ...isTo(address), field('ipTtl', 1)], Rank.FIRST)
    .drop('TTL expired on the way in')
    .punt(),
]

/** Packets from outside that are longer than the network inside takes: who sent them is told. */
export const tooLongFlows = ({ vni, address, mtu }: OutsideFact, { track, unnat }: IntegrationStages) => {
  const match = [field('reg0', fromTunnel(vni)), ...isTo(address)]
  return [
    track.matching(match, Rank.ADDRESS).apply(measuresAgainst(mtu)).goto(unnat),
    unnat
      .matching([...match, field('reg1', tooLong.reg1)], Rank.FIRST - 1)
      .drop('from outside, too long for the network inside')
      .punt(),
  ]
}

/**
 * To an address of ours, as a next hop. Where it is here, packets turn round and come in as if from outside;
 * where it is not, they go to the host that has it, as to any neighbour.
 */
export const neighbourFlows = (
  { vni, address, mac, dpid }: OutsideFact,
  attachment: AttachmentFact | undefined,
  here: bigint,
  { neighbour, unnat, switch: out }: IntegrationStages,
) => {
  const flow = neighbour.matching([inNetwork(vni), ...nextHopIs(address)], Rank.ADDRESS)
  if (dpid === here) {
    return [flow.apply({ type: 'ctClear' }, setField('reg0', vni), forgetsPort, resubmit(unnat.tableId))]
  }
  return attachment && dpid !== undefined ? [flow.apply(setField('ethDst', mac)).goto(out)] : []
}
