import { type Bucket, buckets, formatBuckets, Group, GroupType, groupTypeText } from '../messages/bucket.ts'
import { durationText } from '../messages/flow-mod.ts'
import { messageKind } from '../messages/kind.ts'
import { type Infer, listOf, pad, sized, struct } from '../wire/codec.ts'
import { enumOf, nameOf } from '../wire/names.ts'
import { u8, u32, u64 } from '../wire/primitives.ts'
import { bareRequest, isCounted, multipartHeader, UNKNOWN_DURATION, withFlags } from './header.ts'

const idText = (groupId: number): string => nameOf({ ALL: Group.ALL, ANY: Group.ANY }, groupId) ?? String(groupId)

/** OpenFlow 1.3.5 §7.3.5.9; `groupId` may be `Group.ALL`. */
const groupStatsRequest = messageKind({
  name: 'groupStatsRequest',
  ofp: 'OFPST_GROUP request',
  wire: { multipart: 'request', part: 6 },
  body: struct({ ...multipartHeader, groupId: u32, pad: pad(4) }),
  text: withFlags(({ groupId }) => ` group_id=${idText(groupId)}`),
})

const groupStats = sized(
  struct({
    pad: pad(2),
    groupId: u32,
    refCount: u32,
    pad2: pad(4),
    packetCount: u64,
    byteCount: u64,
    durationSec: u32,
    durationNsec: u32,
    buckets: listOf(struct({ packetCount: u64, byteCount: u64 })),
  }),
  40,
)

/** Counters of a group and its buckets; those not kept are all ones (OpenFlow 1.3.5 §7.3.5.9). */
export type GroupStats = Infer<typeof groupStats>

const statsText = (stats: GroupStats): string =>
  [
    `\n group_id=${stats.groupId},`,
    stats.durationSec === UNKNOWN_DURATION ? '' : `duration=${durationText(stats.durationSec, stats.durationNsec)},`,
    `ref_count=${stats.refCount},packet_count=${stats.packetCount},byte_count=${stats.byteCount}`,
    ...stats.buckets.map(({ packetCount, byteCount }, index) =>
      isCounted(packetCount) ? `,bucket${index}:packet_count=${packetCount},byte_count=${byteCount}` : '',
    ),
  ].join('')

/** OpenFlow 1.3.5 §7.3.5.9 */
const groupStatsReply = messageKind({
  name: 'groupStatsReply',
  ofp: 'OFPST_GROUP reply',
  wire: { multipart: 'reply', part: 6 },
  body: struct({ ...multipartHeader, groups: listOf(groupStats) }),
  text: withFlags(({ groups }) => groups.map(statsText).join('')),
})

/** OpenFlow 1.3.5 §7.3.5.10 */
const groupDescRequest = bareRequest('groupDescRequest', 'OFPST_GROUP_DESC request', 7, ' group_id=ALL')

const groupDesc = sized(struct({ groupType: enumOf(u8, GroupType), pad: pad(1), groupId: u32, buckets }), 8)

/** A group with its buckets, as a switch holds it (OpenFlow 1.3.5 §7.3.5.10). */
export interface GroupDesc {
  readonly groupType: number
  readonly groupId: number
  readonly buckets: readonly Bucket[]
}

/** A group in a line of `ovs-ofctl dump-groups`, which add-group takes. */
const formatGroupDesc = (group: GroupDesc): string =>
  `group_id=${group.groupId},type=${groupTypeText(group.groupType)}${formatBuckets(group.groupType, group.buckets)}`

/** OpenFlow 1.3.5 §7.3.5.10 */
const groupDescReply = messageKind({
  name: 'groupDescReply',
  ofp: 'OFPST_GROUP_DESC reply',
  wire: { multipart: 'reply', part: 7 },
  body: struct({ ...multipartHeader, groups: listOf(groupDesc) }),
  text: withFlags(({ groups }) => groups.map((group) => `\n ${formatGroupDesc(group)}`).join('')),
})

export const groupMultipartKinds = [groupStatsRequest, groupStatsReply, groupDescRequest, groupDescReply] as const
