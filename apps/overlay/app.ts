import {
  defineApp,
  fromPort,
  fromTunnel,
  inNetwork,
  integration,
  model,
  openflow,
  output,
  policedKey,
  resubmit,
  setField,
  siteKey,
} from '../../controller/index.ts'
import { partsOf } from './parts.ts'
import { sendAlong, sendToAll, type Way, wayBetween, withTunnelId } from './way.ts'

type Action = openflow.Action

/** The bit that marks addresses of many: broadcast and multicast. */
const many = { value: '01:00:00:00:00:00', mask: '01:00:00:00:00:00' } as const

/** Hands the packet to a shard of the ports here, and goes on with the next action. */
const copyTo =
  (table: number) =>
  (shard: number): Action[] => [setField('reg3', shard), resubmit(table)]

/** Numbers from here on are parts of the other hosts, where one flow cannot send to all; those below are shards here. */
const firstAway = 0x8000

/** What the firewall judges one port at a time, also where it is for all. */
const ipTypes = [openflow.EtherType.IPV4, openflow.EtherType.IPV6] as const
const aboveUsual = 40_000

/** Hands the packet to what looks at it before a port gets it, and goes on with the next action. */
const judge = (table: number, ofport: number): Action[] => [setField('reg2', ofport), resubmit(table)]

/**
 * Networks over many hosts: what a container sends reaches the ports of its network, here directly
 * and on other hosts through tunnels. Where everybody is comes from state; nothing is learned from
 * what containers send.
 */
export default defineApp({
  name: 'overlay',
  bridge: 'integration',
  pipeline: integration.stages,
  collections: {
    networks: model.networks,
    hosts: model.hosts,
    ports: model.ports,
    sites: model.sites,
    reaches: model.reaches,
    floods: model.floods,
    shards: model.shards,
    spreads: model.spreads,
    policed: model.policed,
  },
  rules: {
    /** What every packet does that no other flow concerns. */
    base: {
      flows: ({ stages }) => [
        stages.classify.otherwise.drop('unknown port'),
        stages.guard.otherwise.goto(stages.meterOut),
        stages.meterOut.otherwise.goto(stages.respond),
        stages.respond.otherwise.goto(stages.answer),
        stages.answer.otherwise.goto(stages.track),
        stages.track.otherwise.goto(stages.unnat),
        stages.unnat.otherwise.goto(stages.route),
        stages.route.otherwise.goto(stages.snat),
        stages.nextHop.otherwise.drop('no next hop'),
        stages.snat.otherwise.goto(stages.neighbour),
        stages.neighbour.otherwise.goto(stages.switch),
        stages.switch.otherwise.drop('unknown destination'),
        stages.flood.otherwise.drop('unknown shard'),
        stages.trackIn.otherwise.goto(stages.deliver),
        stages.deliver.otherwise.apply({ type: 'outputReg', src: integration.registers.outPort, maxLen: 0 }),
      ],
    },
    /** What comes from a container is in its network. */
    source: {
      each: 'ports',
      on: ({ dpid }) => dpid,
      flows: ({ vni, ofport, guard: guarded }, { stages: { classify, guard } }) => {
        if (ofport === undefined) return []
        const marks = [setField('reg0', vni), setField('reg1', fromPort(ofport, guarded))]
        return [
          classify
            .when({ inPort: ofport })
            .apply(...marks)
            .goto(guard),
        ]
      },
    },
    /** What comes from another host is in the network that its tunnel says, if that has ports here. */
    arrival: {
      each: 'sites',
      on: ({ dpid }) => dpid,
      flows: ({ vni, host }, { stages, view }) =>
        Object.values(view.hosts.get(host)?.tunnels ?? {}).map((inPort) =>
          stages.classify
            .when({ inPort, tunnelId: BigInt(vni) })
            .apply(setField('reg0', fromTunnel(vni)))
            .goto(stages.switch),
        ),
    },
    /** To a port of the network: out of it where it is here, through a tunnel where it is not. */
    destination: {
      each: 'ports',
      // Also where packets are only routed into the network.
      through: ({ network }) => network,
      flows: ({ network: id, vni, mac, host, dpid, ofport }, { stages, switch: here, view }) => {
        if (host === undefined || ofport === undefined) return []
        const { switch: stage, trackIn } = stages
        if (dpid === here.dpid) {
          const match = { ...inNetwork(vni), ethDst: mac }
          return [stage.when(match).apply(setField('reg2', ofport)).goto(trackIn)]
        }
        const network = view.networks.get(id)
        const from = view.hosts.get(view.reaches.get(siteKey(id, here.dpid))?.host ?? '')
        const to = view.hosts.get(host)
        const way = network && from && to && wayBetween(network, from, to)
        return way ? [stage.when({ reg0: vni, ethDst: mac }).apply(withTunnelId(vni), ...sendAlong(way))] : []
      },
    },
    /** To all of a network: copied here for the ports here, and once to each other host that has ports of it. */
    flood: {
      each: 'floods',
      on: ({ dpid }) => dpid,
      flows: ({ network: id, vni, dpid, shards }, { stages, view }) => {
        const copies = shards.flatMap(copyTo(stages.flood.tableId))
        const network = view.networks.get(id)
        const from = view.hosts.get(view.sites.get(siteKey(id, dpid))?.host ?? '')
        const others = (view.spreads.get(id)?.hosts ?? []).filter((host) => host !== from?.id)
        const wayTo = (host: string): Way | undefined => {
          const to = view.hosts.get(host)
          return network && from && to && wayBetween(network, from, to)
        }
        const away = partsOf(others).map((part) =>
          sendToAll(
            vni,
            part.flatMap((host) => wayTo(host) ?? []),
          ),
        )
        const table = stages.flood.tableId
        const sent = away.length > 1 ? away.flatMap((_, part) => copyTo(table)(firstAway + part)) : away.flat()
        return [
          stages.switch.when({ reg0: vni, ethDst: many }).apply(...copies, ...sent),
          stages.switch.when({ reg0: fromTunnel(vni), ethDst: many }).apply(...copies),
          ...(away.length > 1 ? away : []).map((actions, part) =>
            stages.flood.when({ reg0: vni, reg3: firstAway + part }).apply(...actions),
          ),
        ]
      },
    },
    /** A copy for each port of a shard, but for the one that it came from. */
    shard: {
      each: 'shards',
      on: ({ dpid }) => dpid,
      flows: ({ vni, dpid, number, ofports }, { stages: { flood, trackIn }, view }) => {
        const match = { ...inNetwork(vni), reg3: number } as const
        const copies = flood.when(match).apply(...ofports.map(output))
        const isPoliced = (ofport: number) => view.policed.has(policedKey(dpid, ofport))
        if (!ofports.some(isPoliced)) return [copies]
        const judged = ofports.flatMap((ofport) =>
          isPoliced(ofport) ? judge(trackIn.tableId, ofport) : [output(ofport)],
        )
        return [copies, ...ipTypes.map((ethType) => flood.when({ ...match, ethType }, aboveUsual).apply(...judged))]
      },
    },
  },
})
