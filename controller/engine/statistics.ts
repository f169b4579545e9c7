import { Flow } from '../flow/index.ts'
import type { LiveSwitch } from './live-switch.ts'

/** What a switch has counted of one flow. */
export interface FlowStatistics {
  readonly packets: bigint
  readonly bytes: bigint
  /** Seconds since it was added. */
  readonly age: number
}

const ANY = 0xffff_ffff
const ALL_TABLES = 0xff
/** OpenFlow 1.3.5 §7.3.4.4 */
const ALL_METERS = 0xffff_ffff

/**
 * Reads the counters of a switch's flows, by the flows' keys.
 *
 * @param tableId all tables unless given
 * @throws SwitchError where the switch does not answer
 */
export const readStatistics = async (
  { session }: LiveSwitch,
  tableId: number = ALL_TABLES,
): Promise<ReadonlyMap<string, FlowStatistics>> => {
  const which = { tableId, outPort: ANY, outGroup: ANY, cookie: 0n, cookieMask: 0n, match: [] }
  const { flows } = await session.connection.request({ type: 'flowStatsRequest', flags: 0, ...which }, 'flowStatsReply')
  return new Map(
    flows.map((flow) => [
      new Flow(flow).key,
      { packets: flow.packetCount, bytes: flow.byteCount, age: flow.durationSec },
    ]),
  )
}

/** What a switch has counted of one meter. */
export interface MeterStatistics {
  /** All that came to it. */
  readonly packets: bigint
  readonly bytes: bigint
  /** Of these, what exceeded its rate. */
  readonly dropped: { readonly packets: bigint; readonly bytes: bigint }
}

/**
 * Reads the counters of a switch's meters, by the meters' numbers.
 *
 * @throws SwitchError where the switch does not answer
 */
export const readMeterStatistics = async ({ session }: LiveSwitch): Promise<ReadonlyMap<number, MeterStatistics>> => {
  const request = { type: 'meterStatsRequest', flags: 0, meterId: ALL_METERS } as const
  const { meters } = await session.connection.request(request, 'meterStatsReply')
  return new Map(
    meters.map(({ meterId, packetInCount, byteInCount, bands }) => {
      const sum = (what: 'packetBandCount' | 'byteBandCount') => bands.reduce((all, band) => all + band[what], 0n)
      const dropped = { packets: sum('packetBandCount'), bytes: sum('byteBandCount') }
      return [meterId, { packets: packetInCount, bytes: byteInCount, dropped }]
    }),
  )
}
