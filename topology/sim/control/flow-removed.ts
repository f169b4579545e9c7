import { FlowModFlags } from '../../../controller/openflow/messages/flow-mod.ts'
import type { MessageNamed } from '../../../controller/openflow/messages/messages.ts'
import type { FlowEvent } from '../tables/flow-store.ts'
import { durationSince } from './duration.ts'

/** The message that tells of a flow that has gone, where the flow asks for one (OpenFlow 1.3.5 §7.4.2). */
export const flowRemovedFor = (
  { type, entry, reason }: FlowEvent,
  now: number,
): MessageNamed<'flowRemoved'> | undefined => {
  const isTold = type === 'deleted' && (entry.flags & FlowModFlags.SEND_FLOW_REM) !== 0
  if (!isTold || reason === undefined) return undefined
  return {
    type: 'flowRemoved',
    xid: 0,
    cookie: entry.cookie,
    priority: entry.priority,
    reason,
    tableId: entry.tableId,
    ...durationSince(entry.created, now),
    idleTimeout: entry.idleTimeout,
    hardTimeout: entry.hardTimeout,
    packetCount: BigInt(entry.packets),
    byteCount: BigInt(entry.bytes),
    match: entry.match,
  }
}
