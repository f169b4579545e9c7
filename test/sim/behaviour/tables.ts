import { FlowModCommand, parseFlowMod } from '../../../controller/openflow/index.ts'
import { echoFrame, udpFrame } from '../../../controller/packet/index.ts'
import { type Behaviour, dump, eventually, program, punted, send } from './lab.ts'

const link = { src: '00:00:00:00:00:01', dst: '00:00:00:00:00:02' }
const network = { src: '10.0.0.1', dst: '10.0.0.2' }
const udp = udpFrame(link, network, { src: 1000, dst: 53 })
const { MODIFY, MODIFY_STRICT, DELETE, DELETE_STRICT } = FlowModCommand

const modifying: Behaviour = {
  title: 'modifying changes actions of the flows within a match, and leaves cookie, counters and timeouts',
  async run(t, lab) {
    await program(
      t,
      lab,
      'cookie=1,idle_timeout=100,priority=5,ip,nw_dst=10.0.0.0/8,actions=drop',
      'cookie=2,priority=6,udp,nw_dst=10.0.0.2,actions=drop',
      'cookie=3,priority=7,arp,actions=drop',
    )
    await send(lab.client, udp)
    await lab.client.ask(parseFlowMod('cookie=9,ip,nw_dst=10.0.0.0/8,idle_timeout=7,actions=output:2', MODIFY))
    t.same(await dump(lab, 'ip'), [
      'cookie=0x1, table=0, n_packets=0, n_bytes=0, idle_timeout=100, priority=5,ip,nw_dst=10.0.0.0/8 actions=output:2',
      'cookie=0x2, table=0, n_packets=1, n_bytes=42, priority=6,udp,nw_dst=10.0.0.2 actions=output:2',
    ])
    t.match(await dump(lab, 'arp'), [/actions=drop$/])
    await lab.client.ask(parseFlowMod('priority=6,ip,nw_dst=10.0.0.0/8,actions=output:3', MODIFY_STRICT))
    await lab.client.ask(parseFlowMod('priority=5,ip,nw_dst=10.0.0.0/8,actions=output:3', MODIFY_STRICT))
    t.match(await dump(lab, 'ip'), [/priority=5,.*actions=output:3$/, /priority=6,.*actions=output:2$/])
  },
}

const deleting: Behaviour = {
  title: 'deleting takes what is within the match, narrowed by cookie, port and group; strictly, one flow',
  async run(t, lab) {
    const flows = [
      'cookie=0x11,table=1,priority=5,ip,nw_dst=10.0.0.1,actions=output:1',
      'cookie=0x12,table=1,priority=5,ip,nw_dst=10.0.0.2,actions=output:2',
      'cookie=0x21,table=2,priority=5,ip,nw_dst=10.0.0.3,actions=group:1',
      'cookie=0x22,table=2,priority=6,ip,nw_dst=10.0.0.3,actions=output:1',
      'cookie=0x33,table=2,priority=7,arp,actions=write_actions(output:1)',
    ]
    const left = async (text: string, command: number = DELETE): Promise<readonly string[]> => {
      await program(t, lab, 'group_id=1,type=all,bucket=actions=output:4', ...flows)
      await lab.client.ask(parseFlowMod(text, command))
      const cookies = (await dump(lab)).map((line) => line.slice(0, 11))
      await lab.client.askAll([
        parseFlowMod('', DELETE),
        { type: 'groupMod', command: 2, groupId: 1, groupType: 0, buckets: [] },
      ])
      return cookies.map((cookie) => cookie.slice(9))
    }
    t.same(await left(''), [])
    t.same(await left('table=2'), ['11', '12'])
    t.same(await left('cookie=0x10/0xf0'), ['21', '22', '33'])
    t.same(await left('ip,nw_dst=10.0.0.0/30'), ['33'])
    t.same(await left('out_port=1'), ['12', '21'])
    t.same(await left('out_group=1'), ['11', '12', '22', '33'])
    t.same(await left('table=2,priority=5,ip,nw_dst=10.0.0.3', DELETE_STRICT), ['11', '12', '22', '33'])
    t.same(await left('table=2,priority=5,ip', DELETE_STRICT), ['11', '12', '21', '22', '33'])
  },
}

