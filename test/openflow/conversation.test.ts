import t from 'tap'
import { Conversation, type ConversationEvent } from '../../controller/openflow/stream/conversation.ts'
import { fromHex, toHex } from '../../controller/openflow/wire/json.ts'

const hello13 = fromHex('04000010000000010001000800000010')
const hello10 = fromHex('0100000800000001')
const echo = fromHex('0402000c0000000970696e67')

const types = (events: readonly ConversationEvent[]): string[] => events.map(({ type }) => type)

const replyOf = (event: ConversationEvent | undefined): string =>
  event && 'reply' in event && event.reply ? toHex(event.reply) : ''

const pushAll = (conversation: Conversation, ...messages: readonly Uint8Array[]): readonly ConversationEvent[] =>
  conversation.push(Uint8Array.from(messages.flatMap((message) => [...message])))

t.test('HELLO chooses the version, then messages come out decoded', (t) => {
  const conversation = new Conversation()
  const events = pushAll(conversation, hello13, echo)
  t.match(events, [
    { type: 'version', version: 4 },
    { type: 'message', version: 4, message: { type: 'echoRequest', xid: 9 } },
  ])
  t.equal(conversation.version, 4)
  t.equal(conversation.closed, false)
  t.end()
})

t.test('versions are negotiated by bitmap, or by the lower header version', (t) => {
  const chosen: readonly (readonly [hex: string, version: number | undefined, what: string])[] = [
    ['06000010000000010001000800000010', 4, 'header 1.5, bitmap 1.3'],
    ['06000010000000010001000800000012', 4, 'bitmap 1.0 and 1.3'],
    ['06000010000000010001000800000042', 1, 'bitmap 1.0 and 1.5'],
    ['0600000800000001', 4, 'header 1.5 without bitmap'],
    ['0100000800000001', 1, 'header 1.0'],
    ['0300000800000001', undefined, 'header 1.2: the lower version is 1.2'],
    ['06000010000000010001000800000040', undefined, 'bitmap 1.5 only'],
    ['0000000800000001', undefined, 'version 0'],
  ]
  for (const [hex, version, what] of chosen) {
    const conversation = new Conversation()
    const events = conversation.push(fromHex(hex))
    t.equal(conversation.version, version, what)
    t.same(types(events), [version === undefined ? 'close' : 'version'])
  }
  t.end()
})

t.test('without a common version the peer is told HELLO_FAILED, INCOMPATIBLE and why', (t) => {
  const conversation = new Conversation({ versions: [4] })
  const [event] = conversation.push(hello10)
  t.match(event, { type: 'close' })
  t.match(replyOf(event), /^0401....00000001000000004f70656e466c6f7720312e33/)
  t.same(conversation.push(echo), [], 'nothing more is delivered')
  t.same(conversation.end(), [])
  t.end()
})

t.test('a connection that does not begin with HELLO is closed at its second byte', (t) => {
  const conversation = new Conversation()
  t.same(conversation.push(fromHex('53')), [])
  t.match(conversation.push(fromHex('53')), [{ type: 'close' }])
  t.same(types(new Conversation().push(fromHex('0401000e01020304000000006e6f'))), ['close'], 'ERROR')
  t.same(types(new Conversation().push(echo)), ['close'], 'another message')
  t.end()
})

t.test('another version than the chosen one is answered and passed over', (t) => {
  const conversation = new Conversation()
  const events = pushAll(conversation, hello13, fromHex('0302000800000005'), echo)
  t.same(types(events), ['version', 'error', 'message'])
  t.match(events[1], { error: { errorName: 'OFPBRC_BAD_VERSION' } })
  t.equal(replyOf(events[1]), '040100140000000500010000' + '0302000800000005')
  t.end()
})

t.test('a malformed message is answered with its first 64 bytes, and the next one is read', (t) => {
  const conversation = new Conversation()
  const long = fromHex(`04ff00c800000007${'aa'.repeat(192)}`)
  const events = pushAll(conversation, hello13, long, echo)
  t.same(types(events), ['version', 'error', 'message'])
  t.equal(replyOf(events[1]), `0401004c0000000700010001${toHex(long.subarray(0, 64))}`)
  t.end()
})

t.test('what only a controller sends is refused unread', (t) => {
  const conversation = new Conversation()
  const flowMod = fromHex(`040e003800000007${'ff'.repeat(48)}`)
  const events = pushAll(conversation, hello13, flowMod, echo)
  t.same(types(events), ['version', 'error', 'message'])
  t.match(events[1], { error: { errorName: 'OFPBRC_BAD_TYPE' } })
  const old = pushAll(new Conversation(), hello10, fromHex(`011000100000000700${'00'.repeat(7)}`))
  t.match(old[1], { type: 'error', error: { errorName: 'OFPBRC_BAD_TYPE' } })
  t.end()
})

t.test('an ERROR is never answered, however malformed', (t) => {
  const conversation = new Conversation()
  const events = pushAll(conversation, hello13, fromHex('0401000a000000070001'))
  t.same(types(events), ['version', 'error'])
  t.equal(replyOf(events[1]), '')
  t.end()
})

t.test('HELLO_FAILED from the peer ends the conversation', (t) => {
  const conversation = new Conversation()
  const events = pushAll(conversation, hello13, fromHex('0401000e00000001000000006e6f'), echo)
  t.same(types(events), ['version', 'close'])
  t.end()
})

t.test('lost message boundaries end the conversation', (t) => {
  const conversation = new Conversation()
  const events = pushAll(conversation, hello13, echo, fromHex('0402000700000001'), echo)
  t.same(types(events), ['version', 'message', 'close'])
  t.end()
})

t.test('the end of the stream closes, inside a message with its error', (t) => {
  const inside = new Conversation()
  pushAll(inside, hello13, echo.subarray(0, 9))
  t.equal(inside.midMessage, true)
  t.match(inside.end(), [{ type: 'close', reason: /inside a message/ }])
  const between = new Conversation()
  pushAll(between, hello13, echo)
  t.match(between.end(), [{ type: 'close', reason: /closed/ }])
  t.end()
})

t.test('parts of a multipart reply come out as one message', (t) => {
  const table = `00000000${'0'.repeat(40)}`
  const part = (flags: string): Uint8Array => fromHex(`041300280000000a0003${flags}00000000${table}`)
  const conversation = new Conversation()
  const events = pushAll(conversation, hello13, part('0001'), echo, part('0000'))
  t.same(types(events), ['version', 'message', 'message'])
  t.match(events[1], { message: { type: 'echoRequest' } })
  t.match(events[2], { message: { xid: 10, flags: 0 } })
  t.end()
})

t.test('OpenFlow 1.0 is spoken with a peer that has no more', (t) => {
  const conversation = new Conversation()
  const events = pushAll(conversation, hello10, fromHex('0102000c0000000970696e67'), echo)
  t.match(events[1], { type: 'message', version: 1, message: { type: 'echoRequest', xid: 9 } })
  t.match(events[2], { type: 'error', error: { errorName: 'OFPBRC_BAD_VERSION' } })
  t.match(replyOf(events[2]), /^0101/)
  t.end()
})

t.test('a session gives the same events one byte at a time', (t) => {
  const session = Uint8Array.from([...hello13, ...echo, ...fromHex('0302000800000005'), ...echo])
  const conversation = new Conversation()
  const events = [...session].flatMap((byte) => conversation.push(Uint8Array.of(byte)))
  t.same(types(events), types(new Conversation().push(session)))
  t.end()
})
