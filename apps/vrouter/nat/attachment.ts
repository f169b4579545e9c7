// What a host does where it has an external network, whoever's packets they are.
import {
  type AttachmentFact,
  fromTunnel,
  type IntegrationStages,
  openflow,
  packet,
  setField,
} from '../../../controller/index.ts'
import { field, fromOutside, inNetwork, isIp, toOutside, untagged } from './fields.ts'
import { Rank } from './ranks.ts'

const { EtherType, IpProtocol } = openflow
const { ArpOp, Icmpv6Type } = packet

const icmpv6 = [field('ethType', EtherType.IPV6), field('ipProto', IpProtocol.ICMPV6)]
const isArp = field('ethType', EtherType.ARP)
const isSolicitation = [...icmpv6, field('icmpv6Type', Icmpv6Type.NEIGHBOR_SOLICITATION)]
const isAdvertisement = [...icmpv6, field('icmpv6Type', Icmpv6Type.NEIGHBOR_ADVERTISEMENT)]

/** What comes in: questions for addresses and answers are for `respond`, all else is translated or dropped. */
export const arrivalFlows = (
  attachment: AttachmentFact,
  { classify, guard, respond, track, unnat, route }: IntegrationStages,
) => {
  const { vni } = attachment
  const mark = setField('reg0', fromTunnel(vni))
  const from = fromOutside(attachment)
  const here = inNetwork(vni)
  return [
    ...[[isArp], isSolicitation, isAdvertisement].map((kind) =>
      classify
        .matching([...from, ...kind], Rank.FIRST)
        // What is answered goes back with the tag that it came with.
        .apply(mark)
        .goto(respond),
    ),
    classify
      .matching(from, Rank.ANSWER)
      .apply(...untagged(attachment), mark)
      .goto(guard),
    guard.matching([field('reg0', fromTunnel(vni))], Rank.REST).goto(track),
    respond.matching([here, isArp], Rank.FIRST).drop('ARP outside for others'),
    respond.matching([here, ...isSolicitation], Rank.FIRST).drop('neighbour solicitation outside for others'),
    track.matching([field('reg0', fromTunnel(vni))], Rank.REST).goto(unnat),
    unnat.matching([here], Rank.REST).drop('from outside to no address that is translated'),
    route.matching([here], Rank.REST).drop('from outside to nobody inside'),
  ]
}

/** Answers about neighbours outside, which the app learns from. */
export const answerFlows = ({ vni }: AttachmentFact, { respond }: IntegrationStages) => {
  const here = field('reg0', fromTunnel(vni))
  return [
    respond.matching([here, isArp, field('arpOp', ArpOp.REPLY)], Rank.FIRST + 1).punt(),
    respond.matching([here, ...isAdvertisement], Rank.FIRST + 1).punt(),
  ]
}

/** Bits of ct_state (ovs-fields(7)). */
const Ct = { NEW: 0x01, INVALID: 0x10, TRACKED: 0x20, SOURCE: 0x40 } as const

/** Connections that begin without a translation of their source, and packets of none. */
const untranslated = [
  { value: Ct.TRACKED | Ct.NEW, mask: Ct.TRACKED | Ct.NEW | Ct.SOURCE },
  { value: Ct.TRACKED | Ct.INVALID, mask: Ct.TRACKED | Ct.INVALID },
] as const

/** What goes out: to neighbours that are known; others are asked for. */
export const departureFlows = (attachment: AttachmentFact, { neighbour, switch: out }: IntegrationStages) => {
  const here = inNetwork(attachment.vni)
  return [
    ...untranslated.map((state) =>
      neighbour.matching([here, field('ctState', state)], Rank.FIRST).drop('to the outside without a translation'),
    ),
    out.matching([here], Rank.REST).apply(...toOutside(attachment)),
  ]
}

/** Packets to neighbours that are not known. */
export const missFlows = ({ vni }: AttachmentFact, { neighbour }: IntegrationStages) =>
  ([4, 6] as const).map((family) =>
    neighbour
      .matching([inNetwork(vni), isIp(family)], Rank.REST)
      .drop('to a neighbour outside that is not known yet')
      .punt(),
  )
