import t from 'tap'
import { Buffers, encodeMessage, Slab } from '../../controller/openflow/index.ts'
import fc from '../support/random.ts'
import { anyMessages } from './generate/messages.ts'

t.test('what a buffer held before shows in no message', (t) => {
  const buffers = new Buffers()
  const used = new Uint8Array(0x4_0000).fill(0xee)
  fc.assert(
    fc.property(fc.oneof(...Object.values(anyMessages)), (message) => {
      buffers.give(used.fill(0xee))
      const slab = new Slab(0, buffers)
      slab.message(message)
      const wanted = encodeMessage(message)
      let same = false
      slab.drain((chunk) => {
        same = Buffer.compare(chunk, wanted) === 0
        return true
      })
      return same
    }),
    { numRuns: 2_000 },
  )
  t.pass('2000 messages')
  t.end()
})

t.test('a buffer is used again once it is free, and not before', async (t) => {
  const slab = new Slab(0, new Buffers())
  const sent: Uint8Array[] = []
  const send = (isDone: boolean): void => {
    slab.message({ type: 'barrierRequest', xid: sent.length })
    slab.drain((chunk) => {
      sent.push(chunk)
      return isDone
    })
  }
  for (const isDone of [false, true, true]) send(isDone)
  const [first, second, third] = sent
  t.equal(second?.buffer, third?.buffer)
  t.not(first?.buffer, second?.buffer)
  t.same([...(first ?? [])], [...encodeMessage({ type: 'barrierRequest', xid: 0 })])
})
