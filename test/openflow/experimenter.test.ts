import t from 'tap'
import { packetIn2Facts, resumeFor } from '../../controller/openflow/experimenter/packet-in2.ts'
import { match } from '../../controller/openflow/fields/match.ts'
import {
  decodeMessage,
  encodeMessage,
  formatMessage,
  fromJson,
  type Message,
  type MessageNamed,
  messageKinds,
  toJson,
} from '../../controller/openflow/messages/messages.ts'
import { fromHex, type Json, toHex } from '../../controller/openflow/wire/json.ts'
import { checkHostile, checkLine, hexOf, isMessage, linesOf, refusal } from './message-lines.ts'

/** A message of an experimenter: header, experimenter, type, then the body. */
const messageHex = (experimenter: number, type: number, body = ''): string => {
  const digits = body.replaceAll(' ', '')
  const word = (value: number): string => value.toString(16).padStart(8, '0')
  return `0404${(16 + digits.length / 2).toString(16).padStart(4, '0')}00000001${word(experimenter)}${word(type)}${digits}`
}

const nicira = (type: number, body?: string): string => messageHex(0x2320, type, body)
const onf = (type: number, body?: string): string => messageHex(0x4f4e4600, type, body)

/** Every experimenter message that Open vSwitch 3.1 knows, in words as ofp-print has them. */
const texts: readonly (readonly [hex: string, text: string])[] = [
  [nicira(10, '00000000'), 'NXT_ROLE_REQUEST (OF1.3) (xid=0x1): role=equal'],
  [nicira(11, '00000002'), 'NXT_ROLE_REPLY (OF1.3) (xid=0x1): role=secondary'],
  [nicira(12, '00000002'), 'NXT_SET_FLOW_FORMAT (OF1.3) (xid=0x1): format=nxm'],
  [nicira(15, '0000000000000000'), 'NXT_FLOW_MOD_TABLE_ID (OF1.3) (xid=0x1): disable'],
  [nicira(16, '00000001'), 'NXT_SET_PACKET_IN_FORMAT (OF1.3) (xid=0x1): format=nxt_packet_in'],
  [nicira(18), 'NXT_FLOW_AGE (OF1.3) (xid=0x1):'],
  [nicira(20, '000000000000 0005'), 'NXT_SET_CONTROLLER_ID (OF1.3) (xid=0x1): id=5'],
  [nicira(21, '00000004'), 'NXT_FLOW_MONITOR_CANCEL (OF1.3) (xid=0x1): id=4'],
  [nicira(22), 'NXT_FLOW_MONITOR_PAUSED (OF1.3) (xid=0x1):'],
  [nicira(23), 'NXT_FLOW_MONITOR_RESUMED (OF1.3) (xid=0x1):'],
  [nicira(24, '0002000000000000'), 'NXT_TLV_TABLE_MOD (OF1.3) (xid=0x1):\n CLEAR'],
  [
    nicira(24, '0001000000000000 0000000000010000'),
    'NXT_TLV_TABLE_MOD (OF1.3) (xid=0x1):\n DEL mapping table:\n  class  type  length  match field\n' +
      ' ------  ----  ------  --------------\n      0     0       0  tun_metadata1',
  ],
  [nicira(25), 'NXT_TLV_TABLE_REQUEST (OF1.3) (xid=0x1):'],
  [
    nicira(26, '00000100 0040 00000000000000000000 ffff010800010000 0102807c00050000'),
    'NXT_TLV_TABLE_REPLY (OF1.3) (xid=0x1):\n max option space=256 max fields=64\n allocated option space=132\n\n' +
      ' mapping table:\n  class  type  length  match field\n ------  ----  ------  --------------\n' +
      ' 0xffff   0x1       8  tun_metadata1\n  0x102  0x80     124  tun_metadata5',
  ],
  [nicira(29, '000000000000 0005'), 'NXT_CT_FLUSH_ZONE (OF1.3) (xid=0x1): zone_id=5'],
  [
    nicira(32, '0000000000000000 0002000800050000'),
    "NXT_CT_FLUSH (OF1.3) (xid=0x1): zone=5 'ct_ipv6_src=::,ct_ipv6_dst=::,ct_tp_src=0,ct_tp_dst=0,ct_nw_proto=0'" +
      " 'ct_ipv6_src=::,ct_ipv6_dst=::,ct_tp_src=0,ct_tp_dst=0'",
  ],
  [onf(1870, '00000001'), 'ONFT_FLOW_MONITOR_CANCEL (OF1.3) (xid=0x1): id=1'],
  [onf(1871), 'ONFT_FLOW_MONITOR_PAUSED (OF1.3) (xid=0x1):'],
  [onf(1872), 'ONFT_FLOW_MONITOR_RESUMED (OF1.3) (xid=0x1):'],
  [
    onf(2300, '00000001 0009 00ff'),
    'ONFT_BUNDLE_CONTROL (OF1.3) (xid=0x1):\n bundle_id=0x1 type=9 flags=atomic ordered 0xfc',
  ],
  [
    onf(2350, '040f0010 00000009 00000000 00000001'),
    'ONFT_REQUESTFORWARD (OF1.3) (xid=0x1): reason=group_mod\n ADD group_id=1,type=all',
  ],
  [
    onf(2350, '041d0020 0000006b 00010001 00000063 00010010 00000005 00000001 00000000'),
    'ONFT_REQUESTFORWARD (OF1.3) (xid=0x1): reason=meter_mod MOD meter=99 kbps bands=\ntype=drop rate=5',
  ],
]

