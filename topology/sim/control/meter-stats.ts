import { Meter, MeterFlags } from '../../../controller/openflow/messages/meter-band.ts'
import { MeterBandTypes, type MeterStats } from '../../../controller/openflow/multipart/meter.ts'
import { ProtocolError } from '../../../controller/openflow/wire/errors.ts'
import type { SimMeter } from '../meters/meter.ts'
import type { SimSwitch } from '../switch.ts'
import type { Connection } from './connection.ts'
import { durationSince } from './duration.ts'
import type { Handlers } from './handlers.ts'

const metersOf = ({ sw }: Connection, meterId: number): readonly SimMeter[] => {
  if (meterId === Meter.ALL) return [...sw.meters]
  const meter = sw.meters.get(meterId)
  if (!meter) throw new ProtocolError('OFPMMFC_UNKNOWN_METER', `meter ${meterId}`)
  return [meter]
}

const flowsThrough = (sw: SimSwitch, meterId: number): number =>
  [...sw.tables].filter(({ steps }) => steps.some((step) => step.type === 'meter' && step.meterId === meterId)).length

const statsOf = (sw: SimSwitch, { config, bands, ...meter }: SimMeter): MeterStats => ({
  meterId: config.meterId,
  flowCount: flowsThrough(sw, config.meterId),
  packetInCount: BigInt(meter.packets),
  byteInCount: BigInt(meter.bytes),
  ...durationSince(meter.created, sw.clock.now()),
  bands: bands.map(({ packets, bytes }) => ({ packetBandCount: BigInt(packets), byteBandCount: BigInt(bytes) })),
})

const mostBands = 255

/** Requests about meters. */
export const meterStatsHandlers = {
  meterStatsRequest(connection, { xid, meterId }) {
    const all = metersOf(connection, meterId).map((meter) => statsOf(connection.sw, meter))
    connection.sendParts(all, (meters, flags) => ({ type: 'meterStatsReply', xid, flags, meters }))
  },
  meterConfigRequest(connection, { xid, meterId }) {
    const all = metersOf(connection, meterId).map(({ config: { flags, meterId: id, bands } }) => ({
      flags,
      meterId: id,
      bands,
    }))
    connection.sendParts(all, (meters, flags) => ({ type: 'meterConfigReply', xid, flags, meters }))
  },
  meterFeaturesRequest(connection, { xid }) {
    connection.send({
      type: 'meterFeaturesReply',
      xid,
      flags: 0,
      maxMeter: connection.sw.settings.meterLimit ?? 0x1_0000,
      bandTypes: MeterBandTypes.DROP,
      capabilities: MeterFlags.KBPS | MeterFlags.PKTPS | MeterFlags.BURST | MeterFlags.STATS,
      maxBands: mostBands,
      maxColor: 0,
    })
  },
} satisfies Handlers
