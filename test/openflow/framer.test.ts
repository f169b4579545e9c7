import t from 'tap'
import { Framer } from '../../controller/openflow/stream/framer.ts'
import type { ProtocolError } from '../../controller/openflow/wire/errors.ts'
import { fromHex, toHex } from '../../controller/openflow/wire/json.ts'
import { processorTime } from '../support/processor.ts'

/** Writes down what a Framer delivers, pausing after each message that `pauseAfter` names. */
class Recorder {
  readonly frames: string[] = []
  readonly errors: ProtocolError[] = []
  readonly refused: string[] = []
  readonly buffers = new Set<ArrayBufferLike>()
  pauseEach = false

  frame(view: DataView, bytes: Uint8Array, start: number, end: number): boolean {
    if (view.getUint8(start) !== bytes[start]) throw new Error('view and bytes differ')
    this.buffers.add(bytes.buffer)
    this.frames.push(toHex(bytes.subarray(start, end)))
    return !this.pauseEach
  }

  error(error: ProtocolError, bytes: Uint8Array, start: number, end: number): boolean {
    this.errors.push(error)
    this.refused.push(toHex(bytes.subarray(start, end)))
    return !this.pauseEach
  }
}

const echo = (size: number, xid = 1): Uint8Array => {
  const bytes = new Uint8Array(size).fill(0x78)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, 0x0402_0000 + size)
  view.setUint32(4, xid)
  return bytes
}

const join = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]))

const pieces = (bytes: Uint8Array, size: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.slice(index * size, (index + 1) * size))

t.test('messages of one chunk are delivered in place, without a copy', (t) => {
  const sink = new Recorder()
  const chunk = join(echo(8), echo(20), echo(9))
  t.equal(new Framer(sink).push(chunk), true)
  t.same(sink.frames, [echo(8), echo(20), echo(9)].map(toHex))
  t.same([...sink.buffers], [chunk.buffer])
  t.end()
})

t.test('a stream gives the same messages however it is cut', (t) => {
  const messages = [echo(8), echo(65535), echo(20), echo(3000), echo(9), echo(8)]
  const stream = join(...messages)
  for (const size of [1, 2, 3, 7, 8, 9, 13, 100, 2048, 2049, 65534, 65535, 65536]) {
    const sink = new Recorder()
    const framer = new Framer(sink)
    for (const piece of pieces(stream, size)) framer.push(piece)
    t.same(sink.frames, messages.map(toHex), `pieces of ${size}`)
    t.equal(framer.end(), undefined)
  }
  t.end()
})

t.test('the chunk is not kept: a straddling message survives its reuse', (t) => {
  const sink = new Recorder()
  const framer = new Framer(sink)
  const chunk = echo(24)
  const first = chunk.slice(0, 11)
  framer.push(first)
  first.fill(0)
  t.equal(framer.partial.length, 11)
  framer.push(chunk.subarray(11))
  t.same(sink.frames, [toHex(chunk)])
  t.equal(framer.partial.length, 0)
  t.end()
})

t.test('a length under 8 is fatal: nothing after it is read', (t) => {
  for (const size of [1, 4, 100]) {
    const sink = new Recorder()
    const framer = new Framer(sink)
    for (const piece of pieces(join(echo(8), fromHex('0402000700000001'), echo(8), echo(8)), size)) framer.push(piece)
    t.equal(sink.frames.length, 1)
    t.match(sink.errors, [{ errorName: 'OFPBRC_BAD_LEN', fatal: true }])
    t.equal(sink.errors.length, 1)
    t.equal(framer.end(), undefined, 'reported once')
  }
  t.end()
})

t.test('a length under the least of its type is refused, and the next message is read', (t) => {
  const short: readonly (readonly [hex: string, what: string])[] = [
    ['040e000800000001', 'FLOW_MOD of 8 bytes'],
    ['040a002000000001000000000000000000000000000000000001000400000000', 'PACKET_IN of 32 bytes'],
    ['010a000c0000000100000000', '1.0 PACKET_IN of 12 bytes'],
    ['0104000800000001', '1.0 VENDOR of 8 bytes'],
  ]
  for (const [hex, what] of short) {
    for (const size of [1, 1000]) {
      const sink = new Recorder()
      const framer = new Framer(sink)
      for (const piece of pieces(join(fromHex(hex), echo(8)), size)) framer.push(piece)
      t.match(sink.errors, [{ errorName: 'OFPBRC_BAD_LEN', fatal: false }], what)
      t.same(sink.refused, [hex])
      t.same(sink.frames, [toHex(echo(8))])
    }
  }
  t.end()
})

