import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { encodeMessage, type Message } from '../../controller/openflow/messages/messages.ts'
import { parseFlowMod } from '../../controller/openflow/text/flow.ts'
import { parseGroupMod } from '../../controller/openflow/text/group.ts'
import { parsePacketOut } from '../../controller/openflow/text/packet-out.ts'
import { fromHex } from '../../controller/openflow/wire/json.ts'
import { loadVectors, textOf } from '../vectors/load.ts'

/** Vectors of other projects, beside the repository where they are there. */
export const sharedVectors = fileURLToPath(new URL('../../../shared/vectors', import.meta.url))

const flows = [
  'table=1,priority=7,tcp,in_port=1,nw_src=10.0.0.0/8,tp_dst=80,actions=dec_ttl,output:2',
  'ipv6,ipv6_dst=2001:db8::/32,actions=set_field:aa:bb:cc:dd:ee:ff->eth_dst,group:1,goto_table:9',
  'reg0=0x1/0xff,ct_state=+trk+est,ip,actions=ct(commit,zone=1,nat(src=10.0.0.1-10.0.0.9:1-99),exec(load:1->NXM_NX_CT_MARK[]))',
  'arp,arp_tpa=10.0.0.1,actions=move:NXM_OF_ETH_SRC[]->NXM_OF_ETH_DST[],load:2->NXM_OF_ARP_OP[],in_port',
  'udp,actions=learn(table=2,idle_timeout=10,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[]),resubmit(,3)',
  'actions=meter:3,write_metadata:0x1/0xf,write_actions(push_vlan:0x8100,output:3),goto_table:4',
  'actions=clone(push_mpls:0x8847,output:1),controller(max_len=128,reason=action,userdata=01.02.03,pause)',
  'actions=multipath(eth_src,50,modulo_n,1,0,NXM_NX_REG0[]),bundle(eth_src,0,hrw,ofport,members:1,2,3),note:01.02',
  'actions=conjunction(7,1/2),sample(probability=9,collector_set_id=1,obs_domain_id=2,obs_point_id=3),check_pkt_larger(1500)->NXM_NX_REG0[0]',
]

const groups = [
  'group_id=1,type=select,bucket=weight:10,actions=output:1,bucket=weight:20,actions=set_field:1->tun_id,output:2',
  'group_id=2,type=ff,bucket=watch_port:1,actions=output:1,bucket=watch_group:2,actions=group:2',
]

/** Messages that the text parsers do not make, header first. */
const wire = [
  '04000010000000010001000800000010',
  '040000080000000a',
  '0401004c0102030400010001040effffffffffff00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000',
  '0402000c0000000170696e67',
  '0406002000000001000000000000000100000000fe0000000000004f00000000',
  '040a003c01020304ffffffff001200000000000000000005000100 0c80000004000000010000000000000180c200000e00112233445588cc0207'.replace(
    ' ',
    '',
  ),
  '0412001000000001000d000000000000',
  '041300180000000100020000000000000000000000000001',
  '041d002000000002000000010000000100010010000003e80000000000000000',
  '0104001000000001000023200000000a',
  '010e005000000000003ffff70000000000000000f20ba47df8ea000000000000000000000000000000000000000000000000000000000000000000000000007b0000fffffffc0000000000080006ffff',
]

const own = (): Uint8Array[] => {
  const messages: Message[] = [
    ...flows.map((text) => parseFlowMod(text)),
    ...groups.map((text) => parseGroupMod(text)),
    parsePacketOut('in_port=1 packet=ffffffffffff0011223344550800 actions=output:2'),
  ]
  return [...messages.map(encodeMessage), ...wire.map(fromHex)]
}

/** Messages longer than this are left to the hostile vectors: they would take most of the time. */
const longest = 4096

const fromVectors = (): Uint8Array[] =>
  existsSync(sharedVectors)
    ? loadVectors(sharedVectors)
        .filter(({ form }) => form === 'message' || form === 'hostile')
        .map(({ line }) => fromHex(textOf(line, 'hex') ?? ''))
        .filter(({ length }) => length >= 8 && length <= longest)
    : []

/** What is mutated: messages of our own and, where they are there, the shared vectors. */
export const corpus = (): readonly Uint8Array[] => [...own(), ...fromVectors()]
