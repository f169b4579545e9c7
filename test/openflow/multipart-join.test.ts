import t from 'tap'
import { decodeMessage, type Message } from '../../controller/openflow/messages/messages.ts'
import { MultipartJoiner } from '../../controller/openflow/stream/multipart.ts'
import type { ProtocolError } from '../../controller/openflow/wire/errors.ts'
import { fromHex } from '../../controller/openflow/wire/json.ts'

type Part = Message & { readonly flags: number }

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0')

/** A multipart reply of type `part` as it comes from a switch. */
const reply = (xid: number, part: number, more: boolean, body: string): Part => {
  const length = 16 + body.length / 2
  return decodeMessage(
    fromHex(`0413${hex(length, 4)}${hex(xid, 8)}${hex(part, 4)}000${more ? 1 : 0}00000000${body}`),
  ) as Part
}

/** A table stats reply that counts flows of these tables, 24 bytes each (OpenFlow 1.3.5 §7.3.5.4). */
const tables = (xid: number, more: boolean, ...ids: readonly number[]): Part =>
  reply(xid, 3, more, ids.map((id) => `${hex(id, 2)}000000${'0'.repeat(40)}`).join(''))

/** An unknown experimenter's reply (§7.3.5.16). */
const experimenter = (xid: number, more: boolean, data: string): Part =>
  reply(xid, 0xffff, more, `1234567800000009${data}`)

const description = (xid: number, more: boolean): Part => reply(xid, 0, more, '00'.repeat(1056))

const tableIds = (message: Message | undefined): readonly number[] => {
  const lists = Object.values(message ?? {}).filter((value) => Array.isArray(value)) as { tableId: number }[][]
  return (lists[0] ?? []).map(({ tableId }) => tableId)
}

const errorOf = (run: () => unknown): ProtocolError | undefined => {
  try {
    run()
    return undefined
  } catch (error) {
    return error as ProtocolError
  }
}

t.test('a reply of one part comes out as it went in', (t) => {
  const joiner = new MultipartJoiner()
  const part = tables(1, false, 0, 1)
  t.equal(joiner.add(part, 64), part)
  t.equal(joiner.heldBytes, 0)
  t.end()
})

t.test('parts become one reply with the entries of all, in order', (t) => {
  const joiner = new MultipartJoiner()
  t.equal(joiner.add(tables(1, true, 0, 1), 64), undefined)
  t.equal(joiner.add(tables(1, true), 16), undefined, 'a part may be empty')
  t.equal(joiner.heldBytes, 80)
  const whole = joiner.add(tables(1, false, 2), 40)
  t.same(tableIds(whole), [0, 1, 2])
  t.match(whole, { xid: 1, flags: 0 })
  t.equal(joiner.heldBytes, 0)
  t.equal(joiner.openReplies, 0)
  t.end()
})

t.test('parts of two replies may come interleaved', (t) => {
  const joiner = new MultipartJoiner()
  joiner.add(tables(1, true, 0), 40)
  joiner.add(tables(2, true, 5), 40)
  t.equal(joiner.openReplies, 2)
  t.same(tableIds(joiner.add(tables(1, false, 1), 40)), [0, 1])
  t.same(tableIds(joiner.add(tables(2, false, 6), 40)), [5, 6])
  t.end()
})

t.test('the bytes of an unknown experimenter are joined', (t) => {
  const joiner = new MultipartJoiner()
  joiner.add(experimenter(1, true, '0102'), 26)
  t.match(joiner.add(experimenter(1, false, '0304'), 26), { data: Uint8Array.of(1, 2, 3, 4) })
  t.end()
})

t.test('a part of another type is an error, and nothing of its reply comes out', (t) => {
  const joiner = new MultipartJoiner()
  joiner.add(tables(1, true, 0), 40)
  const error = errorOf(() => joiner.add(experimenter(1, true, '00'), 25))
  t.equal(error?.errorName, 'OFPBRC_BAD_MULTIPART')
  t.equal(joiner.add(tables(1, false, 1), 40), undefined, 'the rest is dropped')
  t.same(tableIds(joiner.add(tables(1, false, 7), 40)), [7], 'the next reply with this xid is whole')
  t.end()
})

t.test('a reply that is one structure cannot come in parts', (t) => {
  const joiner = new MultipartJoiner()
  const error = errorOf(() => joiner.add(description(1, true), 1072))
  t.equal(error?.errorName, 'OFPBRC_BAD_MULTIPART')
  t.equal(joiner.openReplies, 0)
  t.end()
})

t.test('limits on bytes, parts and open replies hold', (t) => {
  const bytes = new MultipartJoiner({ bytes: 100 })
  bytes.add(tables(1, true, 0), 60)
  t.equal(errorOf(() => bytes.add(tables(1, true, 1), 60))?.errorName, 'OFPBRC_MULTIPART_BUFFER_OVERFLOW')
  t.equal(bytes.heldBytes, 0, 'what was held is given up')
  t.equal(bytes.add(tables(1, false, 2), 40), undefined, 'the last part is not taken for a whole reply')

  const parts = new MultipartJoiner({ parts: 2 })
  parts.add(tables(1, true, 0), 40)
  parts.add(tables(1, true, 1), 40)
  t.ok(errorOf(() => parts.add(tables(1, false, 2), 40)))

  const open = new MultipartJoiner({ open: 2 })
  open.add(tables(1, true, 0), 40)
  open.add(tables(2, true, 0), 40)
  t.ok(errorOf(() => open.add(tables(3, true, 0), 40)))
  t.same(tableIds(open.add(tables(1, false, 1), 40)), [0, 1], 'the others go on')
  t.end()
})

t.test('an endless reply holds no more than the limit', (t) => {
  const joiner = new MultipartJoiner({ bytes: 1000 })
  const part = tables(1, true, 0)
  let errors = 0
  for (let sent = 0; sent < 10_000; sent++) {
    if (errorOf(() => joiner.add(part, 40))) errors++
  }
  t.equal(errors, 1, 'reported once')
  t.ok(joiner.heldBytes <= 1000)
  t.end()
})

t.test('discard forgets the parts of a reply', (t) => {
  const joiner = new MultipartJoiner()
  joiner.add(tables(1, true, 0), 40)
  joiner.discard(1)
  joiner.discard(2)
  t.equal(joiner.heldBytes, 0)
  t.same(tableIds(joiner.add(tables(1, false, 9), 40)), [9])
  t.end()
})
