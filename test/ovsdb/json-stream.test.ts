import t from 'tap'
import { type JsonLimits, JsonSplitter } from '../../controller/ovsdb/index.ts'
import { processorTime } from '../support/processor.ts'
import fc from '../support/random.ts'

/** What a splitter makes of a text that comes in pieces of these sizes, over and over. */
const split = (bytes: Buffer, sizes: readonly number[], limits: Partial<JsonLimits> = {}): object[] => {
  const splitter = new JsonSplitter(limits)
  const messages: object[] = []
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1
    messages.push(...splitter.push(bytes.subarray(at, at + size)))
    at += size
  }
  return messages
}

const streamOf = (messages: readonly unknown[], between = ''): Buffer =>
  Buffer.from(messages.map((message) => JSON.stringify(message)).join(between))

t.test('any messages, cut anywhere, come out as they went in', async (t) => {
  const message = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 4 }))
  const gap = fc.constantFrom('', ' ', '\n', '\r\n\t')
  const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(fc.array(message, { maxLength: 5 }), gap, sizes, (messages, between, sizes) => {
      return JSON.stringify(split(streamOf(messages, between), sizes)) === JSON.stringify(messages)
    }),
    { numRuns: 300 },
  )
  t.pass('they did')
})

t.test('brackets, quotes and backslashes within text do not end a message', async (t) => {
  const messages = [{ 'a}"\\': ']}"{[\\\\"' }, { 'ключ €😀': ['\u0000', '\\u007d', '"'] }]
  t.same(split(streamOf(messages), [1]), messages)
  t.same(split(streamOf(messages), [1_000]), messages)
})

const refusals: Readonly<Record<string, readonly [Buffer, RegExp]>> = {
  'text that is no JSON': [Buffer.from('GET / HTTP/1.1'), /byte 0x47 where a JSON object must begin/],
  'a list in the place of an object': [Buffer.from('[1]'), /byte 0x5b where/],
  'an end without a beginning': [Buffer.from('}'), /byte 0x7d where/],
  'brackets that do not match': [Buffer.from('{"a":[}]'), /is no JSON/],
  'UTF-8 that is none': [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), /is no JSON/],
  'a number that is none': [Buffer.from('{"a":01}'), /is no JSON/],
  'deep nesting': [Buffer.from(`{"a":${'['.repeat(64)}`), /nested deeper than 64/],
}

for (const [what, [bytes, reason]] of Object.entries(refusals)) {
  t.test(`${what} is refused, however it is cut`, async (t) => {
    t.throws(() => split(bytes, [1]), { name: 'ProtocolError', message: reason })
    t.throws(() => split(bytes, [1_000]), { name: 'ProtocolError', message: reason })
  })
}

t.test('a message that is too long is refused before it is whole', async (t) => {
  const begun = Buffer.from(`{"a":"${'x'.repeat(200)}`)
  t.throws(() => split(begun, [10], { bytes: 100 }), /longer than 100 bytes/)
  t.throws(() => split(Buffer.from(`{"a":"${'x'.repeat(200)}"}`), [1_000], { bytes: 100 }), /longer than 100 bytes/)
  t.same(split(Buffer.from('{"a":"b"}{"a":"b"}'), [4], { bytes: 9 }), [{ a: 'b' }, { a: 'b' }], 'each counts alone')
})

t.test('a message of countless little values is refused, as they would fill the memory', async (t) => {
  t.throws(() => split(Buffer.from(`{"a":[${'{},'.repeat(200)}`), [7], { values: 100 }), /more than 100 values/)
})

t.test('a long message in small pieces takes time in proportion to its length', async (t) => {
  const time = (length: number): number => {
    const bytes = Buffer.from(`{"a":"${'x'.repeat(length)}"}`)
    const started = processorTime()
    t.equal(split(bytes, [64]).length, 1)
    return processorTime() - started
  }
  time(1_000_000)
  const short = Math.max(5, time(1_000_000))
  // Looking at all that has come with each piece would take about 64 times as long.
  t.ok(time(8_000_000) < 30 * short)
})
