import t, { type Test } from 'tap'
import {
  encodeMessage,
  formatGroup,
  Group,
  type GroupMod,
  GroupModCommand,
  GroupType,
  Port,
  parseActions,
  parseGroupMod,
  TextSyntaxError,
} from '../../controller/openflow/index.ts'

const { ADD, MODIFY, DELETE } = GroupModCommand

const bucket = { weight: 0, watchPort: Port.ANY, watchGroup: Group.ANY, actions: parseActions('output:1') } as const

const group: GroupMod = {
  type: 'groupMod',
  xid: 0,
  command: ADD,
  groupType: GroupType.ALL,
  groupId: 1,
  buckets: [bucket, { ...bucket, actions: parseActions('output:2') }],
}

t.test('a group is parsed as ovs-ofctl parses it', (t) => {
  t.same(parseGroupMod('group_id=1,type=all,bucket=output:1,bucket=output:2'), group)
  t.same(parseGroupMod('group_id=1 type=all bucket=actions=output:1 bucket=actions=output:2'), group)
  t.same(parseGroupMod('group_id=1,type=all,buckets=output:1,bucket=output:2', MODIFY), { ...group, command: MODIFY })
  t.same(
    parseGroupMod('group_id=1,type=select,bucket=weight:10,output:1,bucket=weight=5,actions=output:1,bucket=output:1')
      .buckets,
    [
      { ...bucket, weight: 10 },
      { ...bucket, weight: 5 },
      { ...bucket, weight: 1 },
    ],
    'a bucket of a select group has the weight 1 unless it says another',
  )
  t.same(parseGroupMod('group_id=1,type=ff,bucket=watch_port:3,watch_group:4,output:1').buckets, [
    { ...bucket, watchPort: 3, watchGroup: 4 },
  ])
  t.same(
    parseGroupMod('group_id=1,type=indirect,bucket=set_field:0x5->reg0,clone(output:1,output:2)').buckets[0]?.actions,
    parseActions('set_field:0x5->reg0,clone(output:1,output:2)'),
  )
  t.same(parseGroupMod('group_id=1,type=all').buckets, [])
  t.same(parseGroupMod('group_id=1,type=all,bucket=drop').buckets, [{ ...bucket, actions: [] }])
  t.same(parseGroupMod('group_id=1,type=fast_failover').groupType, GroupType.FAST_FAILOVER)
  t.end()
})

t.test('a deletion names one group, or all', (t) => {
  t.match(parseGroupMod('group_id=7', DELETE), { groupId: 7, buckets: [] })
  t.match(parseGroupMod('group_id=all', DELETE), { groupId: Group.ALL })
  t.match(parseGroupMod('', DELETE), { groupId: Group.ALL })
  t.end()
})

t.test('a group prints as what its command takes', (t) => {
  t.equal(formatGroup(group), 'group_id=1,type=all,bucket=actions=output:1,bucket=actions=output:2')
  const select = {
    ...group,
    groupType: GroupType.SELECT,
    buckets: [
      { ...bucket, weight: 10 },
      { ...bucket, weight: 1 },
    ],
  }
  t.equal(formatGroup(select), 'group_id=1,type=select,bucket=weight:10,actions=output:1,bucket=actions=output:1')
  const failover = {
    ...group,
    groupType: GroupType.FAST_FAILOVER,
    buckets: [
      { ...bucket, watchPort: 3 },
      { ...bucket, watchGroup: 4 },
    ],
  }
  t.equal(
    formatGroup(failover),
    'group_id=1,type=ff,bucket=watch_port:3,actions=output:1,bucket=watch_group:4,actions=output:1',
  )
  t.equal(formatGroup({ ...group, buckets: [] }), 'group_id=1,type=all')
  t.equal(formatGroup({ ...group, command: DELETE }), 'group_id=1')
  t.equal(formatGroup({ ...group, command: DELETE, groupId: Group.ALL }), '')
  for (const one of [group, select, failover]) {
    t.same(encodeMessage(parseGroupMod(formatGroup(one))), encodeMessage(one), 'and parses to the same')
  }
  t.end()
})

const refuses = (t: Test, text: string, at: string, command?: number): void => {
  try {
    parseGroupMod(text, command)
    t.fail(`${text} was taken`)
  } catch (error) {
    t.ok(error instanceof TextSyntaxError, `${text}: ${(error as Error).message}`)
    t.equal((error as TextSyntaxError).at, at, text)
  }
}

t.test('what is wrong with a group is named', (t) => {
  refuses(t, 'type=all', 'type=all')
  refuses(t, 'group_id=1', 'group_id=1')
  refuses(t, 'group_id=x,type=all', 'x')
  refuses(t, 'group_id=-1,type=all', '-1')
  refuses(t, 'group_id=4294967296,type=all', '4294967296')
  refuses(t, 'group_id=1,type=any', 'any')
  refuses(t, 'group_id=1,type=all,foo=3', 'foo=3')
  refuses(t, 'group_id=1,type=all,bucket=nosuch', 'nosuch')
  refuses(t, 'group_id=1,type=select,bucket=weight:70000,output:1', '70000')
  refuses(t, 'group_id=1,type=select,bucket=weight:x,output:1', 'x')
  refuses(t, 'group_id=1,type=ff,bucket=watch_port:nowhere,output:1', 'nowhere')
  refuses(t, 'group_id=1,type=all,bucket=output:1,bucket=set_field:5', '5')
  refuses(t, 'group_id=1,type=all,bucket=clone(output:1', 'clone(output:1')
  refuses(t, 'nosuch=1', 'nosuch=1', DELETE)
  t.end()
})
