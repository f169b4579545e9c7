import assert from 'node:assert/strict'
import t from 'tap'
import { match } from '../../controller/openflow/fields/match.ts'
import { FlowStatsView } from '../../controller/openflow/hot/flow-stats-view.ts'
import { PacketInView } from '../../controller/openflow/hot/packet-in-view.ts'
import { prepare, prepareActions, Slab } from '../../controller/openflow/hot/slab.ts'
import { NO_BUFFER } from '../../controller/openflow/messages/flow-mod.ts'
import {
  decodeMessage,
  encodeMessage,
  type Message,
  type MessageNamed,
} from '../../controller/openflow/messages/messages.ts'
import { EncodeError, ProtocolError } from '../../controller/openflow/wire/errors.ts'
import { fromHex } from '../../controller/openflow/wire/json.ts'
import fc from '../support/random.ts'
import { flowMod } from './flow-mod.ts'
import { anyActionList } from './generate/actions.ts'
import { anyMessages } from './generate/messages.ts'
import { soundMessages } from './generate/sound-messages.ts'
import { bytes, from, u32 } from './generate/values.ts'
import { hexOf, isMessage, linesOf } from './message-lines.ts'

type PacketIn = MessageNamed<'packetIn'>
type FlowStats = MessageNamed<'flowStatsReply'>['flows'][number]

const viewOf = (of: Uint8Array): DataView => new DataView(of.buffer, of.byteOffset, of.byteLength)

/** A message somewhere in a larger buffer, as a socket delivers it. */
const amidst = (message: Uint8Array, before: number): DataView => {
  const buffer = new Uint8Array(before + message.length + 5).fill(0xee)
  buffer.set(message, before)
  return viewOf(buffer)
}

/** `in_port` as the standard numbers it, without a mask. */
const inPortOf = (message: PacketIn): number => {
  const oxm = message.match.find(({ code, mask }) => code.name === 'OXM_OF_IN_PORT' && mask === undefined)
  return oxm === undefined ? -1 : Number(oxm.value)
}

const seen = (view: PacketInView): PacketIn => ({
  type: 'packetIn',
  xid: view.xid,
  bufferId: view.bufferId,
  totalLen: view.totalLength,
  reason: view.reason,
  tableId: view.tableId,
  cookie: (BigInt(view.cookieHigh) << 32n) | BigInt(view.cookieLow),
  match: view.match(),
  data: view.data(),
})

const checkPacketIn = (view: PacketInView, message: Uint8Array, before: number): void => {
  const decoded = decodeMessage(message) as PacketIn
  view.reset(amidst(message, before), before, before + message.length)
  assert.deepStrictEqual(seen(view), decoded)
  assert.equal(view.inPort, inPortOf(decoded))
  assert.equal(view.dataLength, decoded.data.length)
  assert.equal(view.dataStart + view.dataLength, before + message.length)
}

t.test('a packet-in read in place shows what decoding shows', (t) => {
  const view = new PacketInView()
  const packetIns = fc.oneof(anyMessages.packetIn, soundMessages.packetIn)
  fc.assert(
    fc.property(packetIns, from(0, 20), (message, before) => checkPacketIn(view, encodeMessage(message), before)),
    { numRuns: 500 },
  )
  const vectors = linesOf(t, (vector) => isMessage(vector, 10) && !vector.line.truncated)
  for (const vector of vectors) {
    t.doesNotThrow(() => checkPacketIn(view, fromHex(hexOf(vector)), 3), vector.name)
  }
  t.end()
})

/** The name of the error that a view refuses bytes with, or what it shows. */
const refusal = (act: () => unknown): string => {
  try {
    act()
    return 'taken'
  } catch (error) {
    if (error instanceof ProtocolError) return error.errorName
    throw error
  }
}

