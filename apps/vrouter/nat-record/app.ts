import { collection, defineApp, integration, model, networkMask, openflow, Type } from '../../../controller/index.ts'
import { toOutside } from '../nat/fields.ts'
import { Recorder, translatedIn } from './record.ts'

const { field } = openflow

/** Bits of ct_state (ovs-fields(7)). */
const Ct = { NEW: 0x01, TRACKED: 0x20, SOURCE: 0x40, DESTINATION: 0x80 } as const

/** The first packets of connections that are translated, on one side. */
const begins = (side: number) => {
  const bits = Ct.NEW | Ct.TRACKED | side
  return field('ctState', { value: bits, mask: bits })
}

/** Just above what `nat` does with the same packets. */
const rank = { out: 11, in: 1 } as const
/** Bytes of a packet that tell its addresses and ports. */
const head = 128

/**
 * Records connections that begin with a translation, each by its first packet, which the switch
 * sends on at once and copies here. A meter bounds the copies: in a flood some are left out.
 */
export default defineApp({
  name: 'nat-record',
  bridge: 'integration',
  pipeline: integration.stages,
  config: Type.Object({
    /** Connections that are kept, the newest of them. */
    most: Type.Integer({ default: 10_000, minimum: 1, maximum: 1_000_000 }),
  }),
  collections: {
    hosts: model.hosts,
    attachments: model.attachments,
    gateways: model.gateways,
    recorders: collection<Recorder>(),
  },
  punts: { packetsPerSecond: 1_000 },
  rules: {
    /** Connections to the outside, as they leave. */
    out: {
      each: 'attachments',
      on: ({ dpid }) => dpid,
      flows: (attachment, { stages: { switch: out } }) => {
        const here = field('reg0', { value: attachment.vni, mask: networkMask })
        return [
          out
            .matching([here, begins(Ct.SOURCE)], rank.out)
            .punt(head)
            .apply(...toOutside(attachment)),
        ]
      },
    },
    /** Connections from outside, and those that turn round, on their way inside. */
    in: {
      flows: ({ stages: { snat, neighbour } }) => [
        snat
          .matching([begins(Ct.DESTINATION)], rank.in)
          .punt(head)
          .goto(neighbour),
      ],
    },
  },
  packetIn(punted, { dpid }, { config, collections: { hosts, gateways, recorders } }) {
    const found = translatedIn(punted.match(), punted.data())
    if (!found) return
    const { zone, ...about } = found
    const router = [...gateways.entries()].find(([, gateway]) => gateway.zone === zone)?.[0] ?? ''
    const host = [...hosts.entries()].find(([, one]) => one.dpid === dpid)?.[0] ?? ''
    const recorder = recorders.get('') ?? new Recorder(config.most)
    recorders.set('', recorder)
    recorder.add({ at: Date.now(), router, host, ...about })
  },
})
