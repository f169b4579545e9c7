import t from 'tap'
import { Conversation } from '../../controller/openflow/stream/conversation.ts'
import { toHex } from '../../controller/openflow/wire/json.ts'
import { makeRandom } from '../vectors/random.ts'
import { corpus } from './corpus.ts'
import { allowedGrowth, fuzz } from './fuzz.ts'
import { mutated } from './mutate.ts'

const messages = corpus()

t.test('mutated messages make nothing throw, hang or grow', (t) => {
  const { executions, findings, growth } = fuzz({ corpus: messages, count: 200_000, seconds: 60, seed: 2 })
  t.same(
    [...findings].map(([what, { first }]) => `${what}: ${toHex(first)}`),
    [],
  )
  t.ok(executions >= 10_000, `${executions} messages`)
  t.ok(growth < allowedGrowth, `${growth} bytes of growth`)
  t.end()
})

t.test('mutated streams, cut at random, come to events or a close', (t) => {
  const random = makeRandom(3)
  const hello = Uint8Array.of(4, 0, 0, 8, 0, 0, 0, 1)
  let closed = 0
  for (let count = 0; count < 2000; count++) {
    const conversation = new Conversation()
    const stream = Uint8Array.from([...hello, ...mutated(messages, random), ...mutated(messages, random)])
    for (let at = 0; at < stream.length; ) {
      const end = at + 1 + random(200)
      conversation.push(stream.subarray(at, end))
      at = end
    }
    conversation.end()
    if (conversation.closed) closed++
  }
  t.equal(closed, 2000, 'the end of the stream always closes')
  t.end()
})