t.test('experimenter messages read as ofp-print shows them, and encode to their bytes', (t) => {
  for (const [hex, text] of texts) {
    const message = decodeMessage(fromHex(hex))
    t.equal(formatMessage(message), text)
    t.equal(toHex(encodeMessage(message)), hex, text)
    t.equal(toHex(encodeMessage(fromJson(JSON.parse(JSON.stringify(toJson(message))) as Json))), hex, text)
  }
  t.end()
})

const frame = '6655443322110011223344551234'
const property = (type: string, body: string): string => {
  const digits = body.replaceAll(' ', '')
  const length = 4 + digits.length / 2
  return `${type}${length.toString(16).padStart(4, '0')}${digits}${'00'.repeat((8 - (length % 8)) % 8)}`
}
const output = '0000001000000001ffff000000000000'

/** A packet-in2 with every property, its continuation with everything that Open vSwitch puts there. */
const paused = nicira(
  30,
  property('0000', frame) +
    property('0001', '00000063') +
    property('0002', '00000007') +
    property('0003', '05') +
    property('0004', '00000000 0000000000000001') +
    property('0005', '01') +
    property('0006', '80000a02 0800 0001d308 00000021 000000ff') +
    property('0007', 'aabb') +
    property(
      '0008',
      '00000000' +
        property('8000', '000102030405060708090a0b0c0d0e0f') +
        property('8001', '00') +
        property('8001', '000102') +
        property('8002', '00000005') +
        property('8003', '') +
        property('8004', '07') +
        property('8005', '00000000 0000000000000021') +
        property('8006', `00000000${output}`) +
        property('8004', '08') +
        property('8006', `00000000${output}${output}`) +
        property('8007', `00000000${output}`) +
        property('8008', '00000009'),
    ),
)

type PacketIn2 = MessageNamed<'packetIn2'>

