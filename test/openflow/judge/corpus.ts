import { type Action, actions } from '../../../controller/openflow/actions/actions.ts'
import { inWireOrder } from '../../../controller/openflow/fields/match.ts'
import type { Match } from '../../../controller/openflow/fields/oxm.ts'
import { applyActions } from '../../../controller/openflow/instructions/instructions.ts'
import type { Message } from '../../../controller/openflow/messages/messages.ts'
import { parseFlowMod } from '../../../controller/openflow/text/flow.ts'
import { parseGroupMod } from '../../../controller/openflow/text/group.ts'
import { parseMeterMod } from '../../../controller/openflow/text/meter.ts'
import { parsePacketOut } from '../../../controller/openflow/text/packet-out.ts'
import { fromHex } from '../../../controller/openflow/wire/json.ts'
import { Reader } from '../../../controller/openflow/wire/reader.ts'
import fc from '../../support/random.ts'
import { contexts } from '../generate/contexts.ts'
import { assemble, soundOxm } from '../generate/fields.ts'
import { actionsFor, lastActions } from '../generate/sound-actions.ts'
import { soundMessages } from '../generate/sound-messages.ts'

const seed = 13

/** Some messages of every kind, the same in every run. */
const generated: readonly Message[] = Object.values(soundMessages).flatMap((messages) =>
  fc.sample(messages as fc.Arbitrary<Message>, { numRuns: 12, seed }),
)

const sampleOf = <T>(arbitrary: fc.Arbitrary<T>): T => fc.sample(arbitrary, { numRuns: 1, seed })[0] as T

const flowOf = (match: Match, list: readonly Action[]): Message => ({
  ...parseFlowMod('actions=drop'),
  match,
  instructions: applyActions(list),
})

/** A flow for every field of every kind of packet. */
const everyField: readonly Message[] = contexts.flatMap(({ base, fields }) =>
  fields.map((field) => flowOf(assemble(base, [sampleOf(soundOxm(field))]), [])),
)

/** A flow for every action on every kind of packet. */
const everyAction: readonly Message[] = contexts.flatMap((context) =>
  Object.values({ ...actionsFor(context), ...lastActions(context) }).map((action) =>
    flowOf(inWireOrder(context.base), [sampleOf(action)]),
  ),
)

/** What networks of containers are made of, as ovs-ofctl would be given it. */
export const flowLines: readonly string[] = [
  'add table=0,priority=0,actions=drop',
  'add table=0,priority=100,in_port=1,dl_src=02:00:00:00:00:01,actions=load:0x1->NXM_NX_REG0[0..15],goto_table:10',
  'add table=0,priority=90,ip,in_port=1,nw_src=10.0.0.5,actions=resubmit(,20)',
  'add table=5,priority=80,arp,arp_tpa=10.0.0.1,arp_op=1,actions=move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],mod_dl_src:02:00:00:00:00:fe,load:0x2->NXM_OF_ARP_OP[],move:NXM_NX_ARP_SHA[]->NXM_NX_ARP_THA[],move:NXM_OF_ARP_SPA[]->NXM_OF_ARP_TPA[],load:0xa000001->NXM_OF_ARP_SPA[],IN_PORT',
  'add table=10,priority=70,ct_state=-trk,ip,actions=ct(table=11,zone=NXM_NX_REG0[0..15])',
  'add table=11,priority=60,ct_state=+new+trk,tcp,tp_dst=443,actions=ct(commit,zone=7,nat(dst=10.0.0.5:8443),exec(set_field:0x1->ct_mark)),resubmit(,12)',
  'add table=11,priority=61,ct_state=+est-inv+trk,ip,actions=ct(table=12,zone=7,nat)',
  'add table=12,priority=50,conj_id=5,ip,actions=output:3',
  'add table=12,priority=50,ip,nw_src=10.0.0.0/24,actions=conjunction(5,1/2)',
  'add table=20,tun_id=0x2a,actions=learn(table=21,hard_timeout=300,priority=1,cookie=0x2a,NXM_NX_TUN_ID[],NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],load:NXM_NX_TUN_IPV4_SRC[]->NXM_NX_TUN_IPV4_DST[],output:NXM_OF_IN_PORT[]),output:2',
  'add table=30,ip,nw_dst=192.168.0.0/16,actions=dec_ttl,mod_dl_dst:02:00:00:00:00:02,set_tunnel:0x2a,output:4',
  'add table=30,ipv6,ipv6_dst=2001:db8::/64,actions=dec_ttl(1,2),set_field:2001:db8::1->ipv6_src,output:4',
  'add table=31,dl_vlan=5,actions=pop_vlan,output:6',
  'add table=31,in_port=6,actions=push_vlan:0x8100,set_field:4101->vlan_vid,output:7',
  'add table=31,mpls,mpls_label=16,actions=pop_mpls:0x0800,output:8',
  'add table=32,tcp,actions=fin_timeout(idle_timeout=5),group:9',
  'add table=33,udp6,actions=meter:4,write_actions(output:5),write_metadata:0x5/0xff,goto_table:40',
  'add table=34,priority=1,actions=controller(userdata=00.00.00.01,pause),clone(output:2),check_pkt_larger(1500)->NXM_NX_REG0[1]',
  'modify cookie=0x2a/-1,table=20,actions=drop',
  'modify_strict table=12,priority=50,conj_id=5,ip,actions=output:4',
  'delete cookie=0x2a00/0xff00',
  'delete table=20,out_port=3',
  'delete_strict table=0,priority=90,ip,in_port=1,nw_src=10.0.0.5',
]

