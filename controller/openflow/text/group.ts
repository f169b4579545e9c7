import { parseActions } from '../actions/parse.ts'
import { Port, parsePort } from '../fields/port-text.ts'
import { type Bucket, formatBuckets, Group, GroupType, groupTypeText } from '../messages/bucket.ts'
import { GroupModCommand, type groupMod } from '../messages/group-mod.ts'
import type { MessageOf } from '../messages/kind.ts'
import { TextSyntaxError } from '../wire/errors.ts'
import { own } from '../wire/names.ts'
import { integer, items } from './scan.ts'

/** The group-mod message: adds, changes or deletes a group (OpenFlow 1.3.5 §7.3.4.2). */
export type GroupMod = MessageOf<typeof groupMod>

const groupTypes: Readonly<Record<string, number>> = {
  all: GroupType.ALL,
  select: GroupType.SELECT,
  indirect: GroupType.INDIRECT,
  ff: GroupType.FAST_FAILOVER,
  fast_failover: GroupType.FAST_FAILOVER,
}

const parseType = (text: string): number => {
  const type = own(groupTypes, text)
  if (type === undefined) throw new TextSyntaxError(text, 'all, select, indirect or ff is expected')
  return type
}

const parseGroupId = (text: string): number => (text === 'all' ? Group.ALL : integer(text, Group.ALL))

const bucketStart = /(?:^|[\s,])buckets?=/g

/** The text before the first bucket, and that of each bucket. */
const splitBuckets = (text: string): string[] => text.split(bucketStart)

const actionsStart = /(?:^|,)\s*actions?=/

const parseBucket = (text: string, groupType: number): Bucket => {
  const [head = '', ...tail] = text.split(actionsStart)
  const bucket = {
    weight: groupType === GroupType.SELECT ? 1 : 0,
    watchPort: Port.ANY as number,
    watchGroup: Group.ANY as number,
  }
  const actionTexts: string[] = []
  for (const item of items(head)) {
    if (item.key === 'weight') bucket.weight = integer(item.value, 0xffff)
    else if (item.key === 'watch_port') bucket.watchPort = parsePort(item.value)
    else if (item.key === 'watch_group') bucket.watchGroup = integer(item.value)
    else actionTexts.push(item.text)
  }
  return { ...bucket, actions: parseActions([...actionTexts, ...tail].join(',')) }
}

const readHead = (text: string): { groupId: number | undefined; groupType: number | undefined } => {
  let groupId: number | undefined
  let groupType: number | undefined
  for (const item of items(text)) {
    if (item.key === 'group_id') groupId = parseGroupId(item.value)
    else if (item.key === 'type') groupType = parseType(item.value)
    else throw new TextSyntaxError(item.text, 'group_id=, type= or bucket= is expected')
  }
  return { groupId, groupType }
}

/**
 * Parses a group in ovs-ofctl's syntax (ovs-ofctl(8), "Group Syntax"):
 * `group_id=1,type=select,bucket=weight:10,output:1,bucket=output:2`.
 *
 * @throws TextSyntaxError naming the part that is wrong
 */
export const parseGroupMod = (text: string, command: number = GroupModCommand.ADD): GroupMod => {
  const [head = '', ...bucketTexts] = splitBuckets(text)
  const { groupId, groupType } = readHead(head)
  const deleting = command === GroupModCommand.DELETE
  if (groupId === undefined && !deleting) throw new TextSyntaxError(text, 'group_id= is missing')
  if (groupType === undefined && !deleting) throw new TextSyntaxError(text, 'type= is missing')
  const type = groupType ?? GroupType.ALL
  return {
    type: 'groupMod',
    xid: 0,
    command,
    groupType: type,
    groupId: groupId ?? Group.ALL,
    buckets: bucketTexts.map((bucket) => parseBucket(bucket, type)),
  }
}

/** A group as text that `ovs-ofctl -O OpenFlow13 add-group` (mod-group, del-groups) takes. */
export const formatGroup = (group: GroupMod): string => {
  if (group.command === GroupModCommand.DELETE) return group.groupId === Group.ALL ? '' : `group_id=${group.groupId}`
  return `group_id=${group.groupId},type=${groupTypeText(group.groupType)}${formatBuckets(group.groupType, group.buckets)}`
}
