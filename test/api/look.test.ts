import t from 'tap'
import { formatMac } from '../../controller/index.ts'
import { parseFlowMod } from '../../controller/openflow/index.ts'
import { together } from '../../topology/sim/journal.ts'
import { until } from '../engine/lab.ts'
import { ApiLab, appText, folderFor, LOCAL, writeApp } from './lab.ts'

const dpid = 0xabcn
const name = '0000000000000abc'

const settings = { dpid, ports: [1, { number: 2, name: 'eth2' }, { number: LOCAL, name: 'br7' }] }

/** A frame that station 02:..:0a sends to everybody. */
const frame = Uint8Array.from(Buffer.from(`ffffffffffff${'02000000000a'}88b5${'00'.repeat(46)}`, 'hex'))

t.test('shows each switch with its bridge, and whether it holds what it should', async (t) => {
  const lab = await ApiLab.start(t)
  t.same(await lab.get('/v1/switches'), { status: 200, body: [] })
  await lab.host.load({ source: { builtin: 'l2-switch' } }, { remember: false })
  await lab.connect(settings)
  const { body } = await lab.get('/v1/switches')
  t.match(body, [{ dpid: name, bridge: 'br7', inSync: true, ports: 3, flows: 3, meters: 1, foreign: 0, refused: 0 }])
  t.match(body[0].address, /^127\.0\.0\.1:\d+$/)
  t.equal(body[0].capabilities.bundles, true)
  t.same((await lab.get(`/v1/switches?dpid=${name}`)).body, body)
})

t.test('shows the ports of a switch, and which is down', async (t) => {
  const lab = await ApiLab.start(t)
  const sw = await lab.connect(settings)
  sw.setLink(2, false)
  await until('the port is down', async () => (await lab.get('/v1/switch-ports')).body[1].state === 'down')
  const { body } = await lab.get('/v1/switch-ports')
  t.match(body, [
    { dpid: name, port: '1', name: 'p1', state: 'up', mac: formatMac(0x020000000001) },
    { port: '2', name: 'eth2', state: 'down' },
    { port: 'LOCAL', name: 'br7' },
  ])
})

t.test('shows who wants each flow, and what the switch has counted', async (t) => {
  const lab = await ApiLab.start(t)
  await lab.host.load({ source: { builtin: 'l2-switch' } }, { remember: false })
  const sw = await lab.connect(settings)
  sw.receive(1, frame)
  await until('the station is learned', async () => (await lab.get('/v1/flows')).body.total === 5)
  await lab.inSync(sw)
  sw.receive(1, frame)
  const { body } = await lab.get('/v1/flows?counters=true')
  const learned = body.flows.find((flow: { match: string }) => flow.match.includes('in_port'))
  t.match(learned, {
    ...{ dpid: name, table: 0, match: 'in_port=1,dl_src=02:00:00:00:00:0a', actions: 'goto_table:1' },
    ...{ app: 'l2-switch', rule: 'station', idleTimeout: 300, packets: 1 },
  })
  t.match(learned.object, '02:00:00:00:00:0a')
  t.match(learned.cookie, /^0x6865[0-9a-f]{12}$/)
  const first = body.flows.filter(({ table }: { table: number }) => table === 0)
  const passed = first.reduce((sum: number, { packets }: { packets: number }) => sum + packets, 0)
  t.equal(passed, 2, 'each packet passed the first table once')
  t.equal((await lab.get('/v1/flows')).body.flows[0].packets, undefined)
  t.match((await lab.get('/v1/flows?table=1')).body, { total: 2 })
  t.match((await lab.get('/v1/flows?app=other')).body, { total: 0, flows: [] })
  const short = (await lab.get('/v1/flows?limit=1')).body
  t.same([short.total, short.flows.length], [5, 1])
})

t.test('shows meters, and flows of others, which doctor tells apart', async (t) => {
  const lab = await ApiLab.start(t)
  await lab.host.load({ source: { builtin: 'l2-switch' } }, { remember: false })
  const sw = await lab.connect(settings)
  t.match((await lab.get('/v1/meters')).body, [{ app: 'l2-switch', rule: 'punts', text: /^meter=\d+,pktps,burst/ }])
  t.same((await lab.get('/v1/switch-groups')).body, [])
  for (const text of ['table=9,priority=7,ip,actions=drop', 'table=0,priority=8,arp,actions=NORMAL']) {
    together((journal) => sw.apply(parseFlowMod(text), journal))
  }
  await until('both are seen', async () => (await lab.get('/v1/foreign')).body.length === 2)
  t.match((await lab.get('/v1/foreign')).body, [{ table: 9, actions: 'drop' }, { actions: 'NORMAL' }])
  const { body } = await lab.get('/v1/doctor')
  t.match(
    body.filter(({ level }: { level: string }) => level === 'error'),
    [{ bridge: 'br7', mend: "ovs-ofctl -O OpenFlow13 --strict del-flows br7 'table=0,priority=8,arp'" }],
  )
  t.match(
    body.find(({ finding }: { finding: string }) => finding.startsWith('it holds 1 flow')),
    { level: 'note', mend: `heddle get foreign --dpid ${name}` },
  )
})

