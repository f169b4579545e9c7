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
