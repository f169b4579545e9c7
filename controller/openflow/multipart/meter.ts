import { durationText } from '../messages/flow-mod.ts'
import { messageKind } from '../messages/kind.ts'
import {
  formatMeterId,
  MeterFlags,
  meterBands,
  meterConfigText,
  meterFlags,
  meterFlagText,
} from '../messages/meter-band.ts'
import { type Infer, listOf, pad, sized, struct } from '../wire/codec.ts'
import { flagNames, flagsOf } from '../wire/names.ts'
import { measured } from '../wire/parts.ts'
import { u8, u32, u64 } from '../wire/primitives.ts'
import { bareRequest, multipartHeader, withFlags } from './header.ts'

const idBody = struct({ ...multipartHeader, meterId: u32, pad: pad(4) })

const idText = withFlags(({ meterId }: Infer<typeof idBody>) => ` meter=${formatMeterId(meterId)}`)

/** OpenFlow 1.3.5 §7.3.5.12; `meterId` may be `Meter.ALL`. */
const meterStatsRequest = messageKind({
  name: 'meterStatsRequest',
  ofp: 'OFPST_METER request',
  wire: { multipart: 'request', part: 9 },
  body: idBody,
  text: idText,
})

const meterStats = measured(
  struct({ meterId: u32 }),
  struct({
    pad: pad(6),
    flowCount: u32,
    packetInCount: u64,
    byteInCount: u64,
    durationSec: u32,
    durationNsec: u32,
    bands: listOf(struct({ packetBandCount: u64, byteBandCount: u64 })),
  }),
  40,
)

/** Counters of a meter and its bands, with its age (OpenFlow 1.3.5 §7.3.5.12). */
export type MeterStats = Infer<typeof meterStats>

const statsText = (stats: MeterStats): string =>
  [
    `\nmeter:${formatMeterId(stats.meterId)} flow_count:${stats.flowCount} packet_in_count:${stats.packetInCount} `,
    `byte_in_count:${stats.byteInCount} duration:${durationText(stats.durationSec, stats.durationNsec)} bands:`,
    ...stats.bands.map(
      (band, index) => `\n${index}: packet_count:${band.packetBandCount} byte_count:${band.byteBandCount}`,
    ),
  ].join('')

/** OpenFlow 1.3.5 §7.3.5.12 */
const meterStatsReply = messageKind({
  name: 'meterStatsReply',
  ofp: 'OFPST_METER reply',
  wire: { multipart: 'reply', part: 9 },
  body: struct({ ...multipartHeader, meters: listOf(meterStats) }),
  text: withFlags(({ meters }) => meters.map(statsText).join('\n')),
})

/** OpenFlow 1.3.5 §7.3.5.13; `meterId` may be `Meter.ALL`. */
const meterConfigRequest = messageKind({
  name: 'meterConfigRequest',
  ofp: 'OFPST_METER_CONFIG request',
  wire: { multipart: 'request', part: 10 },
  body: idBody,
  text: idText,
})

const meterConfig = sized(struct({ flags: meterFlags, meterId: u32, bands: meterBands }), 8)

/** OpenFlow 1.3.5 §7.3.5.13 */
const meterConfigReply = messageKind({
  name: 'meterConfigReply',
  ofp: 'OFPST_METER_CONFIG reply',
  wire: { multipart: 'reply', part: 10 },
  body: struct({ ...multipartHeader, meters: listOf(meterConfig) }),
  text: withFlags(({ meters }) => meters.map((meter) => `\n${meterConfigText(meter)}`).join('\n')),
})

/** Bits of the band types, by their numbers (OpenFlow 1.3.5 §7.3.5.14). */
export const MeterBandTypes = { DROP: 1 << 1, DSCP_REMARK: 1 << 2 } as const

/** OpenFlow 1.3.5 §7.3.5.14 */
const meterFeaturesRequest = bareRequest('meterFeaturesRequest', 'OFPST_METER_FEATURES request', 11)

const bandTypeText = { drop: MeterBandTypes.DROP, dscp_remark: MeterBandTypes.DSCP_REMARK } as const

/** OpenFlow 1.3.5 §7.3.5.14 */
const meterFeaturesReply = messageKind({
  name: 'meterFeaturesReply',
  ofp: 'OFPST_METER_FEATURES reply',
  wire: { multipart: 'reply', part: 11 },
  body: struct({
    ...multipartHeader,
    maxMeter: u32,
    bandTypes: flagsOf(u32, MeterBandTypes),
    capabilities: flagsOf(u32, MeterFlags),
    maxBands: u8,
    maxColor: u8,
    pad: pad(2),
  }),
  text: withFlags(
    (body) =>
      `\nmax_meter:${body.maxMeter} max_bands:${body.maxBands} max_color:${body.maxColor}` +
      `\nband_types: ${flagNames(bandTypeText, body.bandTypes).join(' ') || '0'}` +
      `\ncapabilities: ${flagNames(meterFlagText, body.capabilities).join(' ') || '0'}`,
  ),
})

export const meterMultipartKinds = [
  meterStatsRequest,
  meterStatsReply,
  meterConfigRequest,
  meterConfigReply,
  meterFeaturesRequest,
  meterFeaturesReply,
] as const
