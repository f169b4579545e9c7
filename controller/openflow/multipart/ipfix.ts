import { messageKind } from '../messages/kind.ts'
import { fixed, type Infer, listOf, pad, struct } from '../wire/codec.ts'
import { Experimenter } from '../wire/experimenter.ts'
import { u32, u64 } from '../wire/primitives.ts'
import { counterText, multipartHeader, withFlags } from './header.ts'

const { NICIRA } = Experimenter
const bridge = 3
const flow = 4

/** Open vSwitch's request for the counters of a bridge's IPFIX exporter. */
const ipfixBridgeRequest = messageKind({
  name: 'ipfixBridgeRequest',
  ofp: 'NXST_IPFIX_BRIDGE request',
  wire: { multipart: 'request', experimenter: NICIRA, expType: bridge },
  body: struct({ ...multipartHeader, experimenter: fixed(NICIRA, bridge) }),
  text: withFlags(() => ''),
})

/** Open vSwitch's request for the counters of the IPFIX exporters that flows sample to. */
const ipfixFlowRequest = messageKind({
  name: 'ipfixFlowRequest',
  ofp: 'NXST_IPFIX_FLOW request',
  wire: { multipart: 'request', experimenter: NICIRA, expType: flow },
  body: struct({ ...multipartHeader, experimenter: fixed(NICIRA, flow) }),
  text: withFlags(() => ''),
})

/** struct nx_ipfix_stats_reply */
const exporter = struct({
  totalFlows: u64,
  currentFlows: u64,
  packets: u64,
  ipv4Packets: u64,
  ipv6Packets: u64,
  errorPackets: u64,
  ipv4ErrorPackets: u64,
  ipv6ErrorPackets: u64,
  txPackets: u64,
  txErrors: u64,
  collectorSetId: u32,
  pad: pad(4),
})

/** Counters of an IPFIX exporter; those that the switch does not keep are all ones. */
export type IpfixStats = Infer<typeof exporter>

const countersText = (stats: IpfixStats, indent: number): string => {
  const text = (names: readonly (readonly [name: string, value: bigint])[]): string =>
    names.map(([name, value]) => `${name}=${counterText(value)}`).join(', ')
  const sampled = text([
    ['flows', stats.totalFlows],
    ['current flows', stats.currentFlows],
    ['sampled pkts', stats.packets],
    ['ipv4 ok', stats.ipv4Packets],
    ['ipv6 ok', stats.ipv6Packets],
    ['tx pkts', stats.txPackets],
  ])
  const failed = text([
    ['pkts errs', stats.errorPackets],
    ['ipv4 errs', stats.ipv4ErrorPackets],
    ['ipv6 errs', stats.ipv6ErrorPackets],
    ['tx errs', stats.txErrors],
  ])
  return `${sampled}\n${' '.repeat(indent)}${failed}`
}

/** Counters of a bridge's IPFIX exporter. */
const ipfixBridgeReply = messageKind({
  name: 'ipfixBridgeReply',
  ofp: 'NXST_IPFIX_BRIDGE reply',
  wire: { multipart: 'reply', experimenter: NICIRA, expType: bridge },
  body: struct({ ...multipartHeader, experimenter: fixed(NICIRA, bridge), exporters: listOf(exporter) }),
  text: withFlags(({ exporters }) =>
    exporters.map((stats) => `\n  bridge ipfix: ${countersText(stats, 16)}`).join('\n'),
  ),
})

/** Counters of the IPFIX exporters that flows sample to. */
const ipfixFlowReply = messageKind({
  name: 'ipfixFlowReply',
  ofp: 'NXST_IPFIX_FLOW reply',
  wire: { multipart: 'reply', experimenter: NICIRA, expType: flow },
  body: struct({ ...multipartHeader, experimenter: fixed(NICIRA, flow), exporters: listOf(exporter) }),
  text: withFlags(({ exporters }) => {
    const lines = exporters.map(
      (stats) => `\n  id ${String(stats.collectorSetId).padStart(3)}: ${countersText(stats, 10)}`,
    )
    return ` ${exporters.length} ids${lines.join('')}`
  }),
})

export const ipfixKinds = [ipfixBridgeRequest, ipfixBridgeReply, ipfixFlowRequest, ipfixFlowReply] as const
