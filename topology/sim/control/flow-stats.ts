import type { MessageNamed } from '../../../controller/openflow/messages/messages.ts'
import type { FlowStats } from '../../../controller/openflow/multipart/flow.ts'
import type { Entry } from '../tables/entry.ts'
import { selected } from '../tables/flow-mods.ts'
import { compileMatch } from '../tables/matcher.ts'
import type { Connection } from './connection.ts'
import { durationSince } from './duration.ts'
import type { Handlers } from './handlers.ts'

type Request = MessageNamed<'flowStatsRequest'> | MessageNamed<'aggregateStatsRequest'>

const flowsOf = ({ sw }: Connection, request: Request): readonly Entry[] =>
  selected(sw.tables, request.tableId, compileMatch(request.match, sw.options), request)

const unknownCount = 0xffff_ffff_ffff_ffffn
const noPacketCounts = 8
const noByteCounts = 16

const statsOf = (entry: Entry, now: number): FlowStats => ({
  tableId: entry.tableId,
  ...durationSince(entry.created, now),
  priority: entry.priority,
  idleTimeout: entry.idleTimeout,
  hardTimeout: entry.hardTimeout,
  flags: entry.flags,
  cookie: entry.cookie,
  packetCount: (entry.flags & noPacketCounts) === 0 ? BigInt(entry.packets) : unknownCount,
  byteCount: (entry.flags & noByteCounts) === 0 ? BigInt(entry.bytes) : unknownCount,
  match: entry.match,
  instructions: entry.instructions,
})

/** Requests about flows and tables. */
export const flowStatsHandlers = {
  flowStatsRequest(connection, request) {
    const now = connection.sw.clock.now()
    const flows = flowsOf(connection, request).map((entry) => statsOf(entry, now))
    connection.sendParts(flows, (part, flags) => ({ type: 'flowStatsReply', xid: request.xid, flags, flows: part }))
  },
  aggregateStatsRequest(connection, request) {
    const flows = flowsOf(connection, request)
    connection.send({
      type: 'aggregateStatsReply',
      xid: request.xid,
      flags: 0,
      packetCount: BigInt(flows.reduce((sum, { packets }) => sum + packets, 0)),
      byteCount: BigInt(flows.reduce((sum, { bytes }) => sum + bytes, 0)),
      flowCount: flows.length,
    })
  },
  tableStatsRequest(connection, { xid }) {
    const { tables } = connection.sw
    const used = new Map(tables.used().map((table) => [table.id, table]))
    const stats = Array.from({ length: tables.count }, (_, tableId) => ({
      tableId,
      activeCount: used.get(tableId)?.size ?? 0,
      lookupCount: BigInt(used.get(tableId)?.lookups ?? 0),
      matchedCount: BigInt(used.get(tableId)?.matched ?? 0),
    }))
    connection.sendParts(stats, (part, flags) => ({ type: 'tableStatsReply', xid, flags, tables: part }))
  },
} satisfies Handlers
