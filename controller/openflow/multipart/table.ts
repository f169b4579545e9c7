import { messageKind } from '../messages/kind.ts'
import { type Infer, listOf, pad, struct } from '../wire/codec.ts'
import { u8, u32, u64 } from '../wire/primitives.ts'
import { dittoText } from './ditto.ts'
import { bareRequest, multipartHeader, withFlags } from './header.ts'

/** OpenFlow 1.3.5 §7.3.5.4 */
const tableStatsRequest = bareRequest('tableStatsRequest', 'OFPST_TABLE request', 3)

const table = struct({ tableId: u8, pad: pad(3), activeCount: u32, lookupCount: u64, matchedCount: u64 })

/** Counters of a table: flows, look-ups, and those that matched (OpenFlow 1.3.5 §7.3.5.4). */
export type TableStats = Infer<typeof table>

const countsText = ({ activeCount, lookupCount, matchedCount }: TableStats): string =>
  `    active=${activeCount}, lookup=${lookupCount}, matched=${matchedCount}`

/** OpenFlow 1.3.5 §7.3.5.4 */
const tableStatsReply = messageKind({
  name: 'tableStatsReply',
  ofp: 'OFPST_TABLE reply',
  wire: { multipart: 'reply', part: 3 },
  body: struct({ ...multipartHeader, tables: listOf(table) }),
  text: withFlags(({ tables }) =>
    dittoText(
      tables.map((stats, index) => {
        const before = tables[index - 1]
        const same = before !== undefined && countsText(before) === countsText(stats)
        return { tableId: stats.tableId, name: '', same, text: `\n${countsText(stats)}` }
      }),
    ),
  ),
})

export const tableStatsKinds = [tableStatsRequest, tableStatsReply] as const