t.test('a paused packet comes with userdata and a continuation', (t) => {
  const message = decodeMessage(fromHex(paused)) as PacketIn2
  t.equal(toHex(encodeMessage(message)), paused)
  t.equal(
    formatMessage(message),
    'NXT_PACKET_IN2 (OF1.3) (xid=0x1): table_id=5 cookie=0x1 total_len=99 ct_state=new|trk,ip (via action)' +
      ' data_len=14 buffer=0x00000007\n' +
      ' userdata=aa.bb\n' +
      ' continuation.bridge=03020100-0706-0504-0b0a-09080f0e0d0c\n' +
      ' continuation.stack=(top) 0 0x102 (bottom)\n' +
      ' continuation.mirrors=0x5\n' +
      ' continuation.conntracked=true\n' +
      ' continuation.actions=unroll_xlate(table=7, cookie=33),output:1,' +
      'unroll_xlate(table=8, cookie=33),output:1,output:1\n' +
      ' continuation.action_set=output:1\n' +
      ' continuation.odp_port=9\n' +
      `packet=${frame}`,
  )
  t.match(packetIn2Facts(message), { fullLen: 99, bufferId: 7, tableId: 5, cookie: 1n, reason: 1 })
  t.equal(toHex(packetIn2Facts(message).packet), frame)
  t.equal(toHex(packetIn2Facts(message).userdata), 'aabb')
  t.end()
})

t.test('what a packet-in2 leaves out has a meaning', (t) => {
  const message = decodeMessage(fromHex(nicira(30, property('0000', frame)))) as PacketIn2
  t.match(packetIn2Facts(message), { fullLen: 14, bufferId: 0xffffffff, tableId: 0, reason: 0, metadata: [] })
  t.equal(packetIn2Facts(message).cookie, undefined)
  t.equal(packetIn2Facts(message).continuation, undefined)
  t.equal(
    formatMessage(message),
    `NXT_PACKET_IN2 (OF1.3) (xid=0x1): total_len=14  (via no_match) data_len=14 (unbuffered)\npacket=${frame}`,
  )
  t.end()
})

t.test('a resume gives the continuation back, without the userdata', (t) => {
  const message = decodeMessage(fromHex(paused)) as PacketIn2
  const resume = resumeFor(message, 7)
  const back = decodeMessage(encodeMessage(resume)) as MessageNamed<'resume'>
  t.same(packetIn2Facts(back).continuation, packetIn2Facts(message).continuation)
  t.equal(packetIn2Facts(back).userdata.length, 0)
  t.match(formatMessage(resume), /^NXT_RESUME \(OF1\.3\) \(xid=0x7\): table_id=5 /)
  t.end()
})

t.test('a continuation that is not of Open vSwitch 3.1 is shown as it came', (t) => {
  const message = decodeMessage(fromHex(nicira(30, property('0008', '00000000 80000003'))))
  t.match(formatMessage(message), '\n continuation=80000003')
  t.end()
})

t.test('a packet-in2 can be made from its parts', (t) => {
  const message: PacketIn2 = {
    type: 'packetIn2',
    xid: 0,
    properties: [
      { type: 'packet', data: fromHex(frame) },
      { type: 'metadata', metadata: match({ inPort: 3 }) },
      { type: 'unknown', tag: 0x7777, data: fromHex('0102') },
    ],
  }
  const hex = toHex(encodeMessage(message))
  t.ok(hex.endsWith('7777000601020000'))
  t.equal(toHex(encodeMessage(decodeMessage(fromHex(hex)))), hex)
  t.throws(() => encodeMessage({ ...message, properties: [{ type: 'reason', reason: 256 }] }), {
    message: 'packetIn2.properties[0].reason: 256 is more than 255',
  })
  t.end()
})

t.test('a tuple to flush may be of IPv4, IPv6 or ICMP, and its members need no padding', (t) => {
  const address = property('0000', '20010db8 00000000 00000000 00000001')
  const flush = decodeMessage(
    fromHex(nicira(32, `3a00000000000000${property('0000', `00000000${address}${property('0004', '0005')}`)}`)),
  )
  t.match(formatMessage(flush), "zone=0 'ct_ipv6_src=2001:db8::1,ct_ipv6_dst=::,icmp_id=5,icmp_type=0,icmp_code=0,")
  t.match(toJson(flush), {
    properties: [{ type: 'original', tuple: [{ type: 'source', address: '2001:db8::1' }, {}] }],
  })
  t.same(fromJson(toJson(flush)), flush)
  t.end()
})

