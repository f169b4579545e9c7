import t from 'tap'
import { parseActions } from '../../controller/openflow/index.ts'
import { arpRequestFrame, echoFrame, parsePacket, udpFrame } from '../../controller/packet/index.ts'
import { formatTrace, simSwitch, type TestSwitch } from '../../topology/sim/index.ts'
import { Client } from './support/client.ts'

const link = { src: '00:00:00:00:00:01', dst: '00:00:00:00:00:02' }
const network = { src: '10.0.0.1', dst: '10.0.0.2' }
const udp = udpFrame(link, network, { src: 1000, dst: 53 })

const portsOf = (sw: TestSwitch, port: number, frame = udp): readonly number[] =>
  sw
    .inject(port, frame)
    .outputs.map((output) => output.port)
    .toSorted((a, b) => a - b)

t.test('a trace says which flows a packet met, what they did, and why nothing came out', async (t) => {
  const sw = simSwitch({ ports: [1, 2] })
  sw.addFlow('priority=9,in_port=1,udp,actions=set_field:5->reg0,resubmit(,1)')
  sw.addFlow('table=1,reg0=5,actions=output:1,output:7,goto_table:2')
  const { outputs, trace } = sw.inject(1, udp)
  t.same(outputs, [])
  t.match(trace, [
    { table: 0, depth: 0, flow: /^priority=9,udp,in_port=1 actions=/ },
    {
      table: 1,
      depth: 1,
      actions: [/output:1 \(not back to the input port\)/, /output:7 \(no such port\)/, 'goto_table:2'],
    },
    { table: 2, depth: 2, flow: 'no match', actions: [] },
  ])
  t.match(formatTrace(trace).split('\n'), { 0: /^0\. priority=9/, 3: /^ {2}1\. table=1/, 7: /^ {4}2\. no match$/ })
})

t.test('flows count the packets that they take', async (t) => {
  const sw = simSwitch({ ports: [1, 2] })
  sw.addFlow('udp,actions=output:2')
  sw.inject(1, udp)
  sw.inject(1, udp)
  sw.inject(1, echoFrame(link, network))
  t.same(sw.flows(), [{ text: 'udp actions=output:2', packets: 2 }])
})

t.test('a flow that cannot work is refused by name', async (t) => {
  const sw = simSwitch({ flowsPerTable: 1, groupLimit: 1 })
  t.throws(() => sw.addFlow('actions=group:5'), /OFPBAC_BAD_OUT_GROUP/)
  t.throws(() => sw.addFlow('actions=nonsense'), /no such action/)
  sw.addFlow('udp,actions=drop')
  t.throws(() => sw.addFlow('tcp,actions=drop'), /OFPFMFC_TABLE_FULL/)
  sw.addGroup('group_id=1,type=all')
  t.throws(() => sw.addGroup('group_id=2,type=all'), /OFPGMFC_OUT_OF_GROUPS/)
  t.throws(() => sw.addGroup('group_id=1,type=all,bucket=actions=group:1'), /OFPGMFC_LOOP/)
})

t.test('time moves when the test moves it: idle flows go after their last packet, others at their end', async (t) => {
  const sw = simSwitch({ ports: [1, 2] })
  sw.addFlow('idle_timeout=10,udp,actions=output:2')
  sw.addFlow('hard_timeout=12,priority=1,actions=drop')
  sw.clock.advance(9000)
  sw.inject(1, udp)
  sw.clock.advance(2000)
  t.equal(sw.flows().length, 2)
  sw.clock.advance(1000)
  t.match(sw.flows(), [{ text: /udp/ }])
  sw.clock.advance(7000)
  t.same(sw.flows(), [])
})

t.test('NORMAL floods what it does not know, then goes straight; a port that goes down is forgotten', async (t) => {
  const sw = simSwitch({ ports: [1, 2, 3] })
  sw.addFlow('actions=normal')
  const answer = udpFrame({ src: link.dst, dst: link.src }, network, { src: 53, dst: 1000 })
  t.same(portsOf(sw, 1, arpRequestFrame({ mac: link.src, ip: network.src }, network.dst)), [2, 3])
  t.same(portsOf(sw, 2, answer), [1])
  t.same(portsOf(sw, 1), [2])
  sw.sw.setLink(2, false)
  t.same(portsOf(sw, 1), [2, 3], 'unknown again')
  sw.sw.setLink(2, true)
  t.same(portsOf(sw, 2, answer), [1])
})

t.test('a select group shares connections by weight and keeps each direction pair together', async (t) => {
  const sw = simSwitch({ ports: [1, 2, 3] })
  sw.addGroup('group_id=1,type=select,bucket=weight:30,actions=output:2,bucket=weight:10,actions=output:3')
  sw.addFlow('actions=group:1')
  const counts = new Map<number, number>()
  for (let port = 1; port <= 1000; port++) {
    const [out = 0] = portsOf(sw, 1, udpFrame(link, network, { src: port, dst: 53 }))
    const back = udpFrame(
      { src: link.dst, dst: link.src },
      { src: network.dst, dst: network.src },
      { src: 53, dst: port },
    )
    if (port <= 50) t.same(portsOf(sw, 1, back), [out])
    counts.set(out, (counts.get(out) ?? 0) + 1)
  }
  const first = counts.get(2) ?? 0
  t.equal(first > 680 && first < 820, true, `${first} of 1000 go to the bucket with three quarters of the weight`)
  sw.sw.setLink(2, false)
  sw.addGroup('group_id=1,type=select,bucket=watch_port:2,weight:30,actions=output:2,bucket=actions=output:3')
  t.same(portsOf(sw, 1), [3], 'a dead bucket gets none')
})

