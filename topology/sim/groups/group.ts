import { Port } from '../../../controller/openflow/fields/port-text.ts'
import { type Bucket, Group } from '../../../controller/openflow/messages/bucket.ts'
import { actionSetOrder } from '../actions/action-set.ts'
import type { PortTable } from '../ports/port-table.ts'
import type { Step } from '../tables/entry.ts'
import type { GroupTable } from './group-table.ts'

/** A bucket with its counters. */
export interface BucketState {
  readonly bucket: Bucket
  /** Its actions in the order in which they run. */
  readonly steps: readonly Step[]
  packets: number
  bytes: number
}

/** A group with its counters. */
export interface GroupState {
  readonly groupId: number
  readonly groupType: number
  readonly buckets: readonly BucketState[]
  packets: number
  bytes: number
  /** Milliseconds of the clock. */
  readonly created: number
}

export const newGroup = (
  { groupId, groupType, buckets }: { groupId: number; groupType: number; buckets: readonly Bucket[] },
  now: number,
): GroupState => ({
  groupId,
  groupType,
  buckets: buckets.map((bucket) => ({ bucket, steps: actionSetOrder(bucket.actions), packets: 0, bytes: 0 })),
  packets: 0,
  bytes: 0,
  created: now,
})

/** Groups that watch groups are followed this far. */
const deepestWatch = 16

const isLive = ({ bucket }: BucketState, groups: GroupTable, ports: PortTable, depth: number): boolean => {
  const { watchPort, watchGroup } = bucket
  if (watchPort === Port.ANY && watchGroup === Group.ANY) return true
  if (watchPort !== Port.ANY && ports.isLive(watchPort)) return true
  const group = watchGroup === Group.ANY || depth > deepestWatch ? undefined : groups.get(watchGroup)
  return group?.buckets.some((one) => isLive(one, groups, ports, depth + 1)) ?? false
}

/** The buckets whose watched port or group is alive, and those that watch none (OpenFlow 1.3.5 §5.6.1). */
export const liveBuckets = (group: GroupState, groups: GroupTable, ports: PortTable): readonly BucketState[] =>
  group.buckets.filter((bucket) => isLive(bucket, groups, ports, 0))

/** A bucket for a hash: each takes hashes in proportion to its weight, those of weight 0 none. */
export const selectBucket = (buckets: readonly BucketState[], hash: number): BucketState | undefined => {
  const total = buckets.reduce((sum, { bucket }) => sum + bucket.weight, 0)
  if (total === 0) return undefined
  let left = (hash / 2 ** 32) * total
  return buckets.find(({ bucket }) => {
    left -= bucket.weight
    return left < 0
  })
}
