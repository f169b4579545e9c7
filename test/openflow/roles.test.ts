import t from 'tap'
import {
  decodeMessage,
  encodeMessage,
  formatMessage,
  fromJson,
  toJson,
} from '../../controller/openflow/messages/messages.ts'
import { NO_GENERATION, Role } from '../../controller/openflow/messages/role.ts'
import { EncodeError } from '../../controller/openflow/wire/errors.ts'
import { fromHex, toHex } from '../../controller/openflow/wire/json.ts'
import { checkHostile, checkLine, isMessage, linesOf, refusal } from './message-lines.ts'

t.test('a controller asks to be primary of a generation', (t) => {
  const message = { type: 'roleRequest', xid: 0x69, role: Role.PRIMARY, generationId: 1n } as const
  t.equal(toHex(encodeMessage(message)), '041800180000006900000002000000000000000000000001')
  t.equal(formatMessage(message), 'OFPT_ROLE_REQUEST (OF1.3) (xid=0x69): role=primary generation_id=1')
  t.same(toJson(message), { type: 'roleRequest', xid: 0x69, role: 'PRIMARY', generationId: '0x1' })
  t.same(fromJson(toJson(message)), message)
  t.end()
})

t.test('a generation that is not known is not shown', (t) => {
  const reply = decodeMessage(fromHex('04190018000000660000000100000000ffffffffffffffff'))
  t.same(reply, { type: 'roleReply', xid: 0x66, role: Role.EQUAL, generationId: NO_GENERATION })
  t.equal(formatMessage(reply), 'OFPT_ROLE_REPLY (OF1.3) (xid=0x66): role=equal')
  t.end()
})

t.test('a number that is no role is refused, and not sent', (t) => {
  t.equal(refusal('041900180102030400000009000000000000000000000001'), 'OFPRRFC_BAD_ROLE')
  t.equal(refusal('0404001400000069000023200000000a00000003'), 'OFPRRFC_BAD_ROLE')
  const message = { type: 'roleReply', xid: 1, role: 4, generationId: 1n } as const
  t.throws(() => encodeMessage(message), new EncodeError('roleReply.role', '4 is no role'))
  t.end()
})

t.test('a switch tells that a role was lost', (t) => {
  const hex = '04040020000000014f4e46000000077700000003010000000000000000000005'
  const message = decodeMessage(fromHex(hex))
  t.equal(
    formatMessage(message),
    'ONFT_ROLE_STATUS (OF1.3) (xid=0x1): role=secondary generation_id=5 reason=configuration_changed',
  )
  t.equal(toHex(encodeMessage(message)), hex)
  t.end()
})

t.test('role messages of Open vSwitch and os-ken', (t) => {
  for (const vector of linesOf(t, (one) => isMessage(one, 24, 25))) checkLine(t, vector)
  t.end()
})

t.test('hostile roles', (t) => {
  for (const vector of linesOf(t, ({ name }) => name.startsWith('hostile/role/'))) checkHostile(t, vector)
  t.end()
})
