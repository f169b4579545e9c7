import t from 'tap'
import { Port } from '../../controller/openflow/fields/port-text.ts'
import { decodeMessage, type MessageNamed } from '../../controller/openflow/messages/messages.ts'
import type { PacketQueue } from '../../controller/openflow/messages/queue.ts'
import { fromHex } from '../../controller/openflow/wire/json.ts'
import { sameAsOfctl } from './ofctl.ts'
import { checkHostileLines, checkVectors } from './vectors-of.ts'

t.test('vectors of queue messages', (t) => {
  checkVectors(t, 22, 23)
  t.end()
})

t.test('hostile queue messages', (t) => {
  checkHostileLines(t, /\/queue\//)
  t.end()
})

t.test('the rates of a queue', (t) => {
  const message = decodeMessage(
    fromHex(
      '0417004000000000ffffffff00000000' +
        '000000630000004d0030000000000000' +
        '0001001000000000000a000000000000' +
        '00020010000000000384000000000000',
    ),
  ) as MessageNamed<'queueGetConfigReply'>
  t.equal(message.port, Port.ANY)
  t.same(message.queues, [
    {
      queueId: 99,
      port: 77,
      properties: [
        { type: 'minRate', rate: 10 },
        { type: 'maxRate', rate: 900 },
      ],
    },
  ])
  t.end()
})

t.test('queues read as ovs-ofctl shows them', (t) => {
  const queue = (queueId: number, properties: PacketQueue['properties']): PacketQueue => ({
    queueId,
    port: 1,
    properties,
  })
  const reply = (port: number, queues: readonly PacketQueue[]): MessageNamed<'queueGetConfigReply'> => ({
    type: 'queueGetConfigReply',
    xid: 9,
    port,
    queues,
  })
  sameAsOfctl(t, {
    'a request for one port': { type: 'queueGetConfigRequest', xid: 9, port: 3 },
    'a request for all': { type: 'queueGetConfigRequest', xid: 9, port: Port.ANY },
    'no queues': reply(1, []),
    'in the order of their numbers': reply(1, [queue(3, []), queue(1, []), queue(2, [])]),
    'tenths of a percent': reply(Port.LOCAL, [
      queue(1, [
        { type: 'minRate', rate: 5 },
        { type: 'maxRate', rate: 1000 },
      ]),
    ]),
    'a limit that is off': reply(2, [queue(1, [{ type: 'maxRate', rate: 1001 }])]),
    'a limit that is not known': reply(2, [queue(1, [{ type: 'minRate', rate: 0xffff }])]),
  })
  t.end()
})