t.test('the set of versions may change between two messages of one chunk', (t) => {
  const sink = new Recorder()
  const framer = new Framer(sink, { versions: [4, 6] })
  const hello = fromHex('0600000800000001')
  framer.push(hello)
  framer.accept([4])
  framer.push(join(echo(8), hello, echo(12)))
  t.same(sink.frames, [hello, echo(8), echo(12)].map(toHex))
  t.match(sink.errors, [{ errorName: 'OFPBRC_BAD_VERSION', fatal: false }])
  t.end()
})

t.test('a message longer than the maximum is refused without being held, and passed over', (t) => {
  const stream = join(echo(8), echo(5000), echo(100), echo(101), echo(8))
  for (const size of [1, 9, 60, 10_000]) {
    const sink = new Recorder()
    const framer = new Framer(sink, { maximumLength: 100 })
    const held = pieces(stream, size).map((piece) => framer.push(piece) && framer.partial.length)
    t.ok(Math.max(...held.map(Number)) <= 100)
    t.same(sink.frames, [echo(8), echo(100), echo(8)].map(toHex), `pieces of ${size}`)
    t.equal(sink.errors.length, 2)
  }
  t.end()
})

t.test('a sink can pause after any message and loses none', (t) => {
  const messages = [echo(8), echo(30), fromHex('040e000800000001'), echo(9), echo(16)]
  for (const size of [1, 5, 11, 40, 1000]) {
    const sink = new Recorder()
    sink.pauseEach = true
    const framer = new Framer(sink)
    for (const piece of pieces(join(...messages), size)) {
      let before = sink.frames.length + sink.errors.length
      let goOn = framer.push(piece)
      while (!goOn) {
        t.equal(framer.paused, true)
        t.equal(sink.frames.length + sink.errors.length, before + 1, 'one at a time')
        before++
        goOn = framer.resume()
      }
    }
    t.equal(sink.frames.length, 4, `pieces of ${size}`)
    t.equal(sink.errors.length, 1)
    t.equal(framer.paused, false)
  }
  t.end()
})

t.test('pushing while paused is a mistake of the caller', (t) => {
  const sink = new Recorder()
  sink.pauseEach = true
  const framer = new Framer(sink)
  t.equal(framer.push(join(echo(8), echo(8))), false)
  t.throws(() => framer.push(echo(8)), RangeError)
  t.end()
})

t.test('the end of a stream inside a message is an error', (t) => {
  for (const cut of [1, 3, 7, 8, 11]) {
    const framer = new Framer(new Recorder())
    framer.push(echo(12).subarray(0, cut))
    t.match(framer.end(), { errorName: 'OFPBRC_BAD_LEN', fatal: true }, `${cut} bytes`)
  }
  const skipping = new Framer(new Recorder(), { maximumLength: 100 })
  skipping.push(echo(200).subarray(0, 150))
  t.ok(skipping.end(), 'also in a message that is passed over')
  t.end()
})

t.test('one byte at a time takes time linear in the bytes', (t) => {
  const time = (count: number): number => {
    const sink = new Recorder()
    const framer = new Framer({ frame: () => true, error: (...args) => sink.error(...args) })
    const message = echo(60_000)
    const started = processorTime()
    for (let sent = 0; sent < count; sent++) {
      for (let at = 0; at < message.length; at++) framer.push(message.subarray(at, at + 1))
    }
    return processorTime() - started
  }
  // The best of three: the rest is what else a processor has to do with.
  const best = (count: number): number => Math.min(time(count), time(count), time(count))
  time(2)
  const one = Math.max(best(4), 1)
  t.ok(best(16) < one * 16, 'four times the bytes do not take sixteen times the time')
  t.end()
})