t.test('a meter lets its rate through and drops the rest', async (t) => {
  const sw = simSwitch({ ports: [1, 2] })
  sw.addMeter('meter=1,pktps,burst,bands=type=drop,rate=10,burst_size=5')
  sw.addFlow('actions=meter:1,output:2')
  const burst = (): number => Array.from({ length: 20 }, () => portsOf(sw, 1).length).reduce((sum, one) => sum + one, 0)
  t.equal(burst(), 5)
  sw.clock.advance(300)
  t.equal(burst(), 3)
  sw.clock.advance(10_000)
  t.equal(burst(), 5)
})

t.test('a tunnel port gives what the flows said of the tunnel', async (t) => {
  const sw = simSwitch({ ports: [1, { number: 9, name: 'vxlan0', tunnel: true }] })
  sw.addFlow('actions=set_field:100->tun_id,set_field:192.0.2.7->tun_dst,output:9')
  t.match(sw.inject(1, udp).outputs, [{ port: 9, tunnel: { id: 100n, dst: 0xc0000207 } }])
})

t.test('a learned flow ends when it is idle, and lives as long as packets teach it', async (t) => {
  const sw = simSwitch({ ports: [1, 2, 3] })
  sw.addFlow(
    'priority=1,actions=learn(table=1,idle_timeout=10,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[]),resubmit(,1)',
  )
  sw.addFlow('table=1,priority=0,actions=flood')
  const answer = udpFrame({ src: link.dst, dst: link.src }, network, { src: 53, dst: 1000 })
  t.same(portsOf(sw, 1), [2, 3])
  t.same(portsOf(sw, 2, answer), [1])
  sw.clock.advance(9000)
  t.same(portsOf(sw, 1), [2])
  sw.clock.advance(9000)
  t.same(portsOf(sw, 2, answer), [1], 'taught again nine seconds ago')
  sw.clock.advance(20_000)
  t.same(portsOf(sw, 2, answer), [1, 3])
})

t.test('a source address that is shared runs out of ports, and then the packet is invalid', async (t) => {
  const sw = simSwitch({ ports: [1, 2] })
  sw.addFlow('table=0,ip,actions=ct(commit,table=1,zone=1,nat(src=192.0.2.1:7-8))')
  sw.addFlow('table=1,ct_state=+inv,actions=drop')
  sw.addFlow('table=1,ct_state=-inv,actions=output:2')
  const through = (src: number): number | undefined => {
    const [out] = sw.inject(1, udpFrame(link, network, { src, dst: 53 })).outputs
    return out && parsePacket(out.frame).udp?.src
  }
  t.same([through(100), through(200), through(300)].toSorted(), [7, 8, undefined])
  sw.clock.advance(61_000)
  t.ok(through(300), 'after the first connections have timed out')
})

t.test('with buffers a packet-in is cut, and the packet waits for what the controller says', async (t) => {
  const left: number[] = []
  const sw = simSwitch({ ports: [1, 2], nBuffers: 2, onOutput: ({ frame }) => left.push(frame.length) })
  const client = new Client(sw.connect())
  await client.barrier()
  sw.addFlow('priority=0,actions=controller:20')
  sw.inject(1, udp)
  await client.barrier()
  const [packet] = client.taken('packetIn')
  t.match(packet, { reason: 0, totalLen: 42, data: { length: 20 } })
  const bufferId = packet?.bufferId ?? 0
  const actions = parseActions('output:2')
  const out = { type: 'packetOut', bufferId, inPort: 1, actions, data: new Uint8Array() } as const
  t.same(await client.outcomes([out, out]), ['ok', 'OFPBRC_BUFFER_UNKNOWN'])
  t.same(left, [42], 'the whole packet left, once')
  client.close()
})

t.test('ports that come, go and change are told', async (t) => {
  const sw = simSwitch({ ports: [1] })
  const client = new Client(sw.connect())
  await client.barrier()
  sw.sw.addPort({ number: 5, name: 'eth5' })
  sw.sw.setLink(5, false)
  sw.sw.removePort(5)
  await client.barrier()
  t.match(client.taken('portStatus'), [
    { reason: 0, desc: { portNo: 5, name: 'eth5', state: 4 } },
    { reason: 2, desc: { portNo: 5, state: 1 } },
    { reason: 1, desc: { portNo: 5 } },
  ])
  const [desc] = (await client.get({ type: 'portDescRequest', flags: 0 }, 'portDescReply')).ports
  const down = { type: 'portMod', portNo: 1, hwAddr: desc?.hwAddr ?? 0, config: 1, mask: 1, advertise: 0 } as const
  t.equal(await client.outcome(down), 'ok')
  t.match(client.taken('portStatus'), [{ reason: 2, desc: { config: 1 } }])
  client.close()
})

t.test('bytes that are no OpenFlow do not hurt other controllers of the switch', async (t) => {
  const sw = simSwitch({ ports: [1] })
  const good = new Client(sw.connect())
  const bad = sw.connect()
  bad.on('data', () => {})
  bad.write(new Uint8Array(200).fill(0xff))
  const other = new Client(sw.connect())
  t.match(await good.get({ type: 'featuresRequest' }, 'featuresReply'), { nTables: 254 })
  t.match(await other.get({ type: 'featuresRequest' }, 'featuresReply'), { nTables: 254 })
  sw.sw.close()
})
