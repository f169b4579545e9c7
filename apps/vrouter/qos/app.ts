import {
  defineApp,
  type FlowBuilder,
  integration,
  integrationTable,
  type MeterEntry,
  meteredBit,
  meteredInBit,
  model,
  openflow,
  portMask,
  resubmit,
  setField,
} from '../../../controller/index.ts'
import { metersOf } from './meters.ts'

type Action = openflow.Action

const { registers } = integration

/** Packets that carry a DSCP come first. */
const Rank = { MARKED: 200, REST: 100 } as const

const output: Action = { type: 'outputReg', src: registers.outPort, maxLen: 0 }

const load = (dst: openflow.Subfield, value: bigint): Action => ({ type: 'regLoad', dst, value })

const through = (flow: FlowBuilder<string>, meter: MeterEntry | undefined) => (meter ? flow.meter(meter.id) : flow)

/** Packets of both families can be marked; others have no DSCP. */
const ip = [openflow.EtherType.IPV4, openflow.EtherType.IPV6] as const

/**
 * Bounds what ports send and receive, by bandwidth and by packets, and marks what they send. A flow has one meter in
 * OpenFlow 1.3: where a port has two, packets pass its stage twice, with a bit set in between.
 */
export default defineApp({
  name: 'qos',
  bridge: 'integration',
  pipeline: integration.stages,
  collections: { limits: model.limits },
  rules: {
    out: {
      each: 'limits',
      on: ({ dpid }) => dpid,
      flows: ({ ofport, out, dscp }, { stages: { meterOut, respond } }) => {
        const meters = metersOf(ofport, 'out', out)
        const last = meters.at(-1)
        if (!last && dscp === undefined) return []
        const mask = portMask | meteredBit
        const fresh = { reg1: { value: ofport, mask } } as const
        const final = meters.length > 1 ? ({ reg1: { value: ofport | meteredBit, mask } } as const) : fresh
        const cleared = meters.length > 1 ? [load(registers.metered, 0n)] : []
        const again = [load(registers.metered, 1n), resubmit(integrationTable('meterOut'))]
        const marked = dscp === undefined ? [] : ip.map((ethType) => ({ ethType, mark: setField('ipDscp', dscp) }))
        return [
          ...meters,
          ...meters.slice(0, -1).map((meter) => through(meterOut.when(fresh, Rank.REST), meter).apply(...again)),
          ...marked.map(({ ethType, mark }) =>
            through(meterOut.when({ ...final, ethType }, Rank.MARKED), last)
              .apply(...cleared, mark)
              .goto(respond),
          ),
          through(meterOut.when(final, Rank.REST), last)
            .apply(...cleared)
            .goto(respond),
        ]
      },
    },
    in: {
      each: 'limits',
      on: ({ dpid }) => dpid,
      flows: ({ ofport, in: rate }, { stages: { deliver } }) => {
        const meters = metersOf(ofport, 'in', rate)
        const last = meters.at(-1)
        if (!last) return []
        const mask = portMask | meteredInBit
        const fresh = { reg2: { value: ofport, mask } } as const
        const final = meters.length > 1 ? ({ reg2: { value: ofport | meteredInBit, mask } } as const) : fresh
        const again = [load(registers.meteredIn, 1n), resubmit(integrationTable('deliver'))]
        return [
          ...meters,
          ...meters.slice(0, -1).map((meter) => through(deliver.when(fresh, Rank.REST), meter).apply(...again)),
          through(deliver.when(final, Rank.REST), last).apply(output),
        ]
      },
    },
  },
})