t.test('a packet-in that is cut is refused before anything is read past its end', (t) => {
  const whole = encodeMessage({
    type: 'packetIn',
    xid: 1,
    bufferId: NO_BUFFER,
    totalLen: 3,
    reason: 0,
    tableId: 0,
    cookie: 0n,
    match: match({ inPort: 7 }),
    data: Uint8Array.of(1, 2, 3),
  })
  const view = new PacketInView()
  for (let length = 0; length < whole.length - 3; length++) {
    t.equal(
      refusal(() => view.reset(viewOf(whole), 0, length)),
      'OFPBRC_BAD_LEN',
      `${length} bytes`,
    )
  }
  view.reset(viewOf(whole), 0, whole.length - 3)
  t.equal(view.dataLength, 0, 'a packet may be empty')
  t.equal(view.inPort, 7)
  const short = whole.with(27, 3)
  t.equal(
    refusal(() => view.reset(viewOf(short), 0, short.length)),
    'OFPBRC_BAD_LEN',
    'a match of 3 bytes',
  )
  t.end()
})

const checkFlows = (view: FlowStatsView, message: Uint8Array, before: number): void => {
  const { flows } = decodeMessage(message) as MessageNamed<'flowStatsReply'>
  view.reset(amidst(message, before), before, before + message.length)
  const shown: FlowStats[] = []
  while (view.next()) {
    shown.push({
      tableId: view.tableId,
      durationSec: view.durationSec,
      durationNsec: view.durationNsec,
      priority: view.priority,
      idleTimeout: view.idleTimeout,
      hardTimeout: view.hardTimeout,
      flags: view.flags,
      cookie: (BigInt(view.cookieHigh) << 32n) | BigInt(view.cookieLow),
      packetCount: BigInt(view.packetCount),
      byteCount: BigInt(view.byteCount),
      match: view.match(),
      instructions: view.instructions(),
    })
  }
  assert.deepStrictEqual(shown, flows.map(exactly))
  assert.equal(view.next(), false)
}

/** Counters are exact up to 2^53 in the view. */
const exactly = (flow: FlowStats): FlowStats => ({
  ...flow,
  packetCount: BigInt(Number(flow.packetCount)),
  byteCount: BigInt(Number(flow.byteCount)),
})

t.test('flow statistics read in place show what decoding shows', (t) => {
  const view = new FlowStatsView()
  fc.assert(
    fc.property(anyMessages.flowStatsReply, from(0, 20), (message, before) =>
      checkFlows(view, encodeMessage(message), before),
    ),
    { numRuns: 300 },
  )
  const vectors = linesOf(
    t,
    (vector) => isMessage(vector, 19) && !vector.line.truncated && hexOf(vector).slice(16, 20) === '0001',
  )
  for (const vector of vectors) {
    t.doesNotThrow(() => checkFlows(view, fromHex(hexOf(vector)), 3), vector.name)
  }
  t.end()
})

t.test('flow statistics that are cut are refused, never read past their end', (t) => {
  const flow: FlowStats = { ...flowMod, durationSec: 0, durationNsec: 0, packetCount: 0n, byteCount: 0n }
  const whole = encodeMessage({ type: 'flowStatsReply', xid: 1, flags: 0, flows: [flow, flow] })
  const view = new FlowStatsView()
  const second = 16 + 56
  const walk = (end: number) => () => {
    view.reset(viewOf(whole), 0, end)
    while (view.next());
  }
  for (let end = 17; end < whole.length; end++) {
    t.equal(refusal(walk(end)), end === second ? 'taken' : 'OFPBRC_BAD_LEN', `${end} bytes`)
  }
  for (const [at, value, what] of [
    [17, 0, 'an entry of no bytes'],
    [17, 48, 'an entry without a match'],
    [16 + 51, 3, 'a match of 3 bytes'],
    [16 + 51, 13, 'a match longer than its entry'],
  ] as const) {
    const broken = viewOf(whole.with(at, value))
    t.equal(
      refusal(() => view.reset(broken, 0, whole.length).next()),
      'OFPBRC_BAD_LEN',
      what,
    )
  }
  t.end()
})

const withXid = (message: Message, xid: number): Uint8Array => encodeMessage({ ...message, xid })

const joined = (parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))

