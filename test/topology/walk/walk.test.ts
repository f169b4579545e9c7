import t from 'tap'
import { describeFrame, journey, question, replyJourney, type Verdict, Walker } from '../../../topology/walk/index.ts'
import { ask, askTcp, flow, TestWorld, towards } from './world.ts'

/** Two hosts; `a1` and `a2` on the first, `b1` on the second, all of one network. */
const world = (): TestWorld =>
  new TestWorld()
    .host('A', '192.0.2.1', { vxlan: 100 })
    .host('B', '192.0.2.2', { vxlan: 200 })
    .port('a1', 'A', 1, '10.0.0.1')
    .port('a2', 'A', 2, '10.0.0.2')
    .port('b1', 'B', 1, '10.0.0.3')

const there = { a1: '02:00:00:00:00:01', a2: '02:00:00:00:00:02', b1: '02:00:00:00:00:03' } as const

/** Flows that switch by MAC over one tunnel, and flood ARP. */
const switched = (): TestWorld =>
  world()
    .holds('A', flow('base', 'classify', '', 'table=0,priority=1,actions=goto_table:5'))
    .holds('A', flow('base', 'port', 'a1', `table=5,dl_dst=${there.a1},actions=output:1`))
    .holds('A', flow('base', 'port', 'a2', `table=5,dl_dst=${there.a2},actions=output:2`))
    .holds(
      'A',
      flow(
        'base',
        'port',
        'b1',
        `table=5,dl_dst=${there.b1},actions=set_field:7->tun_id,set_field:192.0.2.2->tun_dst,output:100`,
      ),
    )
    .holds(
      'A',
      flow(
        'base',
        'all',
        '',
        'table=5,priority=9,arp,arp_op=1,actions=output:1,output:2,set_field:7->tun_id,set_field:192.0.2.2->tun_dst,output:100',
      ),
    )
    .holds('A', flow('base', 'rest', '', 'table=5,priority=0,actions=drop', 'nobody there'))
    .holds('B', flow('base', 'arrival', '', `table=0,in_port=200,tun_id=7,tun_src=192.0.2.1,actions=output:1`))
    .holds(
      'B',
      flow('base', 'away', '', `table=0,in_port=1,actions=set_field:7->tun_id,set_field:192.0.2.1->tun_dst,output:200`),
    )

const told = ({ is, ...rest }: Verdict): object => {
  const { host, port, drop, why } = rest as Record<string, unknown>
  return {
    is,
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
    ...(drop === undefined ? {} : { drop }),
    ...(typeof why === 'string' ? { why } : {}),
  }
}

t.test('a packet to the same host, and to another through a tunnel, with the answers', async (t) => {
  const walker = new Walker(switched())
  for (const [to, host] of [
    ['a2', 'A'],
    ['b1', 'B'],
  ] as const) {
    const found = await journey(walker, ...towards(walker, 'a1', to), askTcp)
    t.same(told(found.verdict), { is: 'delivered', host, port: to })
    t.equal(found.question?.mac, there[to], 'who has the address was asked of all')
  }
  const found = await journey(walker, ...towards(walker, 'a1', 'b1'), askTcp)
  t.same(
    found.walk.visits.map(({ place }) => place),
    [
      { host: 'A', ofport: 1 },
      { host: 'B', ofport: 200, tunnel: { from: 'A', type: 'vxlan', vni: 7 } },
    ],
  )
  t.match(found.walk.visits[0]?.steps, [
    { table: 0, maker: { app: 'base', rule: 'classify' } },
    { table: 5, maker: { rule: 'port', object: 'b1' } },
  ])
})

t.test('only hosts that a packet comes to are read, each once', async (t) => {
  const net = switched()
  const walker = new Walker(net)
  await journey(walker, ...towards(walker, 'a1', 'a2'), { ...ask, protocol: 'icmp' })
  await journey(walker, ...towards(walker, 'a1', 'a2'), askTcp)
  t.same(net.reads, ['A', 'B'], 'the question who has it went to both')
})

t.test('a drop is told by its name, its flow and who made it', async (t) => {
  const walker = new Walker(switched())
  const [from, source] = towards(walker, 'a1', 'a2')
  const to = { address: '10.0.0.9', mac: '02:00:00:00:00:09', port: undefined }
  const { verdict } = await journey(walker, from, source, to, askTcp)
  t.match(verdict, { is: 'dropped', host: 'A', drop: 'nobody there', step: { table: 5, maker: { rule: 'rest' } } })
})

t.test('what is lost is told with the reason', async (t) => {
  const lost = async (net: TestWorld): Promise<object> => {
    const walker = new Walker(net)
    const [from, source] = towards(walker, 'a1', 'b1')
    return told(
      (await journey(walker, from, source, { address: '10.0.0.3', mac: there.b1, port: 'b1' }, askTcp)).verdict,
    )
  }
  const away = (address: string, port = 100) =>
    flow('x', 'y', '', `actions=set_field:7->tun_id,set_field:${address}->tun_dst,output:${port}`)
  t.same(await lost(world()), { is: 'lost', host: 'A', why: 'no flow of table 0 matches' })
  t.same(await lost(world().holds('A', away('192.0.2.9'))), {
    ...{ is: 'lost', host: 'A', why: 'no host has the address that the tunnel leads to' },
  })
  t.same(await lost(world().holds('A', away('192.0.2.2')).fails('B', 'B is away')), {
    is: 'lost',
    host: 'B',
    why: 'B is away',
  })
  t.same(await lost(world().holds('A', flow('x', 'y', '', 'actions=output:77'))), {
    ...{ is: 'lost', host: 'A', why: 'output:77 (no such port)' },
  })
  t.match(await lost(world().holds('A', flow('x', 'y', '', 'actions=output:1'))), { why: /not back to the input port/ })
})

