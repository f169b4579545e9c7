import { pad, struct } from '../wire/codec.ts'
import { enumOf } from '../wire/names.ts'
import { u8, u16, u32 } from '../wire/primitives.ts'
import { buckets, formatBuckets, GroupType, groupTypeText } from './bucket.ts'
import { messageKind } from './kind.ts'

/** What a group-mod does (OpenFlow 1.3.5 §7.3.4.2). */
export const GroupModCommand = { ADD: 0, MODIFY: 1, DELETE: 2 } as const

const commandTexts = ['ADD', 'MOD', 'DEL']

/** Add, modify or delete a group (OpenFlow 1.3.5 §7.3.4.2). */
export const groupMod = messageKind({
  name: 'groupMod',
  ofp: 'OFPT_GROUP_MOD',
  wire: { type: 15 },
  body: struct({
    command: enumOf(u16, GroupModCommand),
    groupType: enumOf(u8, GroupType),
    pad: pad(1),
    groupId: u32,
    buckets,
  }),
  text: (body) =>
    `\n ${commandTexts[body.command] ?? `command:${body.command}`} group_id=${body.groupId}` +
    `,type=${groupTypeText(body.groupType)}${formatBuckets(body.groupType, body.buckets)}`,
})
