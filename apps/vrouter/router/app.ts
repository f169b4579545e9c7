import {
  type AppContext,
  collection,
  defineApp,
  type InterfaceFact,
  inNetwork,
  integration,
  integrationTable,
  matchField,
  model,
  networkMask,
  type openflow,
  type PacketInView,
  packet,
  parseAddress,
  setField,
  Type,
} from '../../../controller/index.ts'
import { toPort, toRouter } from './advertise.ts'
import { Advertiser, advertisementsIn } from './advertiser.ts'
import { errorFor, type Fault } from './errors.ts'
import { answers, echo, entrance, localDelivery } from './gateway.ts'
import { KnownRouters } from './known.ts'
import { typeOf } from './packets.ts'
import { Respond } from './ranks.ts'
import { connected, narrowed, noNeighbour, waysOf } from './routes.ts'

const collections = {
  subnets: model.subnets,
  neighbours: model.neighbours,
  sites: model.sites,
  routers: model.routers,
  interfaces: model.interfaces,
  /** Made from routers and interfaces when it is asked for; empty after they change. */
  known: collection<KnownRouters>(),
  advertisers: collection<Advertiser>(),
}

type Context = AppContext<typeof collections, { readonly advertiseEvery: number }>

const knownIn = ({ collections: { known, interfaces, routers } }: Context): KnownRouters => {
  const found = known.get('')
  if (found) return found
  const values = function* <V>(entries: Iterable<[string, V]>): Generator<V> {
    for (const [, value] of entries) yield value
  }
  const made = new KnownRouters(values(interfaces.entries()), values(routers.entries()))
  known.set('', made)
  return made
}

const advertiserIn = ({ collections: { advertisers } }: Context): Advertiser => {
  const found = advertisers.get('') ?? new Advertiser()
  advertisers.set('', found)
  return found
}

const numberOf = (match: openflow.Match, key: openflow.FieldKey): number => Number(matchField(match, key)?.value ?? 0)

/** Why the packet was not passed on, as it stands in the stage that gave it up. */
const faultOf = (tableId: number, hops: number, isLocal: boolean): Fault => {
  if (tableId === integrationTable('nextHop')) return 'tooLong'
  if (tableId === integrationTable('neighbour')) return 'noNeighbour'
  if (isLocal) return 'noListener'
  return hops <= 1 ? 'expired' : 'noRoute'
}

/** The error for the sender of a packet that a router gave up. */
const answerTo = (punted: PacketInView, known: KnownRouters): Uint8Array | undefined => {
  const frame = punted.data()
  const vni = numberOf(punted.match(), 'reg0') & networkMask
  const { eth, ipv4, ipv6 } = packet.parsePacket(frame)
  if (!eth || !(ipv4 || ipv6)) return undefined
  const family = ipv4 ? 4 : 6
  const sender = { family, number: BigInt(ipv4?.src ?? ipv6?.src ?? 0) } as const
  const address = known.addressFor(eth.dst, vni, sender)
  if (address === undefined) return undefined
  const target = { family, number: BigInt(ipv4?.dst ?? ipv6?.dst ?? 0) } as const
  const fault = faultOf(punted.tableId, ipv4?.ttl ?? ipv6?.hopLimit ?? 0, known.has(eth.dst, target))
  const mtu = fault === 'tooLong' ? known.into(eth.dst, vni, family)?.mtu : undefined
  return errorFor(frame, fault, { mac: eth.dst, address, ...(mtu === undefined ? {} : { mtu }) })
}

/**
 * Routers, on every host at once: what a container sends to its gateway is routed on its own host, and
 * goes on in the network that it is for. Gateways answer by flows; the controller sees only what is
 * passed on to nobody, and says so to the sender.
 */
export default defineApp({
  name: 'router',
  bridge: 'integration',
  pipeline: integration.stages,
  collections,
  config: Type.Object({
    /** Seconds between two advertisements of an IPv6 router on a host: RFC 4861 §6.2.1. */
    advertiseEvery: Type.Integer({ default: 200, minimum: 3, maximum: 600 }),
  }),
  punts: { packetsPerSecond: 200 },
  rules: {
    /** A gateway where containers of its network are. */
    gateway: {
      each: 'interfaces',
      across: ({ network }) => network,
      flows: (one, { stages }) => [...answers(one, stages), ...entrance(one, stages)],
    },
    /** The way into a subnet, from all hosts that may route into it. */
    subnet: {
      each: 'interfaces',
      through: ({ network }) => network,
      flows: (one, { stages }) => [
        echo(one.mac, one.family, one.address, stages),
        ...localDelivery(one, stages),
        ...connected(one, stages),
        ...narrowed(one, stages),
        ...noNeighbour(one, stages),
      ],
    },
    /** What a router does beside. */
    router: {
      each: 'routers',
      through: ({ network }) => network,
      flows: (router, { stages }) => [
        stages.respond.when({ ethDst: router.mac }, Respond.FOREIGN).drop('for a router of another network'),
        echo(router.mac, 6, packet.linkLocalOf(router.mac), stages),
        ...waysOf(router, stages),
      ],
    },
    /** Routed packets for the addresses of a port get its Ethernet address; others have no next hop yet. */
    neighbour: {
      each: 'neighbours',
      through: ({ network }) => network,
      flows: ({ vni, mac, addresses }, { stages: { neighbour, switch: bridge } }) =>
        addresses.map((text) => {
          const number = parseAddress(text)?.number ?? 0n
          const hop = text.includes(':')
            ? { ...inNetwork(vni), ethType: typeOf(6), xxreg1: number }
            : { ...inNetwork(vni), ethType: typeOf(4), reg7: Number(number) }
          return neighbour
            .when(hop as never)
            .apply(setField('ethDst', mac))
            .goto(bridge)
        }),
    },
  },
  changed(name, key, before, context) {
    if (name !== 'interfaces' && name !== 'routers') return
    context.collections.known.delete('')
    if (name === 'routers') return
    const now = context.collections.interfaces.get(key)
    const told = before as InterfaceFact | undefined
    if (now && (now.mac !== told?.mac || now.mtu !== told.mtu)) advertiserIn(context).note(key)
  },
  tick(context) {
    const { interfaces, sites, subnets } = context.collections
    if (interfaces.size === 0) return
    const facts = { interfaces, sites, subnets, routers: knownIn(context) }
    advertiserIn(context).tick(facts, sites.size, context.config.advertiseEvery, context.send)
  },
  packetIn(punted, { dpid }, context) {
    const known = knownIn(context)
    if (punted.tableId !== integrationTable('respond')) {
      const data = answerTo(punted, known)
      if (data) context.send(dpid, toRouter(data))
      return
    }
    const vni = numberOf(punted.match(), 'reg0') & networkMask
    const network = known.networkOf(vni)
    if (network === undefined) return
    const facts = { routers: known, subnets: context.collections.subnets }
    for (const frame of advertisementsIn(network, facts)) context.send(dpid, toPort(punted.inPort, frame))
  },
})
