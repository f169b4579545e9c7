import { GroupType } from '../../../controller/openflow/messages/bucket.ts'
import { type BucketState, type GroupState, liveBuckets, selectBucket } from '../groups/group.ts'
import { flowHash } from '../pipeline/hash.ts'
import type { Part, Passage } from '../pipeline/passage.ts'
import type { Some } from './executor.ts'

/** Runs a bucket's actions as an action set, on the packet as it came to the group. */
const bucketPart = (passage: Passage, bucket: BucketState): Part => {
  bucket.packets++
  bucket.bytes += passage.frame.length
  const saved = passage.save()
  return { steps: bucket.steps, end: () => passage.restore(saved) }
}

const choose = (passage: Passage, group: GroupState): readonly BucketState[] => {
  const { groups, ports } = passage.datapath
  if (group.groupType === GroupType.ALL || group.groupType === GroupType.INDIRECT) return group.buckets
  const live = liveBuckets(group, groups, ports)
  if (group.groupType === GroupType.FAST_FAILOVER) return live.slice(0, 1)
  const chosen = selectBucket(live, flowHash(passage.key))
  return chosen === undefined ? [] : [chosen]
}

const runGroup = (passage: Passage, groupId: number): void => {
  const group = passage.datapath.groups.get(groupId)
  if (group === undefined) {
    passage.note('no such group')
    return
  }
  group.packets++
  group.bytes += passage.frame.length
  const buckets = choose(passage, group)
  if (buckets.length === 0) passage.note('no live bucket')
  passage.nest(buckets.map((bucket) => bucketPart(passage, bucket)))
}

/** Actions that go to groups. */
export const groupExecutors: Some<'group' | 'nxGroup'> = {
  group: (passage, { groupId }) => runGroup(passage, groupId),
  nxGroup: (passage, { groupId }) => runGroup(passage, groupId),
}
