import t, { type Test } from 'tap'
import {
  ALL_TABLES,
  applyActions,
  encodeMessage,
  type FlowMod,
  FlowModCommand,
  formatFlow,
  match,
  parseActions,
  parseFlowMod,
  TextSyntaxError,
  toHex,
} from '../../controller/openflow/index.ts'
import { flowMod } from './flow-mod.ts'

const { ADD, MODIFY, MODIFY_STRICT, DELETE, DELETE_STRICT } = FlowModCommand

const bytes = (flow: FlowMod): string => toHex(encodeMessage({ ...flow, xid: 0 }))

const same = (t: Test, text: string, flow: Partial<FlowMod>): void => {
  t.equal(bytes(parseFlowMod(text)), bytes({ ...flowMod, ...flow }), text)
}

const output = applyActions(parseActions('output:1'))

t.test('a flow is parsed as ovs-ofctl parses it', (t) => {
  same(t, 'actions=drop', {})
  same(t, 'table=3,priority=7,actions=output:1', { tableId: 3, priority: 7, instructions: output })
  same(t, 'table=3, priority=7 actions=output:1', { tableId: 3, priority: 7, instructions: output })
  same(t, 'cookie=0x2a,idle_timeout=5,hard_timeout=6,actions=1', {
    cookie: 42n,
    idleTimeout: 5,
    hardTimeout: 6,
    instructions: output,
  })
  same(t, 'send_flow_rem,check_overlap,reset_counts,no_packet_counts,no_byte_counts,actions=drop', { flags: 31 })
  same(t, 'tcp,nw_dst=10.0.0.0/8,tp_dst=80,actions=drop', {
    match: match({ ethType: 0x0800, ipProto: 6, ipv4Dst: '10.0.0.0/8', tcpDst: 80 }),
  })
  same(t, 'eth_type=0x0800,ip_proto=6,tcp_dst=80,actions=drop', {
    match: match({ ethType: 0x0800, ipProto: 6, tcpDst: 80 }),
  })
  same(t, 'udp6,tp_src=53,actions=drop', { match: match({ ethType: 0x86dd, ipProto: 17, udpSrc: 53 }) })
  same(t, 'icmp6,icmp_type=135,nd_target=fe80::1,actions=drop', {
    match: match({ ethType: 0x86dd, ipProto: 58, icmpv6Type: 135, ipv6NdTarget: 'fe80::1' }),
  })
  same(t, 'arp,nw_src=10.0.0.1,nw_proto=2,actions=drop', {
    match: match({ ethType: 0x0806, arpSpa: '10.0.0.1', arpOp: 2 }),
  })
  same(t, 'dl_vlan=5,dl_vlan_pcp=3,actions=drop', { match: match({ vlanVid: 0x1005, vlanPcp: 3 }) })
  same(t, 'vlan_tci=0x1000/0x1000,actions=drop', { match: match({ vlanVid: { value: 0x1000, mask: 0x1000 } }) })
  same(t, 'dl_vlan=0xffff,actions=drop', { match: match({ vlanVid: 0 }) })
  same(t, 'ip,nw_tos=184,nw_ecn=1,actions=drop', { match: match({ ethType: 0x0800, ipDscp: 46, ipEcn: 1 }) })
  same(t, 'in_port=LOCAL,xreg0=0x100000002,actions=drop', { match: match({ inPort: 0xfffffffe, reg0: 1, reg1: 2 }) })
  t.end()
})

t.test('instructions stand among the actions, in any order', (t) => {
  const { instructions } = parseFlowMod(
    'actions=goto_table:9,output:1,meter:4,write_metadata:0x5/0xff,write_actions(output:2),clear_actions,output:3',
  )
  t.same(
    instructions.map(({ type }) => type),
    ['meter', 'applyActions', 'clearActions', 'writeActions', 'writeMetadata', 'gotoTable'],
  )
  t.same(instructions[1], applyActions(parseActions('output:1,output:3'))[0])
  t.same(instructions[4], { type: 'writeMetadata', metadata: 5n, mask: 0xffn })
  t.same(parseFlowMod('actions=drop').instructions, [])
  t.same(parseFlowMod('actions=').instructions, [])
  t.end()
})

t.test('the first word says the command', (t) => {
  const commands = {
    add: ADD,
    modify: MODIFY,
    modify_strict: MODIFY_STRICT,
    delete: DELETE,
    delete_strict: DELETE_STRICT,
  }
  for (const [word, command] of Object.entries(commands)) {
    t.equal(parseFlowMod(`${word} tcp,actions=drop`).command, command, word)
  }
  t.equal(parseFlowMod('tcp,actions=drop', MODIFY).command, MODIFY)
  t.equal(parseFlowMod('delete tcp').tableId, ALL_TABLES, 'a deletion is about all tables')
  t.equal(parseFlowMod('table=0,tcp', DELETE).tableId, 0)
  t.end()
})

t.test('a line of dump-flows can be pasted', (t) => {
  const line =
    ' cookie=0x2a, duration=12.345s, table=3, n_packets=10, n_bytes=1000, idle_timeout=60, idle_age=3, hard_age=4, send_flow_rem priority=7,ip,nw_src=10.0.0.1 actions=output:1'
  same(t, line, {
    cookie: 42n,
    tableId: 3,
    idleTimeout: 60,
    flags: 1,
    priority: 7,
    match: match({ ethType: 0x0800, ipv4Src: '10.0.0.1' }),
    instructions: output,
  })
  t.end()
})

