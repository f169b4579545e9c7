import t from 'tap'
import {
  type ErrorMessage,
  errorName,
  errorNames,
  experimenterError,
  ovsErrorName,
} from '../../controller/openflow/messages/error.ts'
import { decodeMessage, formatMessage, fromJson, toJson } from '../../controller/openflow/messages/messages.ts'
import { errorReply } from '../../controller/openflow/stream/refusal.ts'
import { ProtocolError } from '../../controller/openflow/wire/errors.ts'
import { fromHex, toHex } from '../../controller/openflow/wire/json.ts'
import { textOf } from '../vectors/load.ts'
import { checkHostile, checkLine, isMessage, linesOf, refusal } from './message-lines.ts'

const bytes = (hex: string): Uint8Array => fromHex(hex.replaceAll(' ', ''))
const decodeError = (hex: string): ErrorMessage => decodeMessage(bytes(hex)) as ErrorMessage

t.test('an error quotes the message that failed', (t) => {
  const hex = '0401003c 00000006 00060008 040f0030 00000006 00010200 00000063 00200000 ffffffff ffffffff 00000000'
  const message = decodeError(`${hex} 00000010 00000003 00000000 00000000`)
  t.equal(errorName(message), 'OFPGMFC_UNKNOWN_GROUP')
  t.equal(
    formatMessage(message),
    'OFPT_ERROR (OF1.3) (xid=0x6): OFPGMFC_UNKNOWN_GROUP\n' +
      'OFPT_GROUP_MOD (OF1.3) (xid=0x6):\n MOD group_id=99,type=indirect,bucket=actions=output:3',
  )
  t.end()
})

t.test('errors of experimenters have names too', (t) => {
  const message = decodeError('04010010 1234abcd ffff08fe 4f4e4600')
  t.same(message, {
    type: 'error',
    xid: 0x1234abcd,
    errorType: experimenterError,
    expType: 2302,
    experimenter: 0x4f4e4600,
    data: new Uint8Array(0),
  })
  t.equal(errorName(message), 'OFPBFC_BAD_ID')
  t.same(toJson(message), {
    type: 'error',
    xid: 0x1234abcd,
    errorType: 'EXPERIMENTER',
    expType: 'OFPBFC_BAD_ID',
    experimenter: 0x4f4e4600,
    data: '',
  })
  t.same(fromJson(toJson(message)), message)
  t.end()
})

t.test('an error that nobody has named shows its numbers', (t) => {
  t.match(formatMessage(decodeError('0401000c 01020304 00630001')), /: type=99 code=1\nOpenFlow message is empty$/)
  const foreign = decodeError('04010010 01020304 ffffea60 000f423f')
  t.equal(errorName(foreign), undefined)
  t.match(formatMessage(foreign), /: experimenter=0xf423f exp_type=60000\n/)
  t.same(fromJson(toJson(foreign)), foreign)
  t.end()
})

t.test('a message quoted in part is dumped', (t) => {
  t.equal(
    formatMessage(decodeError('0401001c 01020304 00010006 040e0050 00000001 00000000 00000000')),
    'OFPT_ERROR (OF1.3) (xid=0x1020304): OFPBRC_BAD_LEN\n' +
      'OFPT_FLOW_MOD (OF1.3) (xid=0x1):\n' +
      '(***truncated to 16 bytes from 80***)\n' +
      '00000000  04 0e 00 50 00 00 00 01-00 00 00 00 00 00 00 00 |...P............|',
  )
  t.equal(
    formatMessage(decodeError('04010010 01020304 00010001 aabbccdd')),
    'OFPT_ERROR (OF1.3) (xid=0x1020304): OFPBRC_BAD_TYPE\nOpenFlow packet too short (only 4 bytes):\n' +
      '00000000  aa bb cc dd                                     |....            |',
  )
  t.match(
    formatMessage(decodeError('04010018 01020304 00010001 04000000 00000000 aaaaaaaa')),
    '(***only uses 0 bytes out of 12***)\n00000000  04 00',
  )
  t.end()
})

