import t from 'tap'
import {
  EncodeError,
  type FlowMod,
  flowTemplate,
  formatFlow,
  NO_BUFFER,
  of10,
  PacketInView,
  parseActions,
  parseFlowMod,
  prepareActions,
  Slab,
} from '../../controller/openflow/index.ts'

/** A flow in OpenFlow 1.3's text, and in 1.0's, which ovs-ofctl takes alike. */
const flows: readonly (readonly [text: string, old?: string])[] = [
  ['priority=5,in_port=2,dl_src=02:00:00:00:00:01,dl_dst=02:00:00:00:00:02,actions=output:3'],
  ['in_port=LOCAL,actions=FLOOD'],
  ['tcp,nw_src=10.0.0.0/8,nw_dst=10.1.2.3,tp_src=7,tp_dst=80,actions=mod_nw_dst:10.9.9.9,output:1'],
  ['udp,tp_dst=53,actions=CONTROLLER:128'],
  ['arp,arp_spa=10.0.0.1,arp_tpa=10.0.0.2,arp_op=2,actions=IN_PORT'],
  ['icmp,icmp_type=8,icmp_code=0,actions=ALL'],
  ['dl_vlan=7,dl_vlan_pcp=3,actions=strip_vlan,output:1'],
  ['vlan_tci=0x0000/0x1fff,actions=drop', 'vlan_tci=0x0000,actions=drop'],
  ['cookie=0x7,idle_timeout=10,hard_timeout=30,send_flow_rem,actions=mod_dl_dst:02:00:00:00:00:09,output:4'],
  ['ip,nw_tos=32,actions=drop'],
]

t.test('a flow says the same in OpenFlow 1.0', async (t) => {
  for (const [text, old = text] of flows) {
    const converted = of10.flowFrom13({ ...parseFlowMod(text), xid: 3 })
    t.equal(of10.formatFlow(converted), of10.formatFlow(of10.parseFlowMod(old)), text)
    t.equal(converted.xid, 3)
  }
})

const refused: readonly (readonly [text: string, path: string])[] = [
  ['table=1,actions=drop', 'tableId'],
  ['actions=goto_table:2', 'instructions[0].gotoTable'],
  ['ipv6,ipv6_dst=::1,actions=drop', 'match.ipv6Dst'],
  ['dl_dst=01:00:00:00:00:00/01:00:00:00:00:00,actions=drop', 'match.ethDst'],
  ['ip,nw_dst=10.0.0.1/255.0.0.255,actions=drop', 'match.ipv4Dst'],
  ['actions=group:7', 'actions[0].group'],
  ['actions=output:1,ct(commit)', 'actions[1].ct'],
]

t.test('what OpenFlow 1.0 cannot say is named', async (t) => {
  for (const [text, path] of refused) {
    const flow = parseFlowMod(text)
    t.throws(() => of10.flowFrom13(flow), { name: 'EncodeError', path }, `${text}: ${formatFlow(flow)}`)
    const template = flowTemplate({ ...flow, tableId: flow.tableId === 255 ? 0 : flow.tableId })
    t.match(template.of10, { path }, 'its template is good for OpenFlow 1.3 alone')
  }
  t.ok(prepareActions(parseActions('group:7')).of10 instanceof EncodeError)
})

const frame = Uint8Array.from([2, 0, 0, 0, 0, 0xb, 2, 0, 0, 0, 0, 0xa, 0x88, 0xb5, 1, 2, 3])

const packetOf = (bufferId: number, inPort = 9, data = frame): PacketInView => {
  const message = { type: 'packetIn', xid: 1, bufferId, totalLen: data.length, inPort, reason: 0, data } as const
  const bytes = of10.encodeMessage(message)
  return new PacketInView().reset10(new DataView(bytes.buffer, bytes.byteOffset), 0, bytes.length)
}

const templateOf = (flow: FlowMod): of10.FlowTemplate10 => {
  const template = flowTemplate(flow).of10
  if (template instanceof EncodeError) throw template
  return template
}

t.test('the flow of a template takes port and addresses of the packet, and its buffer', async (t) => {
  const text = 'priority=4,in_port=1,dl_dst=00:00:00:00:00:00,dl_src=00:00:00:00:00:00,actions=output:1'
  const slab = new Slab()
  t.equal(of10.writeFlowFor10(slab, templateOf(parseFlowMod(text)), packetOf(0), 42), true, 'buffer 0 is one')
  const stamped = of10.decodeMessage(slab.chunk())
  t.match(stamped, { type: 'flowMod', bufferId: 0 })
  const wanted = 'priority=4,in_port=9,dl_dst=02:00:00:00:00:0b,dl_src=02:00:00:00:00:0a,actions=output:42'
  t.equal(stamped.type === 'flowMod' && of10.formatFlow(stamped), of10.formatFlow(of10.parseFlowMod(wanted)))
})

t.test('fields that a template does not match stay free', async (t) => {
  const slab = new Slab()
  const packet = packetOf(NO_BUFFER)
  t.equal(of10.writeFlowFor10(slab, templateOf(parseFlowMod('dl_type=0x88b5,actions=drop')), packet, 42), false)
  const stamped = of10.decodeMessage(slab.chunk())
  t.match(stamped, { match: { dlType: 0x88b5 }, actions: [] })
  t.equal(stamped.type === 'flowMod' && of10.formatFlow(stamped), 'dl_type=0x88b5,actions=drop')
  t.throws(
    () => of10.writeFlowFor10(slab, templateOf(parseFlowMod('actions=drop')), packetOf(1, 1, frame.subarray(0, 13)), 1),
    RangeError,
  )
  t.equal(slab.pending, 0)
})

t.test('a packet-out has the packet, or the number of its buffer', async (t) => {
  const flood = prepareActions(parseActions('FLOOD')).of10
  if (flood instanceof EncodeError) throw flood
  const slab = new Slab()
  of10.writePacketOutFor10(slab, flood, packetOf(NO_BUFFER, of10.Port10.LOCAL))
  const common = { type: 'packetOut', xid: 0, inPort: of10.Port10.LOCAL }
  const actions = [{ type: 'output', port: of10.Port10.FLOOD, maxLen: 0 }]
  t.same(of10.decodeMessage(slab.chunk()), { ...common, bufferId: NO_BUFFER, actions, data: frame })
  of10.writePacketOutFor10(slab, flood, packetOf(7, 3))
  t.same(of10.decodeMessage(slab.chunk()), { ...common, inPort: 3, bufferId: 7, actions, data: new Uint8Array() })
})
