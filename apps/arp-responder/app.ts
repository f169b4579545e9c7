import {
  defineApp,
  inNetwork,
  integration,
  model,
  openflow,
  type PortFact,
  packet,
  portMask,
} from '../../controller/index.ts'
import { announcementsOf } from './announce.ts'
import {
  addressesOf,
  advertise,
  advertiseToAll,
  arpAnswer,
  arpRequest,
  finish,
  neighborAdvertisement,
  neighborSolicitation,
} from './answers.ts'

const { EtherType } = openflow
const { isIpv6 } = packet

/** Priorities, from the most particular to what is left. */
const Rank = { OWNER: 300, PROBE: 250, ANSWER: 200, REST: 100 } as const

/**
 * Who asks for the Ethernet address of a neighbour, by ARP or IPv6 neighbour discovery, is answered
 * on the own host, from what is known of the network. No such question leaves the host.
 */
export default defineApp({
  name: 'arp-responder',
  bridge: 'integration',
  pipeline: integration.stages,
  collections: { ports: model.ports, sites: model.sites },
  rules: {
    /** Questions that nobody can answer, and answers that nobody asked for. */
    rest: {
      flows: ({ stages: { respond } }) => [
        respond.when(arpRequest, Rank.REST).drop('ARP request for an unknown address'),
        respond.when({ ethType: EtherType.ARP }, Rank.REST - 1).drop('ARP that is no request'),
        respond.when(neighborSolicitation, Rank.REST).drop('neighbour solicitation for an unknown address'),
        respond.when(neighborAdvertisement, Rank.REST).drop('neighbour advertisement'),
      ],
    },
    /** The addresses of one port, answered on every host that has its network. */
    answer: {
      each: 'ports',
      across: ({ network }) => network,
      flows: (port, { stages: { respond, answer } }) => {
        const { vni, mac } = port
        return addressesOf(port).flatMap((address) => {
          if (!isIpv6(address)) {
            const match = { ...inNetwork(vni), ...arpRequest, arpTpa: address as packet.Ipv4Text }
            return [respond.when(match, Rank.ANSWER).apply(...arpAnswer(mac, address))]
          }
          const match = { ...inNetwork(vni), ...neighborSolicitation, ipv6NdTarget: address }
          const own = { ...inNetwork(vni), ...neighborAdvertisement, ipv6NdTarget: address } as const
          return [
            respond
              .when(match, Rank.ANSWER)
              .apply(...advertise(mac, address))
              .goto(answer),
            respond
              .when({ ...match, ipv6Src: '::' }, Rank.PROBE)
              .apply(...advertiseToAll(mac, address))
              .goto(answer),
            answer.when(own).apply(...finish(mac)),
          ]
        })
      },
    },
    /** Who asks for an address of its own wants to hear nothing (RFC 5227 §2.1.1, RFC 4862 §5.4). */
    owner: {
      each: 'ports',
      on: ({ dpid }) => dpid,
      flows: (port, { stages: { respond } }) => {
        const { ofport } = port
        if (ofport === undefined) return []
        const from = { reg1: { value: ofport, mask: portMask } } as const
        return addressesOf(port).map((address) =>
          isIpv6(address)
            ? respond
                .when({ ...from, ...neighborSolicitation, ipv6NdTarget: address }, Rank.OWNER)
                .drop('probe of the own address')
            : respond
                .when({ ...from, ...arpRequest, arpTpa: address as packet.Ipv4Text }, Rank.OWNER)
                .drop('probe of the own address'),
        )
      },
    },
  },
  /** An address that is at another Ethernet address now: neighbours remember the old one, and are told. */
  changed(collection, key, before, { collections, send }) {
    if (collection !== 'ports') return
    const now = collections.ports.get(key)
    if (!now || !before || (before as PortFact).mac === now.mac) return
    for (const [, { network, dpid }] of collections.sites.entries()) {
      if (network !== now.network) continue
      for (const message of announcementsOf(now)) send(dpid, message)
    }
  },
})