t.test('tells why a flow is there, by its text, by a line of dump-flows, by its cookie', async (t) => {
  const lab = await ApiLab.start(t)
  await lab.host.load({ source: { builtin: 'l2-switch' } }, { remember: false })
  await lab.connect(settings)
  const why = (flow: string) => lab.get(`/v1/why?dpid=${name}&flow=${encodeURIComponent(flow)}`)
  const { body } = await why('table=1,priority=0')
  t.match(body, [{ is: 'wanted', app: 'l2-switch', rule: 'flood', object: '', flow: /FLOOD/ }])
  const [{ cookie }] = body
  const line = ` cookie=${cookie}, duration=8.5s, table=1, n_packets=3, n_bytes=180, priority=0 actions=FLOOD`
  t.same((await why(line)).body, body)
  t.equal((await why(cookie)).body.length, 3, 'all flows of the rule have the cookie')
  t.same((await why('table=1,priority=1')).body, [])
  t.match(await why('nonsense=1'), { status: 400, body: { problems: [{ path: 'flow', message: /nonsense/ }] } })
})

t.test('doctor says which port is down, which app has failed, and what mends it', async (t) => {
  const lab = await ApiLab.start(t)
  t.match((await lab.get('/v1/doctor')).body, [
    { mend: 'heddle app load l2-switch' },
    { finding: 'no switch is connected', mend: /ovs-vsctl set-controller/ },
  ])
  const sw = await lab.connect(settings)
  sw.setLink(2, false)
  await until('the port is down', async () => (await lab.get('/v1/switch-ports')).body[1].state === 'down')
  const { body } = await lab.get('/v1/doctor')
  t.match(
    body.find(({ finding }: { finding: string }) => finding.includes('down')),
    { finding: 'port 2 (eth2) is down', mend: 'ip link set eth2 up' },
  )
})

t.test('/metrics counts switches and flows, for Prometheus', async (t) => {
  const lab = await ApiLab.start(t)
  await lab.host.load({ source: { builtin: 'l2-switch' } }, { remember: false })
  const sw = await lab.connect(settings)
  sw.receive(1, frame)
  await until('the station is learned', async () => (await lab.get('/v1/flows')).body.total === 5)
  await lab.inSync(sw)
  t.match((await lab.get('/v1/apps')).body, [
    { packetIns: { delivered: 1, waiting: 0, queued: 0, dropped: 0 }, unsent: 0 },
  ])
  const { body, headers } = await lab.api.inject('/metrics')
  t.match(headers['content-type'], /^text\/plain/)
  for (const line of [
    'heddle_switches 1',
    'heddle_info{version="1.2.3"} 1',
    'heddle_app_running{app="l2-switch"} 1',
    `heddle_switch_flows{dpid="${name}"} 5`,
    `heddle_switch_in_sync{dpid="${name}"} 1`,
    `heddle_switch_packet_ins_total{dpid="${name}"} 1`,
    `heddle_switch_flow_mods_total{dpid="${name}"} 5`,
    `heddle_switch_reconciles_total{dpid="${name}"} 1`,
    `heddle_switch_refused_total{dpid="${name}"} 0`,
    `heddle_switch_drift_repairs_total{dpid="${name}"} 0`,
    'heddle_app_packet_ins_delivered_total{app="l2-switch"} 1',
    'heddle_app_packet_ins_dropped_total{app="l2-switch"} 0',
    'heddle_app_messages_dropped_total{app="l2-switch"} 0',
  ]) {
    t.ok(body.split('\n').includes(line), line)
  }
})

t.test('/docs describes every path', async (t) => {
  const lab = await ApiLab.start(t)
  const { body } = await lab.get('/docs/json')
  t.same(Object.keys(body.paths).sort(), [
    ...[
      '/v1/apply',
      '/v1/apps',
      '/v1/apps/{name}',
      '/v1/apps/{name}/reload',
      '/v1/connections',
      '/v1/diff',
      '/v1/doctor',
    ],
    ...['/v1/drops', '/v1/flows', '/v1/foreign', '/v1/groups', '/v1/groups/{id}', '/v1/health', '/v1/history'],
    ...['/v1/hosts', '/v1/hosts/{id}', '/v1/installed', '/v1/ipam', '/v1/ipam/leases', '/v1/limits', '/v1/meters'],
    ...['/v1/nat', '/v1/nat/{id}', '/v1/networks', '/v1/networks/{id}', '/v1/packets', '/v1/plan'],
    ...['/v1/policies', '/v1/policies/{id}'],
    ...['/v1/ports', '/v1/ports/{id}', '/v1/qos', '/v1/qos/{id}', '/v1/rollback', '/v1/routers', '/v1/routers/{id}'],
    '/v1/rules',
    ...['/v1/subnets', '/v1/subnets/{id}', '/v1/switch-groups', '/v1/switch-ports', '/v1/switches'],
    ...['/v1/translations', '/v1/tunnels'],
    ...['/v1/watch', '/v1/why'],
  ])
})

t.test('sums what switches drop by reason', async (t) => {
  const lab = await ApiLab.start(t)
  const file = writeApp(folderFor(t), appText([10]))
  await lab.host.load({ source: { file } }, { remember: false })
  const sw = await lab.connect(settings)
  sw.receive(1, frame)
  sw.receive(2, frame)
  const drops = [{ dpid: name, app: 'one-file', drop: 'nothing for it', flows: 1, packets: 2, bytes: 2 * frame.length }]
  t.same((await lab.get('/v1/drops')).body, drops)
  t.same((await lab.get(`/v1/drops?app=one-file&dpid=${name}`)).body, drops)
  t.same((await lab.get('/v1/drops?app=other')).body, [])
})
