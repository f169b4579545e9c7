import {
  collection,
  defineApp,
  integration,
  model,
  moveField,
  openflow,
  output,
  setField,
  type Tunnel,
  Type,
} from '../../controller/index.ts'
import { probeFrame, probeNumber, probeType, probeVni, Station } from './frame.ts'
import { Prober, type TunnelState } from './prober.ts'

const { NO_BUFFER, Port } = openflow

const probe = { tunnelId: BigInt(probeVni), ethType: probeType } as const

/** What sends a probe through a tunnel. */
const probeMessage = ({ from, to, encapsulation }: Tunnel, number: number) => ({
  type: 'packetOut' as const,
  bufferId: NO_BUFFER,
  inPort: Port.CONTROLLER,
  actions: [
    setField('tunnelId', BigInt(probeVni)),
    setField(to.address.includes(':') ? 'tunIpv6Dst' : 'tunIpv4Dst', to.address),
    output((encapsulation && from.tunnels[encapsulation]) ?? Port.CONTROLLER),
  ],
  data: probeFrame(number),
})

/**
 * Tries the tunnels between hosts that have a network in common, or networks that routers join: a
 * probe is sent through each, the other host's switch sends it back by itself, and the time that this
 * took is kept.
 */
export default defineApp({
  name: 'tunnel-probe',
  bridge: 'integration',
  pipeline: integration.stages,
  config: Type.Object({
    /** Probes sent in a second, over all tunnels. */
    perSecond: Type.Integer({ default: 100, minimum: 1, maximum: 10_000 }),
  }),
  collections: {
    hosts: model.hosts,
    networks: model.networks,
    spreads: model.spreads,
    reaches: model.reaches,
    routers: model.routers,
    tunnels: collection<TunnelState>(),
    probers: collection<Prober>(),
  },
  punts: { packetsPerSecond: 1_000 },
  rules: {
    answer: {
      flows: ({ stages: { classify } }) => [
        classify
          .when({ ...probe, ethDst: Station.THERE })
          .apply(
            setField('ethDst', Station.BACK),
            moveField('tunIpv4Src', 'tunIpv4Dst'),
            moveField('tunIpv6Src', 'tunIpv6Dst'),
            output(Port.IN_PORT),
          ),
        classify.when({ ...probe, ethDst: Station.BACK }).punt(),
      ],
    },
  },
  tick({ collections: { tunnels, probers, ...facts }, config, send }) {
    const known = probers.get('')
    const prober = known ?? new Prober(facts, tunnels, config.perSecond)
    if (!known) probers.set('', prober)
    prober.tick(performance.now(), (tunnel, number) => send(tunnel.from.dpid, probeMessage(tunnel, number)))
  },
  packetIn(packet, _from, { collections: { probers } }) {
    const number = probeNumber(packet)
    if (number !== undefined) probers.get('')?.answered(number, performance.now())
  },
})
