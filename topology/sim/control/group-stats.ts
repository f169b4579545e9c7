import { Group } from '../../../controller/openflow/messages/bucket.ts'
import type { GroupStats } from '../../../controller/openflow/multipart/group.ts'
import { GroupCapabilities, GroupTypes } from '../../../controller/openflow/multipart/group-features.ts'
import { allSteps } from '../actions/all-steps.ts'
import type { GroupState } from '../groups/group.ts'
import { groupsIn } from '../groups/group-table.ts'
import type { SimSwitch } from '../switch.ts'
import { durationSince } from './duration.ts'
import type { Handlers } from './handlers.ts'

/** How many flows go to each group. */
const references = (sw: SimSwitch): ReadonlyMap<number, number> => {
  const counts = new Map<number, number>()
  for (const { steps } of sw.tables) {
    for (const groupId of groupsIn(allSteps(steps))) counts.set(groupId, (counts.get(groupId) ?? 0) + 1)
  }
  return counts
}

const statsOf = (group: GroupState, refCount: number, now: number): GroupStats => ({
  groupId: group.groupId,
  refCount,
  packetCount: BigInt(group.packets),
  byteCount: BigInt(group.bytes),
  ...durationSince(group.created, now),
  buckets: group.buckets.map(({ packets, bytes }) => ({ packetCount: BigInt(packets), byteCount: BigInt(bytes) })),
})

const { ALL, SELECT, INDIRECT, FAST_FAILOVER } = GroupTypes
/** Output, push and pop of tags and labels, groups, TTL and fields. */
const bucketActions = 0x03df_8001

/** Requests about groups. */
export const groupStatsHandlers = {
  groupStatsRequest(connection, { xid, groupId }) {
    const { groups, clock } = connection.sw
    const chosen = [...groups].filter((group) => groupId === Group.ALL || group.groupId === groupId)
    const counts = references(connection.sw)
    const all = chosen.map((group) => statsOf(group, counts.get(group.groupId) ?? 0, clock.now()))
    connection.sendParts(all, (part, flags) => ({ type: 'groupStatsReply', xid, flags, groups: part }))
  },
  groupDescRequest(connection, { xid }) {
    const all = [...connection.sw.groups].map(({ groupId, groupType, buckets }) => ({
      groupId,
      groupType,
      buckets: buckets.map(({ bucket }) => bucket),
    }))
    connection.sendParts(all, (groups, flags) => ({ type: 'groupDescReply', xid, flags, groups }))
  },
  groupFeaturesRequest(connection, { xid }) {
    const { SELECT_WEIGHT, SELECT_LIVENESS, CHAINING, CHAINING_CHECKS } = GroupCapabilities
    const maximum = connection.sw.settings.groupLimit ?? 0x1_0000
    connection.send({
      type: 'groupFeaturesReply',
      xid,
      flags: 0,
      types: ALL | SELECT | INDIRECT | FAST_FAILOVER,
      capabilities: SELECT_WEIGHT | SELECT_LIVENESS | CHAINING | CHAINING_CHECKS,
      maxGroups: [maximum, maximum, maximum, maximum],
      actions: [bucketActions, bucketActions, bucketActions, bucketActions],
    })
  },
} satisfies Handlers
