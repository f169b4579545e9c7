import { Duplex } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { encodeMessage } from '../../controller/openflow/index.ts'
import { Connection } from '../../controller/switch/index.ts'
import { Turns } from '../../controller/switch/turns.ts'
import { until } from '../engine/lab.ts'

const hello = encodeMessage({ type: 'hello', xid: 1, elements: [{ type: 'versionBitmap', bitmaps: [1 << 4] }] })
const echo = encodeMessage({ type: 'echoRequest', xid: 2, data: new Uint8Array(56) })
/** As much as Node reads at a time. */
const flood = Buffer.concat(Array.from({ length: 0x1_0000 / echo.length }, () => echo))
const nothing = (): void => undefined
const events = {
  version: nothing,
  packetIn: nothing,
  message: nothing,
  message10: nothing,
  refused: nothing,
  close: nothing,
}

/** A switch whose end takes what it is sent when told to. */
const peer = (turns?: Turns) => {
  const waiting: (() => void)[] = []
  let takes = true
  const stream = new Duplex({
    read: nothing,
    write: (_chunk, _encoding, done) => {
      if (takes) done()
      else waiting.push(done)
    },
  })
  const take = (does: boolean): void => {
    takes = does
    if (does) for (const done of waiting.splice(0)) done()
  }
  const connection = new Connection(stream, events, { ...(turns ? { turns } : {}) })
  t.teardown(() => connection.close('the test is over'))
  return { stream, take, connection }
}

t.test('a switch that floods waits for its next turn', async (t) => {
  const { stream, connection } = peer()
  connection.established()
  stream.push(hello)
  await turn()
  t.equal(stream.isPaused(), false)
  stream.emit('data', flood)
  t.equal(stream.isPaused(), true, 'others come first')
  await turn()
  await turn()
  t.equal(stream.isPaused(), false, 'then it is read again')
})

t.test('a switch that does not take its answers is read slowly, but not left waiting for ever', async (t) => {
  const { stream, take, connection } = peer()
  connection.established()
  stream.push(hello)
  await turn()
  take(false)
  let floods = 0
  const isLeft = async (): Promise<boolean> => {
    stream.emit('data', flood)
    floods++
    for (let turns = 0; turns < 3; turns++) await turn()
    return stream.isPaused()
  }
  while (floods < 100 && !(await isLeft()));
  t.ok(floods > 10 && floods < 100, `left alone after ${floods} floods: more than a megabyte waits for it`)
  await until('it is read again, as it may itself be waiting for that', () => !stream.isPaused())
  stream.emit('data', flood)
  t.equal(stream.isPaused(), true)
  take(true)
  await turn()
  await turn()
  t.equal(stream.isPaused(), false, 'once it takes them it is read in its next turn')
})

t.test('a switch that is up does not wait for connections that are none yet', async (t) => {
  const turns = new Turns()
  const heard: string[] = []
  const listenTo = (name: string) => {
    const { stream, connection } = peer(turns)
    stream.pause()
    Object.defineProperty(stream, 'write', { value: () => heard.push(name) > 0 })
    return { stream, connection }
  }
  const strangers = ['first', 'second', 'third'].map(listenTo)
  const { stream, connection } = listenTo('up')
  connection.established()
  await turn()
  heard.length = 0
  const both = Buffer.concat([hello, echo])
  for (const stranger of strangers) stranger.stream.emit('data', both)
  stream.emit('data', both)
  await turn()
  for (let turns = 0; turns < 100 && heard.length < 4; turns++) await turn()
  t.same(heard, ['up', 'first', 'second', 'third'], 'the others in the order in which they came')
})