t.test('a quoted message that cannot be decoded is named where its kind is known', (t) => {
  t.match(
    formatMessage(decodeError('04010024 00000071 000b0002 04180018 00000071 ffffffff 00000000 00000000 00000009')),
    ': OFPRRFC_BAD_ROLE\nOFPT_ROLE_REQUEST (OF1.3) (xid=0x71): ***decode error: OFPRRFC_BAD_ROLE***\n00000000  04 18',
  )
  t.match(
    formatMessage(decodeError('04010014 00000071 00010001 04ff0008 00000071')),
    ': OFPBRC_BAD_TYPE\n***decode error: OFPBRC_BAD_TYPE***\n00000000  04 ff',
  )
  t.end()
})

t.test('an error that quotes an error that quotes an error is dumped from some depth on', (t) => {
  let hex = '0402000800000001'
  while (hex.length / 2 + 12 < 0x10000) {
    const length = (hex.length / 2 + 12).toString(16).padStart(4, '0')
    hex = `0401${length}0000000100010001${hex}`
  }
  const text = formatMessage(decodeError(hex))
  t.equal(text.match(/OFPT_ERROR/g)?.length, 5)
  t.match(text, /OFPBRC_BAD_TYPE\n00000000 {2}04 01/)
  t.end()
})

t.test('HELLO_FAILED carries a text for people', (t) => {
  t.equal(
    formatMessage(decodeError('04010013 01020304 00000000 6e22005c 0a7fff')),
    'OFPT_ERROR (OF1.3) (xid=0x1020304): OFPHFC_INCOMPATIBLE\nn\\042\\000\\134\\012\\177\\377',
  )
  t.end()
})

t.test('a refused message is answered with an error that quotes 64 bytes of it', (t) => {
  const refused = new Uint8Array(200).fill(7)
  refused.set([4, 14, 0, 200, 0, 0, 0, 9])
  const reply = errorReply(4, new ProtocolError('OFPBRC_BAD_LEN', 'too long'), refused) ?? new Uint8Array()
  t.equal(toHex(reply), `0401004c0000000900010006040e00c800000009${'07'.repeat(56)}`)
  t.equal(errorName(decodeMessage(reply) as ErrorMessage), 'OFPBRC_BAD_LEN')
  const short = errorReply(1, new ProtocolError('OFPBAC_BAD_TYPE', 'unknown'), refused.subarray(0, 8))
  t.equal(toHex(short ?? new Uint8Array()), '010100140000000900020000040e00c800000009')
  t.end()
})

t.test('an error is never answered, nor what has no header', (t) => {
  const error = new ProtocolError('OFPBRC_BAD_LEN', 'too long')
  t.equal(errorReply(4, error, fromHex('0401000c0000000900010006')), undefined)
  t.equal(errorReply(4, error, fromHex('040e00c8')), undefined)
  t.end()
})

t.test('the table has every name once', (t) => {
  t.equal(new Set(errorNames).size, errorNames.length)
  t.ok(errorNames.includes('OFPMMFC_OUT_OF_BANDS') && errorNames.includes('NXST_NOT_CONFIGURED'))
  t.end()
})

t.test('errors of Open vSwitch and os-ken, by the name that Open vSwitch gives them', (t) => {
  for (const vector of linesOf(t, (one) => isMessage(one, 1))) {
    const message = checkLine(t, vector) as ErrorMessage
    const name = textOf(vector.line, 'errorName')
    if (name !== undefined) t.equal(ovsErrorName(errorName(message) ?? ''), name, `${vector.name} name`)
  }
  t.end()
})

t.test('hostile errors', (t) => {
  t.equal(refusal('0401000a010203040001'), 'OFPBRC_BAD_LEN')
  t.equal(refusal('0401000e01020304ffff08fe4f4e'), 'OFPBRC_BAD_LEN')
  for (const vector of linesOf(t, ({ name }) => name.startsWith('hostile/error-msg/'))) checkHostile(t, vector)
  t.end()
})
