import { Port } from '../../../controller/openflow/fields/port-text.ts'
import { type Bucket, Group, GroupType } from '../../../controller/openflow/messages/bucket.ts'
import { GroupModCommand } from '../../../controller/openflow/messages/group-mod.ts'
import type { GroupMod } from '../../../controller/openflow/text/group.ts'
import { ProtocolError } from '../../../controller/openflow/wire/errors.ts'
import { allSteps } from '../actions/all-steps.ts'
import type { Journal } from '../journal.ts'
import { type GroupState, newGroup } from './group.ts'
import { type GroupTable, groupsIn } from './group-table.ts'

/** What changing groups needs. */
export interface GroupModContext {
  readonly groups: GroupTable
  readonly limit: number
  /** @throws ProtocolError or Refusal where the switch cannot do what a bucket says */
  readonly check: (bucket: Bucket) => void
  /** Takes the flows out that go to a group. */
  readonly removeFlows: (groupId: number, journal: Journal) => void
  /** Milliseconds. */
  readonly now: number
}

const isWatching = ({ watchPort, watchGroup }: Bucket): boolean => watchPort !== Port.ANY || watchGroup !== Group.ANY

const targets = (buckets: readonly Bucket[]): readonly number[] =>
  buckets.flatMap(({ actions }) => groupsIn(allSteps(actions)))

/** Whether following chained groups from `from` leads to `wanted`. */
const leadsTo = (groups: GroupTable, from: readonly number[], wanted: number, seen = new Set<number>()): boolean =>
  from.some((groupId) => {
    if (groupId === wanted) return true
    if (seen.has(groupId)) return false
    seen.add(groupId)
    const next = groups.get(groupId)
    return next !== undefined && leadsTo(groups, targets(next.buckets.map(({ bucket }) => bucket)), wanted, seen)
  })

const checkBuckets = ({ groupType, groupId, buckets }: GroupMod, context: GroupModContext): void => {
  if (groupType > GroupType.FAST_FAILOVER) throw new ProtocolError('OFPGMFC_BAD_TYPE', `group type ${groupType}`)
  if (groupType === GroupType.INDIRECT && buckets.length !== 1) {
    throw new ProtocolError('OFPGMFC_INVALID_GROUP', 'an indirect group has one bucket')
  }
  for (const bucket of buckets) {
    const watches = isWatching(bucket)
    if (groupType === GroupType.FAST_FAILOVER && !watches) {
      throw new ProtocolError('OFPGMFC_INVALID_GROUP', 'a fast failover bucket watches nothing')
    }
    if (watches && (groupType === GroupType.ALL || groupType === GroupType.INDIRECT)) {
      throw new ProtocolError('OFPGMFC_WATCH_UNSUPPORTED', 'a bucket of this group type watches')
    }
    context.check(bucket)
  }
  if (leadsTo(context.groups, targets(buckets), groupId)) throw new ProtocolError('OFPGMFC_LOOP', `group ${groupId}`)
}

const put = (groups: GroupTable, groupId: number, group: GroupState | undefined, journal: Journal): void => {
  const old = groups.get(groupId)
  groups.set(groupId, group)
  journal.undo(() => groups.set(groupId, old))
}

const add = (mod: GroupMod, context: GroupModContext, journal: Journal): void => {
  const { groups, limit, now } = context
  if (mod.groupId > Group.MAX) throw new ProtocolError('OFPGMFC_INVALID_GROUP', `group ${mod.groupId}`)
  if (groups.get(mod.groupId)) throw new ProtocolError('OFPGMFC_GROUP_EXISTS', `group ${mod.groupId}`)
  if (groups.size >= limit) throw new ProtocolError('OFPGMFC_OUT_OF_GROUPS', `${limit} groups`)
  checkBuckets(mod, context)
  put(groups, mod.groupId, newGroup(mod, now), journal)
}

const modify = (mod: GroupMod, context: GroupModContext, journal: Journal): void => {
  const { groups } = context
  const old = groups.get(mod.groupId)
  if (old === undefined) throw new ProtocolError('OFPGMFC_UNKNOWN_GROUP', `group ${mod.groupId}`)
  checkBuckets(mod, context)
  put(groups, mod.groupId, newGroup(mod, old.created), journal)
}

const remove = (mod: GroupMod, context: GroupModContext, journal: Journal): void => {
  const all = [...context.groups].map(({ groupId }) => groupId)
  const chosen = mod.groupId === Group.ALL ? all : all.filter((groupId) => groupId === mod.groupId)
  for (const groupId of chosen) {
    context.removeFlows(groupId, journal)
    put(context.groups, groupId, undefined, journal)
  }
}

/** Does what a group-mod says. @throws ProtocolError or Refusal */
export const applyGroupMod = (context: GroupModContext, mod: GroupMod, journal: Journal): void => {
  if (mod.command === GroupModCommand.ADD) add(mod, context, journal)
  else if (mod.command === GroupModCommand.MODIFY) modify(mod, context, journal)
  else if (mod.command === GroupModCommand.DELETE) remove(mod, context, journal)
  else throw new ProtocolError('OFPGMFC_BAD_COMMAND', `command ${mod.command}`)
}