const inner = '0409000c00000001 00000080'

t.test('a bundle-add ends its message where that says, and keeps what follows', (t) => {
  const hex = onf(2301, `00000001 0000 0003 ${inner} 00000000 ffff000c 4f4e4600 00000001 00000000`)
  const message = decodeMessage(fromHex(hex))
  t.match(message, { type: 'bundleAdd', bundleId: 1, flags: 3, message: { type: 'setConfig', xid: 1 } })
  t.equal(toHex(encodeMessage(message)), hex)
  t.same(fromJson(toJson(message)), message)
  t.equal(
    formatMessage(message),
    'ONFT_BUNDLE_ADD_MESSAGE (OF1.3) (xid=0x1):\n bundle_id=0x1 flags=atomic ordered\n' +
      'OFPT_SET_CONFIG (OF1.3) (xid=0x1): frags=normal miss_send_len=128',
  )
  t.end()
})

t.test('a bundle-add needs a whole message of its own version, and no bundle in it', (t) => {
  const add = (message: string): string => onf(2301, `00000001 0000 0001 ${message}`)
  t.equal(refusal(add(inner)), 'taken')
  t.equal(refusal(add('')), 'OFPBRC_BAD_LEN', 'no message')
  t.equal(refusal(add('0402000300000001')), 'OFPBRC_BAD_LEN', 'a length of 3')
  t.equal(refusal(add('0402001000000001 70696e67')), 'OFPBRC_BAD_LEN', 'longer than what is there')
  t.equal(refusal(add('0502000800000001')), 'OFPBRC_BAD_VERSION', 'another version')
  t.equal(refusal(add('04ff000800000001')), 'OFPBRC_BAD_TYPE', 'an unknown type')
  t.equal(refusal(add(add(inner))), 'OFPBRC_BAD_LEN', 'a bundle in a bundle')
  t.end()
})

t.test('messages of experimenters that are not known stay as they are', (t) => {
  const hex = messageHex(0x12345678, 9, 'aabb')
  const message = decodeMessage(fromHex(hex))
  t.same(message, { type: 'experimenter', xid: 1, experimenter: 0x12345678, expType: 9, data: fromHex('aabb') })
  t.equal(formatMessage(message), 'OFPT_EXPERIMENTER (OF1.3) (xid=0x1): experimenter=0x12345678 exp_type=9 data=aabb')
  t.equal(toHex(encodeMessage(message)), hex)
  t.equal(decodeMessage(fromHex(nicira(13))).type, 'experimenter', 'a Nicira message of OpenFlow 1.0')
  t.end()
})

t.test('cut anywhere, an experimenter message is refused or means less, and nothing else is thrown', (t) => {
  for (const hex of [paused, ...texts.map(([one]) => one)]) {
    for (let length = 16; length < hex.length / 2; length++) {
      const cut = `0404${length.toString(16).padStart(4, '0')}${hex.slice(8, length * 2)}`
      t.type(refusal(cut), 'string')
    }
  }
  t.end()
})

t.test('experimenter messages of Open vSwitch and os-ken', (t) => {
  const seen = new Set<Message['type']>()
  for (const vector of linesOf(t, (one) => isMessage(one, 4))) {
    seen.add(checkLine(t, vector).type)
    const truncated = `${hexOf(vector).slice(0, 4)}000f${hexOf(vector).slice(8, 30)}`
    t.equal(refusal(truncated), 'OFPBRC_BAD_LEN', `${vector.name} cut`)
  }
  t.ok([...seen].every((type) => messageKinds.some(({ name }) => name === type)))
  t.end()
})

t.test('hostile experimenter messages', (t) => {
  const wanted = /^hostile\/(nicira-message|onf-message|truncated)\//
  for (const vector of linesOf(t, ({ name }) => wanted.test(name))) {
    if (hexOf(vector).startsWith('0404')) checkHostile(t, vector)
  }
  t.end()
})
