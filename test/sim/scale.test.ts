import { duplexPair } from 'node:stream'
import t from 'tap'
import { Oxm, parseFlowMod } from '../../controller/openflow/index.ts'
import { udpFrame } from '../../controller/packet/index.ts'
import { type Mod, SimSwitch, simSwitch } from '../../topology/sim/index.ts'
import { liveBytes } from '../support/heap.ts'
import { processorTime } from '../support/processor.ts'
import { Client } from './support/client.ts'

t.test('an idle switch with its connection takes little memory', async (t) => {
  const count = 1000
  const make = (dpid: number) => {
    const sw = new SimSwitch({ dpid: BigInt(dpid), ports: [1, 2, 3, 4] })
    const [ours, theirs] = duplexPair()
    sw.connect(ours)
    return { sw, theirs }
  }
  const first = make(0)
  const before = liveBytes()
  const switches = [first, ...Array.from({ length: count }, (_, index) => make(index + 1))]
  await new Promise((resolve) => setTimeout(resolve, 50))
  const each = (liveBytes() - before) / count / 1024
  t.equal(each < 20, true, `${each.toFixed(1)} KB each, both ends of the connection counted`)
  for (const { sw } of switches) sw.close()
})

const link = { src: '00:00:00:00:00:01', dst: '00:00:00:00:00:02' }
const flowCount = 100_000

const template = parseFlowMod('table=0,priority=10,ip,nw_dst=10.0.0.0,actions=output:2')

/** The same flow for another address. */
const flowFor = (address: number): Mod => ({
  ...template,
  match: template.match.map((oxm) => (oxm.field.key === 'ipv4Dst' ? new Oxm(oxm.code, address) : oxm)),
})

t.test('a table of 100,000 flows is looked up as fast as a small one', async (t) => {
  const sw = simSwitch({ ports: [1, 2] })
  const base = 0x0a000000
  for (let index = 0; index < flowCount; index++) sw.apply(flowFor(base + index))
  sw.addFlow('table=0,priority=5,ip,nw_dst=10.0.0.0/8,actions=drop')
  sw.addFlow('table=0,priority=20,udp,udp_dst=99,actions=drop')
  const frames = Array.from({ length: 1000 }, (_, index) =>
    udpFrame(link, { src: '192.0.2.1', dst: base + index * 97 }, { src: 1, dst: 2 }),
  )
  const start = processorTime()
  let left = 0
  for (let round = 0; round < 20; round++) for (const frame of frames) left += sw.sw.receive(1, frame).outputs.length
  const perSecond = (20 * frames.length) / ((processorTime() - start) / 1000)
  t.equal(left, 20_000)
  t.equal(perSecond > 20_000, true, `${Math.round(perSecond)} packets a second`)
  sw.delFlows('ip,nw_dst=10.0.0.0/16')
  t.equal(sw.flows().length, flowCount - 65536 + 2)
})

t.test('the flows of a large table come in many parts, each once', async (t) => {
  const sw = simSwitch({ ports: [1, 2] })
  for (let index = 0; index < 5000; index++) sw.apply(flowFor(index))
  const client = new Client(sw.connect())
  const { tableId, match, outPort, outGroup, cookie, cookieMask } = parseFlowMod('', 3)
  const request = { type: 'flowStatsRequest', flags: 0, tableId, match, outPort, outGroup, cookie, cookieMask } as const
  const { flows } = await client.get(request, 'flowStatsReply')
  t.equal(new Set(flows.map((flow) => flow.match.find(({ field }) => field.key === 'ipv4Dst')?.value)).size, 5000)
  client.close()
})
