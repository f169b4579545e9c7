// The three kinds of translations, where they are done.
import { type IntegrationStages, openflow, setField, type TranslationFact } from '../../../controller/index.ts'
import { bracketed, field, inNetwork, isFrom, isTo, translates } from './fields.ts'
import { prefixRank, Rank } from './ranks.ts'

type Of<Kind> = Extract<TranslationFact, { readonly kind: Kind }>

const { IpProtocol } = openflow

/** On its way out of the router of a translation. */
const leaving = ({ vni, routerMac }: TranslationFact) => [inNetwork(vni), field('ethDst', routerMac)]

const sourceFlows = (fact: Of<'source'>, { snat, neighbour }: IntegrationStages) => {
  const { zone, from, to, ports } = fact
  const range = ports ? `${bracketed(to)}:${ports.first}-${ports.last}` : to
  return [
    snat
      .matching([...leaving(fact), ...isFrom(from)], prefixRank(from))
      .apply(...translates({ zone, table: neighbour.tableId, to: `src=${range}` })),
  ]
}

/** Names of the fields that hold ports. */
const portFields = {
  tcp: { protocol: IpProtocol.TCP, src: 'tcpSrc', dst: 'tcpDst' },
  udp: { protocol: IpProtocol.UDP, src: 'udpSrc', dst: 'udpDst' },
  sctp: { protocol: IpProtocol.SCTP, src: 'sctpSrc', dst: 'sctpDst' },
} as const

/** Replies are translated back also where no translation is for what begins inside. */
const forwardFlows = (fact: Of<'forward'>, { unnat, route, snat, neighbour }: IntegrationStages) => {
  const { vni, routerMac, zone, protocol, address, port, to, toPort } = fact
  const { protocol: number, src, dst } = portFields[protocol]
  const isProtocol = field('ipProto', number)
  return [
    unnat
      .matching([inNetwork(vni), ...isTo(address), isProtocol, field(dst, port)], Rank.FORWARD)
      .apply(
        setField('reg0', vni),
        setField('ethDst', routerMac),
        ...translates({ zone, table: route.tableId, to: `dst=${bracketed(to)}:${toPort}` }),
      ),
    snat
      .matching([...leaving(fact), ...isFrom(to), isProtocol, field(src, toPort)], Rank.BACK)
      .apply(...translates({ zone, table: neighbour.tableId })),
  ]
}

const floatingFlows = (fact: Of<'floating'>, { unnat, route, snat, neighbour }: IntegrationStages) => {
  const { vni, routerMac, zone, address, to, mac } = fact
  return [
    unnat
      .matching([inNetwork(vni), ...isTo(address)], Rank.FLOATING)
      .apply(
        setField('reg0', vni),
        setField('ethDst', routerMac),
        ...translates({ zone, table: route.tableId, to: `dst=${to}` }),
      ),
    snat
      .matching([...leaving(fact), ...isFrom(to)], Rank.FLOATING)
      .apply(setField('ethSrc', mac), ...translates({ zone, table: neighbour.tableId, to: `src=${address}` })),
  ]
}

export const translationFlows = (fact: TranslationFact, stages: IntegrationStages) => {
  switch (fact.kind) {
    case 'source':
      return sourceFlows(fact, stages)
    case 'forward':
      return forwardFlows(fact, stages)
    case 'floating':
      return floatingFlows(fact, stages)
  }
}