export const groupLines: readonly string[] = [
  'add group_id=9,type=select,bucket=weight:100,actions=ct(commit,table=11,zone=7,nat(dst=10.0.0.5)),bucket=weight:50,actions=output:2',
  'add group_id=10,type=ff,bucket=watch_port:1,actions=output:1,bucket=watch_port:2,actions=output:2',
  'add group_id=11,type=indirect,bucket=actions=mod_dl_dst:02:00:00:00:00:02,output:3',
  'modify group_id=12,type=all,bucket=actions=output:1,bucket=actions=output:2',
  'delete group_id=12',
]

export const meterLines: readonly string[] = [
  'add meter=4,kbps,burst,stats,bands=type=drop,rate=10000,burst_size=1000',
  'add meter=5,pktps,bands=type=dscp_remark,rate=100,prec_level=1,type=drop,rate=200',
  'modify meter=4,kbps,bands=type=drop,rate=20000',
  'delete meter=4',
]

const frame = 'ffffffffffff02000000000108060001080006040001020000000001' + '0a0000010000000000000a000002'

export const packetLines: readonly string[] = [
  `in_port=CONTROLLER packet=${frame} actions=output:1,output:2`,
  `in_port=3 packet=${frame} actions=TABLE`,
  `in_port=LOCAL packet=${frame} actions=set_field:0x5->reg0,resubmit(,10)`,
]

const words: Readonly<Record<string, readonly string[]>> = {
  flow: ['add', 'modify', 'modify_strict', 'delete', 'delete_strict'],
  group: ['add', 'modify', 'delete'],
}

/** The command's number, and what follows the word for it. */
const worded = (line: string, kind: 'flow' | 'group'): [text: string, command: number] => {
  const [word = ''] = line.split(' ')
  return [line.slice(word.length + 1), (words[kind] ?? []).indexOf(word)]
}

export const flows = flowLines.map((line) => parseFlowMod(...worded(line, 'flow')))
export const groups = groupLines.map((line) => parseGroupMod(...worded(line, 'group')))
export const meters = meterLines.map((line) => parseMeterMod(...worded(line, 'group')))
export const packets = packetLines.map((line) => parsePacketOut(line))

/** Actions that ovs-ofctl never sends, in hexadecimal, with the match that they need. */
const rare: readonly (readonly [match: string, hex: string])[] = [
  ['dl_vlan=5', '0001000800060000'],
  ['dl_vlan=5', '0002000803000000'],
  ['', '00030010001122334455000000000000'],
  ['', '00040010001122334455000000000000'],
  ['ip', '000500080a000001'],
  ['ip', '000600080a000002'],
  ['ip', '0007000840000000'],
  ['ip', '0008000802000000'],
  ['tcp', '0009000800500000'],
  ['tcp', '000a000800510000'],
  ['mpls', '000d000800000010'],
  ['mpls', '000e000805000000'],
  ['', 'ffff0010000023200002000000000005'],
  ['', 'ffff00180000232000090000000000000000001234567890'],
  ['', 'ffff0010000023200001000700000000'],
  ['', 'ffff00204f4e46000c8000000010000000100000000100040001020400000000'],
  ['', 'ffff00180000232000200400ffff0001000400000000'.padEnd(48, '0')],
]

const actionsOf = (hex: string): readonly Action[] => actions.decode(Reader.of(fromHex(hex), 'OFPBAC_BAD_LEN'))

/** Flows with actions that other controllers send. */
export const rareFlows: readonly Message[] = rare.map(([match, hex]) => ({
  ...parseFlowMod(`${match},actions=drop`),
  instructions: [{ type: 'applyActions', actions: actionsOf(hex) }],
}))

/** All that ovs-ofctl has a text for, if it is about flows, groups, meters or packets. */
export const sayable: readonly Message[] = [
  ...generated,
  ...everyField,
  ...everyAction,
  ...flows,
  ...groups,
  ...meters,
  ...packets,
]