t.test('a slab hands out what was written, in order, once', (t) => {
  const slab = new Slab(256)
  const prepared = prepare(flowMod)
  t.equal(slab.pending, 0)
  slab.put(prepared, 5)
  slab.message({ type: 'barrierRequest', xid: 6 })
  t.equal(slab.pending, prepared.bytes.length + 8)
  const chunk = slab.chunk()
  t.same(new Uint8Array(chunk), joined([withXid(flowMod, 5), withXid({ type: 'barrierRequest', xid: 0 }, 6)]))
  t.equal(slab.pending, 0)
  t.equal(slab.chunk().length, 0)
  slab.flowMod(prepared, 7, 0x1234)
  t.same(new Uint8Array(slab.chunk()), withXid({ ...flowMod, bufferId: 0x1234 }, 7))
  t.end()
})

t.test('messages of any number and size come out of a small slab as the codec writes them', (t) => {
  const messages = fc.array(fc.tuple(fc.oneof(anyMessages.flowMod, anyMessages.echoRequest), u32, fc.boolean()), {
    maxLength: 40,
  })
  fc.assert(
    fc.property(messages, from(16, 400), (list, size) => {
      const slab = new Slab(size)
      const chunks: Uint8Array[] = []
      const kept: Uint8Array[] = []
      for (const [message, xid, take] of list) {
        if (xid % 2 === 0) slab.put(prepare(message), xid)
        else slab.message({ ...message, xid })
        if (!take) continue
        const chunk = slab.chunk()
        chunks.push(chunk)
        kept.push(chunk.slice())
      }
      chunks.push(slab.chunk())
      kept.push((chunks.at(-1) as Uint8Array).slice())
      assert.deepStrictEqual(joined(kept), joined(list.map(([message, xid]) => withXid(message, xid))))
      assert.deepStrictEqual(
        chunks.map((chunk) => chunk.slice()),
        kept,
        'bytes that were taken are not touched again',
      )
    }),
    { numRuns: 200 },
  )
  t.pass('200 slabs')
  t.end()
})

const isRefused = (act: () => void): boolean => {
  try {
    act()
    return false
  } catch (error) {
    return error instanceof EncodeError
  }
}

t.test('a packet-out written into a slab is what the codec writes', (t) => {
  fc.assert(
    fc.property(anyActionList, u32, u32, u32, bytes(60), from(0, 9), (actions, xid, inPort, bufferId, data, before) => {
      const slab = new Slab(64)
      const source = new Uint8Array(before + data.length + 4)
      source.set(data, before)
      slab.packetOut(prepareActions(actions), xid, inPort, bufferId, source, before, data.length)
      const message = {
        type: 'packetOut',
        xid,
        inPort,
        bufferId: data.length === 0 ? bufferId : NO_BUFFER,
        actions,
        data,
      } as const
      assert.deepStrictEqual(new Uint8Array(slab.chunk()), encodeMessage(message))
    }),
  )
  t.pass('with a packet and with a buffer')
  const slab = new Slab(64)
  const tooLong = () => slab.packetOut(prepareActions([]), 1, 1, NO_BUFFER, new Uint8Array(65536), 0, 65536)
  t.ok(isRefused(tooLong))
  t.equal(slab.pending, 0)
  t.end()
})

t.test('a message that does not fit leaves the slab as it was', (t) => {
  const wrong = [
    { ...flowMod, priority: 0x10000 },
    { ...flowMod, instructions: [{ type: 'meter', meterId: -1 }] },
    { type: 'echoRequest', xid: 1, data: new Uint8Array(70_000) },
    { type: 'echoRequest', xid: 2 ** 32, data: new Uint8Array() },
    { type: 'nothing', xid: 1 },
  ] as readonly object[]
  for (const size of [16, 4096]) {
    const slab = new Slab(size)
    slab.message({ type: 'barrierRequest', xid: 6 })
    for (const message of wrong) {
      t.ok(isRefused(() => slab.message(message as Message)))
      t.equal(slab.pending, 8)
    }
    slab.message({ type: 'barrierRequest', xid: 7 })
    t.same(new Uint8Array(slab.chunk()), fromHex('0414000800000006' + '0414000800000007'))
  }
  t.end()
})
