import t from 'tap'
import { FlowRemovedMask, PacketInMask, PortStatusMask } from '../../controller/openflow/messages/async.ts'
import {
  decodeMessage,
  encodeMessage,
  formatMessage,
  fromJson,
  toJson,
} from '../../controller/openflow/messages/messages.ts'
import { EncodeError } from '../../controller/openflow/wire/errors.ts'
import { fromHex, toHex } from '../../controller/openflow/wire/json.ts'
import { checkLine, isMessage, linesOf, refusal } from './message-lines.ts'

const set = {
  type: 'setAsync',
  xid: 0x6b,
  packetInMask: [PacketInMask.NO_MATCH, 0],
  portStatusMask: [PortStatusMask.DELETE, 0],
  flowRemovedMask: [FlowRemovedMask.GROUP_DELETE, 0],
} as const

const off = '     ROLE_STATUS: (off)\n    TABLE_STATUS: (off)\n  REQUESTFORWARD: (off)'

t.test('a controller chooses what it is sent as primary and as secondary', (t) => {
  t.equal(toHex(encodeMessage(set)), '041c00200000006b000000010000000000000002000000000000000800000000')
  t.equal(
    formatMessage(set),
    'OFPT_SET_ASYNC (OF1.3) (xid=0x6b):\n' +
      ' primary:\n       PACKET_IN: no_match\n     PORT_STATUS: delete\n    FLOW_REMOVED: group_delete\n' +
      `${off}\n\n` +
      ' secondary:\n       PACKET_IN: (off)\n     PORT_STATUS: (off)\n    FLOW_REMOVED: (off)\n' +
      off,
  )
  t.match(toJson(set), { packetInMask: [['NO_MATCH'], []], flowRemovedMask: [['GROUP_DELETE'], []] })
  t.same(fromJson(toJson(set)), set)
  t.end()
})

t.test('a pair of masks is two masks', (t) => {
  const one = { ...set, packetInMask: [1] as unknown as readonly [number, number] }
  t.throws(() => encodeMessage(one), new EncodeError('setAsync.packetInMask', 'two masks are expected'))
  t.throws(() => fromJson({ ...toJson(set), portStatusMask: [[]] }), EncodeError)
  t.equal(refusal('041c001c0000006b00000001000000000000000200000000000000080000'), 'OFPBRC_BAD_LEN')
  t.end()
})

t.test('single masks can be set, also those of messages that 1.3 lacks', (t) => {
  // packet-in of secondary: no_match, action; of primary: all three; role status of secondary
  const hex = '0404002800000001000023200000001b 0000000800000003 0001000800000007 0006000800000003'.replaceAll(' ', '')
  const message = decodeMessage(fromHex(hex))
  t.match(message, {
    properties: [
      { type: 'packetInSecondary', mask: 3 },
      { type: 'packetInPrimary', mask: 7 },
      { type: 'roleStatusSecondary', mask: 3 },
    ],
  })
  t.equal(toHex(encodeMessage(message)), hex)
  t.match(formatMessage(message), /^NXT_SET_ASYNC_CONFIG2 .*\n primary:\n {7}PACKET_IN: no_match action invalid_ttl\n/)
  t.match(formatMessage(message), '     ROLE_STATUS: primary_request configuration_changed\n')
  t.same(fromJson(toJson(message)), message)
  t.end()
})

t.test('asynchronous configurations of Open vSwitch and os-ken', (t) => {
  for (const vector of linesOf(t, (one) => isMessage(one, 27, 28))) checkLine(t, vector)
  t.end()
})
