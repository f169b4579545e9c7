import { readFileSync } from 'node:fs'
import t from 'tap'
import { type Action, actions, formatActions } from '../../controller/openflow/actions/actions.ts'
import { parseAction, parseActions } from '../../controller/openflow/actions/parse.ts'
import { protocolOf } from '../../controller/openflow/text/match.ts'
import { items } from '../../controller/openflow/text/scan.ts'
import { TextSyntaxError } from '../../controller/openflow/wire/errors.ts'
import { fromHex, toHex } from '../../controller/openflow/wire/json.ts'
import { Reader } from '../../controller/openflow/wire/reader.ts'
import { Writer } from '../../controller/openflow/wire/writer.ts'

const decode = (hex: string): readonly Action[] => actions.decode(Reader.of(fromHex(hex), 'OFPBAC_BAD_LEN'))

const encode = (list: readonly Action[]): string => {
  const writer = new Writer()
  actions.encode(writer, list, 'actions')
  return toHex(writer.finish())
}

interface Sample {
  readonly match: string
  readonly text: string
  readonly hex: string
  readonly shown: string
}

const sampleOf = (block: string): Sample => {
  const [input = '', hex = '', shown] = block.split('\n')
  const [, match = '', text = ''] = /^(.*?),?actions=(.*)$/.exec(input) ?? []
  return { match, text, hex: hex.replace('-', ''), shown: shown?.slice(2) ?? text }
}

