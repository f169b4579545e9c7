import { collection, defineApp, GroupEntry, MeterEntry } from '../../controller/index.ts'

/** A port of a network on one host. */
export interface ModelPort {
  readonly host: number
  readonly mac: number
  readonly net: string
}

export interface ModelNet {
  readonly vni: number
  /** Kilobits a second; 0 for no limit. */
  readonly rate: number
}

const firstGroup = 0x6800_0000
const firstMeter = 0x1_0000
/** Kilobits a second. */
const KBPS = 1

/**
 * An app that has what makes incremental evaluation hard: rules that read other objects one by one
 * and all of them, objects on one switch and on all, groups and meters, and rules that want the
 * same flow.
 */
export const modelApp = defineApp({
  name: 'model',
  pipeline: ['classify', 'switch', 'deliver'],
  collections: { ports: collection<ModelPort>(), nets: collection<ModelNet>() },
  punts: { packetsPerSecond: 100 },
  rules: {
    base: {
      flows: ({ stages: { classify, switch: bridge }, view }) => [
        classify.otherwise.drop('not known'),
        bridge.otherwise.punt(),
        ...[...new Set([...view.nets.entries()].map(([, { vni }]) => vni))].map((vni) =>
          bridge.when({ ethDst: 0xffff_ffff_ffff, reg0: vni }, 5).group(firstGroup + vni),
        ),
      ],
    },
    port: {
      each: 'ports',
      on: ({ host }) => BigInt(host),
      flows: ({ mac, net }, { stages: { classify, deliver, switch: bridge }, view }, key) => {
        const network = view.nets.get(net)
        if (!network) return []
        const flow = classify.when({ inPort: Number(key) + 1, ethSrc: mac })
        return [
          network.rate > 0 ? flow.meter(firstMeter + network.vni).goto(bridge) : flow.goto(bridge),
          // Two ports with one address want the same flow.
          bridge.when({ ethDst: mac }).goto(deliver),
          deliver.when({ ethDst: mac, reg0: network.vni }).output(Number(key) + 1),
        ]
      },
    },
    remote: {
      each: 'ports',
      flows: ({ host, mac, net }, { stages: { switch: bridge }, switch: { dpid }, view }) =>
        BigInt(host) !== dpid && view.nets.has(net) ? [bridge.when({ ethDst: mac }, 10).output(1000 + host)] : [],
    },
    flood: {
      each: 'nets',
      flows: ({ vni, rate }, { switch: { dpid }, view }, name) => {
        const here = [...view.ports.entries()].filter(([, { host, net }]) => net === name && BigInt(host) === dpid)
        const ports = here.map(([key]) => Number(key) + 1)
        const bucket = (port: number) => ({
          ...{ weight: 0, watchPort: 0xffff_ffff, watchGroup: 0xffff_ffff },
          actions: [{ type: 'output', port, maxLen: 0 } as const],
        })
        const limit = new MeterEntry({
          meterId: firstMeter + vni,
          flags: KBPS,
          bands: [{ type: 'drop', rate, burstSize: 0 }],
        })
        return [
          new GroupEntry({ groupId: firstGroup + vni, groupType: 0, buckets: ports.sort((a, b) => a - b).map(bucket) }),
          ...(rate > 0 ? [limit] : []),
        ]
      },
    },
  },
})
