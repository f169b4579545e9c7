import t from 'tap'
import {
  decodeHello,
  encodeHello,
  formatHello,
  helloVersions,
  negotiate,
  versionElement,
} from '../../controller/openflow/messages/hello.ts'
import { decodeMessage, encodeMessage, formatMessage } from '../../controller/openflow/messages/messages.ts'
import { ProtocolError } from '../../controller/openflow/wire/errors.ts'
import { fromHex, toHex } from '../../controller/openflow/wire/json.ts'
import { textOf } from '../vectors/load.ts'
import { checkLine, hexOf, isMessage, linesOf } from './message-lines.ts'

const bytes = (hex: string): Uint8Array => fromHex(hex.replaceAll(' ', ''))

t.test('a HELLO says which versions its sender speaks', (t) => {
  const hello = decodeHello(bytes('05000010 00000001 00010008 00000030'))
  t.same(hello, { version: 5, xid: 1, elements: [{ type: 'versionBitmap', bitmaps: [0x30] }] })
  t.same(helloVersions(hello, hello.version), [4, 5])
  t.equal(formatHello(hello), 'OFPT_HELLO (OF1.4) (xid=0x1):\n version bitmap: 0x04, 0x05')
  t.equal(toHex(encodeHello(hello)), '05000010000000010001000800000030')
  t.end()
})

t.test('a bitmap may name versions above 31 and never names version 0', (t) => {
  const hello = decodeHello(bytes('04000018 00000001 0001000c 00000011 00000002 00000000'))
  t.same(helloVersions(hello, hello.version), [4, 33])
  t.same(versionElement([4, 33]), { type: 'versionBitmap', bitmaps: [0x10, 2] })
  t.end()
})

t.test('without a bitmap of use, all versions up to that of the header are spoken', (t) => {
  t.same(helloVersions(decodeHello(bytes('06000008 00000001')), 6), [1, 2, 3, 4, 5, 6])
  t.same(helloVersions(decodeHello(bytes('04000010 00000001 00010004 00000000')), 4), [1, 2, 3, 4])
  t.same(helloVersions(decodeHello(bytes('04000010 00000001 00010008 00000001')), 4), [1, 2, 3, 4])
  t.end()
})

t.test('both sides settle on the highest version that both speak', (t) => {
  const ovs = decodeHello(bytes('06000008 01020304'))
  const only13 = decodeHello(bytes('06000010 01020304 00010008 00000010'))
  const old = decodeHello(bytes('01000008 01020304'))
  t.equal(negotiate([4], ovs), 4)
  t.equal(negotiate([1, 4], only13), 4)
  t.equal(negotiate([1, 4], old), 1)
  t.equal(negotiate([4], old), undefined)
  t.end()
})

t.test('elements that are not known are kept and shown', (t) => {
  const hex = '04000020000000010063000c0000000000000000000000000001000800000010'
  const message = decodeMessage(fromHex(hex))
  t.equal(toHex(encodeMessage(message)), hex)
  t.equal(formatMessage(message), formatHello(decodeHello(fromHex(hex))))
  t.match(formatMessage(message), 'version bitmap: 0x04\n unknown data in hello:\n00000000  04 00 00 20')
  t.end()
})

t.test('what follows the header of an old HELLO means nothing', (t) => {
  t.same(decodeHello(bytes('0100000a 00000001 ffff')), { version: 1, xid: 1, elements: [] })
  t.end()
})

t.test('what is no HELLO is refused', (t) => {
  t.throws(() => decodeHello(bytes('04000010 01020304 00010000 00000010')), ProtocolError, 'an element of no length')
  t.throws(() => decodeHello(bytes('04000010 01020304 00010007 00000010')), ProtocolError, 'half a word')
  t.throws(() => decodeHello(bytes('0400000c 01020304 00010008')), ProtocolError, 'a cut element')
  t.throws(() => decodeHello(bytes('04020008 01020304')), ProtocolError, 'another message')
  t.throws(() => decodeHello(bytes('040000')), ProtocolError, 'less than a header')
  t.throws(() => decodeHello(bytes('04000009 01020304')), ProtocolError, 'less than its length')
  t.end()
})

t.test('HELLOs of Open vSwitch and os-ken, of any version', (t) => {
  for (const vector of linesOf(t, ({ form, line }) => form === 'message' && line.type === 0)) {
    if ('decodeError' in vector.line) continue
    const hello = decodeHello(fromHex(hexOf(vector)))
    t.equal(toHex(encodeHello(hello)), hexOf(vector), `${vector.name} bytes`)
    const text = textOf(vector.line, 'text')
    if (text !== undefined) t.equal(formatHello(hello), text.trim(), `${vector.name} text`)
    if (isMessage(vector, 0)) checkLine(t, vector)
  }
  t.end()
})

t.test('a hostile HELLO leads to 1.3, to no version, or is refused', (t) => {
  const outcomes: Record<string, string> = {}
  for (const vector of linesOf(t, ({ name }) => name.startsWith('hostile/hello/'))) {
    try {
      const version = negotiate([4], decodeHello(fromHex(hexOf(vector))))
      outcomes[vector.name] = version === undefined ? 'close' : 'ignore'
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      // Where the first message is no HELLO, no conversation is possible.
      outcomes[vector.name] = error.errorName === 'OFPBRC_BAD_TYPE' ? 'close' : 'error'
    }
    t.equal(outcomes[vector.name], vector.line.expectation, vector.name)
  }
  t.end()
})