t.test('a packet that nobody answers for is never sent, and why is told', async (t) => {
  const net = world().holds('A', flow('base', 'rest', '', 'actions=drop', 'all of it'))
  const walker = new Walker(net)
  const found = await journey(walker, ...towards(walker, 'a1', 'b1'), askTcp)
  t.match(found.verdict, { is: 'unresolved', address: '10.0.0.3', why: { is: 'dropped', drop: 'all of it' } })
  t.equal(found.frame, undefined)
  t.equal(await replyJourney(walker, found, towards(walker, 'a1', 'b1')[0]), undefined)
})

t.test('a question that a flow answers gives the Ethernet address that it tells', async (t) => {
  const answer = [
    'move:eth_src->eth_dst,set_field:02:00:00:00:00:77->eth_src,set_field:2->arp_op,move:arp_sha->arp_tha',
    'move:arp_spa->arp_tpa,set_field:02:00:00:00:00:77->arp_sha,set_field:10.0.0.254->arp_spa,in_port',
  ].join()
  const net = world().holds('A', flow('gate', 'way', '', `arp,arp_op=1,arp_tpa=10.0.0.254,actions=${answer}`))
  const walker = new Walker(net)
  const [from] = towards(walker, 'a1', 'b1')
  const asked = await question(walker, from, '10.0.0.254')
  t.equal(asked.mac, '02:00:00:00:00:77')
  t.match(asked.verdict, { is: 'answered', host: 'A', step: { maker: { app: 'gate' } } })
})

t.test('connections are followed: the answer is let in that nobody else would be', async (t) => {
  const firewall = switched()
    .holds('A', flow('fw', 'track', '', 'table=0,priority=10,tcp,actions=ct(table=1)'))
    .holds('A', flow('fw', 'out', '', 'table=1,tcp,in_port=1,ct_state=+trk+new,actions=ct(commit),goto_table:5'))
    .holds('A', flow('fw', 'answers', '', 'table=1,tcp,ct_state=+trk+est+rpl,actions=goto_table:5'))
    .holds('A', flow('fw', 'rest', '', 'table=1,priority=0,actions=drop', 'nobody asked'))
  const walker = new Walker(firewall)
  const out = await journey(walker, ...towards(walker, 'a1', 'b1'), askTcp)
  const answer = await replyJourney(walker, out, towards(walker, 'a1', 'b1')[0])
  t.match(out.verdict, { is: 'delivered', port: 'b1' })
  t.match(answer?.verdict, { is: 'delivered', port: 'a1' })
  t.equal(describeFrame(answer?.frame ?? new Uint8Array()), 'tcp 10.0.0.3:80 > 10.0.0.1:40000')
  const uninvited = await journey(new Walker(firewall), ...towards(walker, 'b1', 'a1'), askTcp)
  t.match(uninvited.verdict, { is: 'dropped', host: 'A', drop: 'nobody asked', step: { maker: { app: 'fw' } } })
})

t.test('groups and meters of the switch are used; a packet for the controller is told with its flow', async (t) => {
  const net = switched()
    .also('A', 'groups', 'group_id=1,type=all,bucket=actions=output:2,bucket=actions=controller')
    .also('A', 'meters', 'meter=1,kbps,bands=type=drop,rate=1000')
    .holds('A', flow('copy', 'both', '', 'priority=20,udp,actions=meter:1,group:1'))
    .holds('A', flow('ask', 'punt', '', 'priority=20,icmp,actions=controller'))
  const walker = new Walker(net)
  const [from, source, to] = towards(walker, 'a1', 'a2')
  t.match((await journey(walker, from, source, to, { ...ask, protocol: 'udp' })).verdict, {
    is: 'delivered',
    port: 'a2',
  })
  t.match((await journey(walker, from, source, to, { ...ask, protocol: 'icmp' })).verdict, {
    ...{ is: 'punted', host: 'A', step: { maker: { app: 'ask', rule: 'punt' } } },
  })
})

t.test('a packet is as long as asked, and lost where a tunnel takes shorter ones only', async (t) => {
  const net = Object.assign(switched(), { room: () => 1000 })
  const send = async (size: number) => {
    const walker = new Walker(net)
    const found = await journey(walker, ...towards(walker, 'a1', 'b1'), { ...ask, size })
    return { length: found.frame?.length, verdict: told(found.verdict) }
  }
  t.match(await send(1000), { length: 1014, verdict: { is: 'delivered', port: 'b1' } })
  t.match(await send(1001), {
    length: 1015,
    verdict: { is: 'lost', host: 'A', why: /^1001 bytes do not fit .* at most 1000/ },
  })
})

t.test('what the simulated switch does not take is told, and the rest is followed', async (t) => {
  const net = switched().holds('A', flow('odd', 'one', '', 'priority=30,udp,actions=group:99'))
  const walker = new Walker(net)
  const found = await journey(walker, ...towards(walker, 'a1', 'a2'), askTcp)
  t.match(found.verdict, { is: 'delivered' })
  t.match(found.walk.visits[0]?.leftOut, [/group:99.*OFPBAC_BAD_OUT_GROUP/])
})