t.test('a cookie is given to new flows, and looked for under a mask', (t) => {
  const cookie = (text: string) => {
    const flow = parseFlowMod(text)
    return [flow.cookie, flow.cookieMask]
  }
  t.same(cookie('add cookie=5,actions=drop'), [5n, 0n])
  t.same(cookie('modify cookie=5/-1,actions=drop'), [5n, 0xffff_ffff_ffff_ffffn])
  t.same(cookie('delete cookie=0xff/0xf'), [0xfn, 0xfn], 'bits outside the mask do not count')
  t.same(cookie('modify cookie=5,actions=drop'), [0n, 0n], 'OpenFlow 1.3 gives no new cookie to old flows')
  t.end()
})

const filtered: FlowMod = {
  ...flowMod,
  cookie: 5n,
  cookieMask: 7n,
  idleTimeout: 1,
  hardTimeout: 2,
  priority: 9,
  flags: 1,
  outPort: 3,
  outGroup: 4,
  match: match({ inPort: 1 }),
  instructions: output,
}

t.test('a flow prints as what its command takes', (t) => {
  const add = 'idle_timeout=1,hard_timeout=2,send_flow_rem,priority=9,in_port=1,actions=output:1'
  t.equal(formatFlow({ ...filtered, command: ADD }), `cookie=0x5,${add}`)
  t.equal(formatFlow({ ...filtered, command: MODIFY }), `cookie=0x5/0x7,${add}`)
  t.equal(formatFlow({ ...filtered, command: MODIFY, cookieMask: 0n }), add)
  const filter = 'table=0,cookie=0x5/0x7'
  t.equal(formatFlow({ ...filtered, command: DELETE }), `${filter},in_port=1,out_port=3,out_group=4`)
  t.equal(formatFlow({ ...filtered, command: DELETE_STRICT }), `${filter},priority=9,in_port=1,out_port=3,out_group=4`)
  t.equal(formatFlow({ ...flowMod, command: DELETE, cookie: 5n, tableId: ALL_TABLES }), '', 'all flows')
  t.equal(formatFlow(flowMod), 'actions=drop')
  t.end()
})

const refuses = (t: Test, text: string, at: string, command?: number): void => {
  try {
    parseFlowMod(text, command)
    t.fail(`${text} was taken`)
  } catch (error) {
    t.ok(error instanceof TextSyntaxError, `${text}: ${(error as Error).message}`)
    t.equal((error as TextSyntaxError).at, at, text)
  }
}

t.test('what is wrong with a flow is named', (t) => {
  refuses(t, 'tcp', 'tcp')
  refuses(t, 'table=256,actions=drop', '256')
  refuses(t, 'table=x,actions=drop', 'x')
  refuses(t, 'priority=65536,actions=drop', '65536')
  refuses(t, 'cookie=0x10000000000000000,actions=drop', '0x10000000000000000')
  refuses(t, 'cookie=5/1,actions=drop', '5/1')
  refuses(t, 'cookie=5', '5', DELETE)
  refuses(t, 'idle_timeout=70000,actions=drop', '70000')
  refuses(t, 'out_port=nowhere', 'nowhere', DELETE)
  refuses(t, 'nosuch=1,actions=drop', 'nosuch=1')
  refuses(t, 'send_flow_rem=1,actions=drop', 'send_flow_rem=1')
  refuses(t, 'in_port=1x,actions=drop', '1x')
  refuses(t, 'dl_dst,actions=drop', 'dl_dst')
  refuses(t, 'dl_dst=00:00,actions=drop', '00:00')
  refuses(t, 'ip,nw_src=10.0.0,actions=drop', '10.0.0')
  refuses(t, 'ip,nw_proto=256,actions=drop', '256')
  refuses(t, 'ip,nw_tos=1,actions=drop', 'nw_tos=1')
  refuses(t, 'tp_dst=80,actions=drop', 'tp_dst=80')
  refuses(t, 'dl_vlan=4096,actions=drop', 'dl_vlan=4096')
  refuses(t, 'dl_type=0x800/0xff,actions=drop', '0x800/0xff')
  refuses(t, 'packet_type=5,actions=drop', 'packet_type=5')
  refuses(t, 'nw_dst=10.0.0.1,actions=drop', 'nw_dst=10.0.0.1')
  refuses(t, 'reg0=(5,actions=drop', 'reg0=(5')
  refuses(t, 'actions=nosuch', 'nosuch')
  refuses(t, 'actions=output:1,output:x', 'x')
  refuses(t, 'actions=goto_table:300', '300')
  refuses(t, 'actions=clone(output:1', 'clone(output:1')
  refuses(t, 'actions=drop,output:1', 'drop')
  refuses(t, 'actions=write_actions(output:1,nosuch)', 'nosuch')
  t.end()
})

t.test('a prerequisite that is missing is named with the match', (t) => {
  t.throws(() => parseFlowMod('nw_dst=10.0.0.1,actions=drop'), { message: /ipv4Dst: needs ethType = 0x800/ })
  t.throws(() => parseFlowMod('ip,tcp_dst=80,actions=drop'), { message: /tcpDst: needs ipProto = 0x6/ })
  t.end()
})