const replacing: Behaviour = {
  title: 'adding the same flow again replaces it, with its counters unless reset_counts is asked for',
  async run(t, lab) {
    const packets = async (): Promise<string | undefined> => /n_packets=\d+/.exec((await dump(lab)).join())?.[0]
    await program(t, lab, 'cookie=1,udp,actions=output:2')
    await send(lab.client, udp)
    await program(t, lab, 'cookie=2,udp,actions=output:3')
    t.match(await dump(lab), [/^cookie=0x2,.*actions=output:3$/])
    t.equal(await packets(), 'n_packets=1')
    await program(t, lab, 'reset_counts,udp,actions=output:3')
    t.equal(await packets(), 'n_packets=0')
  },
}

const removed: Behaviour = {
  title: 'a flow that asks for it is told to be gone: deleted, idle, or at its end',
  async run(t, lab) {
    await program(
      t,
      lab,
      'cookie=1,send_flow_rem,udp,actions=drop',
      'cookie=2,send_flow_rem,idle_timeout=1,arp,actions=drop',
      'cookie=3,send_flow_rem,hard_timeout=1,dl_type=0x1234,actions=drop',
      'cookie=4,send_flow_rem,icmp,actions=drop',
      'cookie=5,tcp,actions=drop',
    )
    await send(lab.client, udp)
    await lab.client.askAll([parseFlowMod('udp', DELETE), parseFlowMod('tcp', DELETE)])
    const all = (): true | undefined =>
      lab.client.events.filter(({ type }) => type === 'flowRemoved').length >= 3 ? true : undefined
    await eventually(all)
    const told = lab.client.taken('flowRemoved').map(({ cookie, reason, packetCount }) => [cookie, reason, packetCount])
    t.same(
      told.toSorted(([a], [b]) => Number((a as bigint) - (b as bigint))),
      [
        [1n, 2, 1n],
        [2n, 0, 0n],
        [3n, 1, 0n],
      ],
    )
  },
}

const misses: Behaviour = {
  title: 'without a flow a packet is dropped; a table-miss flow may send it up',
  async run(t, lab) {
    t.same(await punted(lab, udp, 0), [])
    await program(t, lab, 'cookie=7,priority=0,actions=controller')
    t.match(await punted(lab, udp), [{ tableId: 0, cookie: 7n }])
    await program(t, lab, 'cookie=8,priority=1,udp,actions=goto_table:3', 'cookie=9,table=3,actions=controller')
    t.match(await punted(lab, udp), [{ tableId: 3, cookie: 9n }])
    t.match(await punted(lab, echoFrame(link, network)), [{ cookie: 7n }])
  },
}

const conjunctions: Behaviour = {
  title: 'a conjunctive match holds when each of its clauses has a flow that matches',
  async run(t, lab) {
    await program(
      t,
      lab,
      'priority=10,ip,nw_src=10.0.0.1,actions=conjunction(5,1/2)',
      'priority=10,ip,nw_src=10.0.0.3,actions=conjunction(5,1/2)',
      'priority=10,udp,udp_dst=53,actions=conjunction(5,2/2)',
      'cookie=5,priority=10,conj_id=5,ip,actions=controller',
      'cookie=1,priority=1,actions=controller',
    )
    const cookieFor = async (src: string, dst: number): Promise<bigint | undefined> => {
      const frame = udpFrame(link, { ...network, src }, { src: 1, dst })
      return (await punted(lab, frame))[0]?.cookie
    }
    t.equal(await cookieFor('10.0.0.1', 53), 5n)
    t.equal(await cookieFor('10.0.0.3', 53), 5n)
    t.equal(await cookieFor('10.0.0.1', 54), 1n)
    t.equal(await cookieFor('10.0.0.2', 53), 1n)
  },
}

const learning: Behaviour = {
  title: 'a learned flow takes the answers, and lives in its table',
  async run(t, lab) {
    await program(
      t,
      lab,
      'table=0,actions=learn(table=1,priority=9,cookie=0x77,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],load:NXM_OF_IN_PORT[]->NXM_NX_REG3[0..15]),resubmit(,1)',
      'table=1,priority=1,actions=drop',
    )
    await send(lab.client, udp, 2)
    const wanted =
      'cookie=0x77, table=1, n_packets=0, n_bytes=0, priority=9,dl_dst=00:00:00:00:00:01 actions=load:0x2->NXM_NX_REG3[0..15]'
    const found = await (async () => {
      for (let tries = 0; tries < 1000; tries++) {
        const flows = await dump(lab, 'table=1,cookie=0x77/-1')
        if (flows.length > 0) return flows
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      return []
    })()
    t.same(found, [wanted])
  },
}

export const tableBehaviours: readonly Behaviour[] = [
  modifying,
  deleting,
  replacing,
  removed,
  misses,
  conjunctions,
  learning,
]