const samples = readFileSync(new URL('actions-ovs-ofctl.txt', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n\n')
  .slice(1)
  .map(sampleOf)

/** Where ofp-print drops something and we do not, so that our text still means the same. */
const complete: Readonly<Record<string, string>> = {
  'set_field:*->tun_erspan_idx': 'set_field:0/0->tun_erspan_idx',
  'set_field:0/0->tun_metadata0': 'set_field:0/0->tun_metadata0',
  'load:1->NXOXM_NSH_SPI[],load:1->NXOXM_NSH_SI[0..3]': 'load:0x1->NXOXM_NSH_SPI[],load:0x1->NXOXM_NSH_SI[0..3]',
  'ct(commit,nat(src,random))': 'ct(commit,nat(src,random))',
  'ct(commit,nat(src=,persistent))': 'ct(commit,nat(src,persistent))',
  'ct(commit,nat(src=10.0.0.1-10.0.0.1:5-5))': 'ct(commit,nat(src=10.0.0.1-10.0.0.1:5-5))',
  'encap(nsh(md_type=2,tlv(0x1000,10,0x0102030405060708090a),tlv(0x2,3,0x00ff)))':
    'encap(nsh(md_type=2,tlv(0x1000,10,0x0102030405060708090a),tlv(0x0002,3,0x00ff)))',
}

/** Where the text that ofp-print shows, and so ours, gives other bytes of the same meaning. */
const otherBytes: Readonly<Record<string, string>> = {
  'enqueue:1:5': 'max_len of an output to a port means nothing, and is not shown',
  'enqueue(2,7)': 'the same',
  'enqueue:1q5': 'the same',
  'controller(userdata=)': 'without user data it is output to the controller',
  'load:1->NXM_NX_TUN_METADATA3[]': 'a load of a whole Geneve option is shown as set_field',
}

t.test('text gives the bytes that ovs-ofctl sends', (t) => {
  t.ok(samples.length > 150, 'the samples are there')
  for (const { match, text, hex } of samples) {
    t.equal(encode(parseActions(text, protocolOf(items(match)))), hex, text)
  }
  t.end()
})

t.test('bytes read as ofp-print shows them', (t) => {
  for (const { text, hex, shown } of samples) t.equal(formatActions(decode(hex)), complete[text] ?? shown, text)
  t.end()
})

t.test('bytes come back the same from objects, from JSON and from their text', (t) => {
  for (const { match, text, hex } of samples) {
    const list = decode(hex)
    t.equal(encode(list), hex, text)
    t.equal(encode(actions.fromJson(JSON.parse(JSON.stringify(actions.toJson(list))), 'actions')), hex, text)
    if (text in otherBytes) continue
    t.equal(encode(parseActions(formatActions(list), protocolOf(items(match)))), hex, text)
  }
  t.end()
})

/** What ovs-ofctl never sends, but other senders do; the text is ofp-print's where it reads them. */
const others: readonly (readonly [hex: string, text: string])[] = [
  ['0001000800050000', 'set_vlan_vid:5'],
  ['0002000803000000', 'set_vlan_pcp:3'],
  ['00030010001122334455000000000000', 'mod_dl_src:00:11:22:33:44:55'],
  ['00040010001122334455000000000000', 'mod_dl_dst:00:11:22:33:44:55'],
  ['000500080a000001', 'mod_nw_src:10.0.0.1'],
  ['000600080a000002', 'mod_nw_dst:10.0.0.2'],
  ['0007000840000000', 'mod_nw_tos:64'],
  ['0008000802000000', 'mod_nw_ecn:2'],
  ['0009000800500000', 'mod_tp_src:80'],
  ['000a000800510000', 'mod_tp_dst:81'],
  ['000d000800000010', 'set_mpls_label(16)'],
  ['000e000805000000', 'set_mpls_tc(5)'],
  ['000b000800000000000c000800000000', 'copy_ttl_out,copy_ttl_in'],
  ['001a000888e70000001b000800000000', 'push_pbb:0x88e7,pop_pbb'],
  ['ffff0010000023200002000000000005', 'set_tunnel:0x5'],
  ['ffff00180000232000090000000000000000001234567890', 'set_tunnel64:0x1234567890'],
  ['ffff0010000023200001000700000000', 'resubmit:7'],
  ['ffff0010000023200001fff800000000', 'resubmit(,)'],
  ['ffff00204f4e46000c8000000010000000100000000100040001020400000000', 'move:NXM_NX_REG0[0..15]->NXM_NX_REG1[16..31]'],
  ['ffff0010000023200014008000000100', 'CONTROLLER:128'],
  ['ffff0010000023200014ffff00000900', 'controller(reason=9)'],
  ['ffff0010000023200025000000000000', 'CONTROLLER:65535'],
  ['ffff00180000232000250000000000000003000400000000', 'CONTROLLER:65535'],
  ['ffff0020000023200016000000000000000000000000000500000000000000ff', 'write_metadata:0x5/0xff'],
  ['ffff0018000023200021000101080000000f000000ff0000', 'set_field:0xf/0xff->reg0'],
  ['ffff001800002320001b0000800016040020000000000000', 'push:NXM_OF_IP_SRC[]'],
  [
    'ffff00200000232000260001000000000000000000000000ffff000000000000',
    'sample(probability=1,collector_set_id=0,obs_domain_id=0,obs_point_id=0)',
  ],
  [
    'ffff003000002320001000000000800000000000000000000000010000000000200c000580000c020000000000000000',
    'learn(table=1,vlan_vid=5)',
  ],
  ['ffff001800002320002e00080001894f0004010801000000', 'encap(nsh(property(4,1,0x01000000)))'],
  ['00000010ffffff000000000000000000', '65280'],
  ['00000010ffffffff0000000000000000', 'ANY'],
  ['ffff00100000abcd0102030405060708', 'experimenter:0xabcd'],
  ['ffff00100000232003e7000000000000', 'experimenter:0x2320'],
  ['ffff0010000023200004000000000007', 'set_queue:7'],
  ['ffff0010000023200012000000000000', 'dec_ttl'],
  ['ffff0010000023200017884700000000', 'push_mpls:0x8847'],
  ['ffff0010000023200018080000000000', 'pop_mpls:0x0800'],
  ['ffff0010000023200019400000000000', 'set_mpls_ttl(64)'],
  ['ffff001000002320001a000000000000', 'dec_mpls_ttl'],
  ['ffff001000002320001e000000000010', 'set_mpls_label(16)'],
  ['ffff001000002320001f050000000000', 'set_mpls_tc(5)'],
  ['ffff0010000023200028000000000009', 'group:9'],
]

t.test('actions that other controllers send are read and sent on unchanged', (t) => {
  for (const [hex, text] of others) {
    const list = decode(hex)
    t.equal(formatActions(list), text, hex)
    t.equal(encode(list), hex, text)
    t.equal(encode(actions.fromJson(JSON.parse(JSON.stringify(actions.toJson(list))), 'actions')), hex, text)
  }
  t.end()
})

t.test('padding that counts in a property is as long as Open vSwitch has it', (t) => {
  const short = 'ffff0018000023200025000000000000' + '0000000600800000'
  t.equal(formatActions(decode(short)), 'CONTROLLER:128')
  t.equal(encode(decode(short)), 'ffff0018000023200025000000000000' + '0000000800800000')
  t.end()
})

t.test('an item sees what the items before it did to the packet', (t) => {
  const bytes = (text: string) => encode(parseActions(text))
  t.equal(
    bytes('mod_vlan_vid:5,mod_vlan_pcp:1'),
    bytes('push_vlan:0x8100,set_field:4101->vlan_vid,set_field:1->vlan_pcp'),
  )
  t.equal(
    bytes('clone(mod_vlan_vid:5),mod_vlan_vid:6'),
    bytes('clone(push_vlan:0x8100,set_vlan_vid:5),push_vlan:0x8100,set_vlan_vid:6'),
  )
  t.same(parseActions('mod_vlan_vid:5', { vlan: true }), parseActions('set_field:4101->vlan_vid'))
  t.same(
    items('mod_tp_src:80').flatMap((item) => parseAction(item, { ipProto: 17 })),
    parseActions('set_field:80->udp_src'),
  )
  t.end()
})

const wrong: readonly string[] = [
  'foo',
  'foo:1',
  'output',
  'output:foo',
  'drop,1',
  'set_field:5',
  'set_field:5->nosuch',
  'set_field:5->eth_type',
  'set_field:0x100000000->reg0',
  'set_field:ANY->tun_erspan_idx',
  'set_field:5/0xf->nsh_si',
  'load:256->NXM_NX_REG0[0..7]',
  'load:1->NXM_NX_REG0[32]',
  'move:reg0[0..3]->NXM_NX_REG1[4..8]',
  'mod_tp_src:5',
  'mod_nw_tos:255',
  'mod_dl_src:00:11:22:33:44',
  'set_mpls_tc:8',
  'resubmit(,)',
  'resubmit(5,6,foo)',
  'conjunction(1,0/2)',
  'conjunction(1,3/2)',
  'conjunction(1,1/65)',
  'note:01.2',
  'multipath(eth_src,50,modulo_n,3,0,NXM_NX_REG1[0])',
  'multipath(eth_src,50,modulo_n,3)',
  'bundle(nw_src,60,hrw,ofport,members=1,2)',
  'bundle_load(eth_src,0,hrw,ofport,NXOXM_NSH_C1[],members:4,8)',
  'learn(table=255)',
  'learn(load:5->NXOXM_NSH_C1[])',
  'learn(NXM_NX_REG0[0..15]=NXM_NX_REG1[0..14])',
  'learn(NXM_NX_REG0[0..3]=16)',
  'sample(collector_set_id=7)',
  'encap(vlan)',
  'encap(mpls(md_type=1))',
  'encap(nsh(md_type=3))',
  'check_pkt_larger(100)->NXM_NX_REG0[0..1]',
  'check_pkt_larger(100)',
  'output(port=1,max_len=13)',
  'output(port=CONTROLLER,max_len=100)',
  'controller(foo=1)',
  'ct(force)',
  'ct(table=255)',
  'ct(nat(hash))',
  'ct(nat(src=1.1.1.1,dst=2.2.2.2))',
  'ct(commit,nat(dst=10.0.0.9-10.0.0.1))',
  'ct(commit,nat(src=10.0.0.1:90-80))',
  'ct(commit,nat(src=10.0.0.256))',
  'ct(commit',
  'ct(commit))',
  `${'clone('.repeat(40)}1${')'.repeat(40)}`,
]

t.test('what cannot be understood is refused by name', (t) => {
  for (const text of wrong) t.throws(() => parseActions(text), TextSyntaxError, text)
  t.end()
})
