import { parseFlowMod, parseGroupMod } from '../../../controller/openflow/index.ts'
import { parsePacket, udpFrame } from '../../../controller/packet/index.ts'
import { type Behaviour, dump, eventually, program, punted, send, told } from './lab.ts'

const link = { src: '00:00:00:00:00:01', dst: '00:00:00:00:00:02' }
const frameOf = (src: number): Uint8Array => udpFrame(link, { src: '10.0.0.1', dst: '10.0.0.2' }, { src, dst: 53 })

const all: Behaviour = {
  title: 'a group of type all gives each bucket a packet of its own, as it came to the group',
  async run(t, lab) {
    await program(
      t,
      lab,
      'group_id=1,type=all,bucket=actions=set_field:1->reg1,set_field:00:00:00:00:00:09->eth_dst,controller,bucket=actions=set_field:2->reg2,controller',
      'udp,actions=load:7->NXM_NX_REG0[],group:1,controller',
    )
    const packets = await punted(lab, frameOf(1), 3)
    t.same(
      packets.map((packet) => [
        parsePacket(packet.data).eth?.dst,
        ...['reg0', 'reg1', 'reg2'].map((reg) => told(packet, reg)),
      ]),
      [
        [9, 7, 1, undefined],
        [2, 7, undefined, 2],
        [2, 7, undefined, undefined],
      ],
    )
  },
}

const failover: Behaviour = {
  title: 'a fast failover group takes the first bucket whose port or group is alive',
  async run(t, lab) {
    await program(
      t,
      lab,
      'group_id=1,type=ff,bucket=watch_port:99,actions=set_field:1->reg1,controller,bucket=watch_port:2,actions=set_field:2->reg1,controller',
      'group_id=2,type=ff,bucket=watch_group:3,actions=set_field:1->reg1,controller,bucket=watch_group:1,actions=set_field:5->reg1,controller',
      'in_port=1,actions=group:1',
      'in_port=2,actions=group:2',
    )
    t.equal(told((await punted(lab, frameOf(1)))[0], 'reg1'), 2)
    t.equal(told((await punted(lab, frameOf(1), 1, 2))[0], 'reg1'), 5)
  },
}

const selection: Behaviour = {
  title: 'a select group keeps a connection on one bucket, and none on one of weight zero',
  async run(t, lab) {
    const bucket = (n: number, weight: number): string =>
      `bucket=weight:${weight},actions=set_field:${n}->reg1,controller`
    await program(
      t,
      lab,
      `group_id=1,type=select,${bucket(1, 10)},${bucket(2, 10)},${bucket(3, 0)}`,
      'udp,actions=group:1',
    )
    const chosen = new Map<number, unknown>()
    for (let port = 1000; port < 1040; port++) {
      const first = told((await punted(lab, frameOf(port)))[0], 'reg1')
      chosen.set(port, first)
      if (port % 10 === 0) t.equal(told((await punted(lab, frameOf(port)))[0], 'reg1'), first, `port ${port} again`)
    }
    t.notOk([...chosen.values()].includes(3), 'weight zero')
  },
}

const chains: Behaviour = {
  title: 'groups lead to groups; one that is deleted takes the flows to it along',
  async run(t, lab) {
    await program(
      t,
      lab,
      'group_id=2,type=indirect,bucket=actions=set_field:4->reg1,controller',
      'group_id=1,type=all,bucket=actions=group:2,bucket=actions=group:2',
      'cookie=1,send_flow_rem,udp,actions=group:1',
      'cookie=2,tcp,actions=drop',
    )
    t.equal((await punted(lab, frameOf(1), 2)).length, 2)
    await lab.client.ask(parseGroupMod('group_id=1,type=all', 2))
    t.match(await dump(lab), [/^cookie=0x2/])
    t.match(await eventually(() => lab.client.taken('flowRemoved')[0]), { cookie: 1n, reason: 3 })
  },
}

const counting: Behaviour = {
  title: 'groups and their buckets count packets; descriptions give them back as they were',
  async run(t, lab) {
    const { client } = lab
    await program(t, lab, 'group_id=1,type=all,bucket=actions=output:2,bucket=actions=output:3', 'udp,actions=group:1')
    await send(client, frameOf(1))
    const desc = await client.get({ type: 'groupDescRequest', flags: 0 }, 'groupDescReply')
    t.match(desc.groups, [
      { groupId: 1, groupType: 0, buckets: [{ actions: [{ port: 2 }] }, { actions: [{ port: 3 }] }] },
    ])
    const stats = await client.get({ type: 'groupStatsRequest', flags: 0, groupId: 1 }, 'groupStatsReply')
    t.match(stats.groups, [{ groupId: 1, refCount: 1, buckets: { length: 2 } }])
    const table = await client.get({ type: 'aggregateStatsRequest', flags: 0, ...requestAll }, 'aggregateStatsReply')
    t.match(table, { flowCount: 1, packetCount: 1n, byteCount: 42n })
  },
}

const { tableId, outPort, outGroup, cookie, cookieMask, match } = parseFlowMod('', 3)
const requestAll = { tableId, outPort, outGroup, cookie, cookieMask, match }

export const groupBehaviours: readonly Behaviour[] = [all, failover, selection, chains, counting]
