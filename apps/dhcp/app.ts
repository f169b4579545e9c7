import {
  collection,
  defineApp,
  guardedBit,
  integration,
  model,
  openflow,
  output,
  packet,
  portMask,
  Type,
} from '../../controller/index.ts'
import { portAt } from './places.ts'
import { replyTo } from './replies.ts'

const { EtherType, IpProtocol, NO_BUFFER, Port } = openflow
const { DhcpPort, Dhcpv6Port, isIpv6 } = packet

/** In `respond`. */
const rank = 200

const udp4 = { ethType: EtherType.IPV4, ipProto: IpProtocol.UDP } as const
const udp6 = { ethType: EtherType.IPV6, ipProto: IpProtocol.UDP } as const
const question4 = { ...udp4, udpSrc: DhcpPort.CLIENT, udpDst: DhcpPort.SERVER } as const
const question6 = { ...udp6, ipv6Dst: packet.dhcpv6Servers.address, udpDst: Dhcpv6Port.SERVER } as const
const guarded = { reg1: { value: guardedBit, mask: guardedBit } } as const

/**
 * Tells containers their addresses and what else they need to know of their network, by DHCP and DHCPv6. All of it
 * comes from what the controller knows of the port that asks: there are no leases to lose.
 */
export default defineApp({
  name: 'dhcp',
  bridge: 'integration',
  pipeline: integration.stages,
  config: Type.Object({
    lease: Type.Integer({ minimum: 10, maximum: 0x7fff_ffff, default: 3600, description: 'seconds' }),
  }),
  collections: {
    ports: model.ports,
    networks: model.networks,
    subnets: model.subnets,
    hosts: model.hosts,
    spreads: model.spreads,
    routers: model.routers,
    interfaces: model.interfaces,
    /** The port that was last seen at each place. */
    places: collection<string>(),
  },
  punts: { packetsPerSecond: 100 },
  rules: {
    /** A container that answers in the place of the controller would lead its neighbours astray. */
    drops: {
      flows: ({ stages: { respond } }) => [
        respond
          .when({ ...guarded, ...udp4, udpSrc: DhcpPort.SERVER, udpDst: DhcpPort.CLIENT }, rank)
          .drop('DHCP server in a container'),
        respond
          .when({ ...guarded, ...udp6, udpSrc: Dhcpv6Port.SERVER, udpDst: Dhcpv6Port.CLIENT }, rank)
          .drop('DHCPv6 server in a container'),
      ],
    },
    /** Questions of a port, of the families that it has addresses of. */
    questions: {
      each: 'ports',
      on: ({ dpid }) => dpid,
      flows: ({ ofport, mac: ethSrc, addresses }, { stages: { respond } }) => {
        if (ofport === undefined) return []
        const from = { reg1: { value: ofport, mask: portMask }, ethSrc } as const
        const has6 = addresses.some(isIpv6)
        const has4 = addresses.some((address) => !isIpv6(address))
        return [
          ...(has4 ? [respond.when({ ...from, ...question4 }, rank).punt()] : []),
          ...(has6 ? [respond.when({ ...from, ...question6 }, rank).punt()] : []),
        ]
      },
    },
  },
  packetIn(punted, { dpid }, { collections, config, send }) {
    const port = portAt(collections.ports, collections.places, dpid, punted.inPort)
    const data = port && replyTo(punted.data(), { port, known: collections, lease: config.lease })
    if (!data) return
    const actions = [output(punted.inPort)]
    send(dpid, { type: 'packetOut', bufferId: NO_BUFFER, inPort: Port.CONTROLLER, actions, data })
  },
})
