import { Duplex } from 'node:stream'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { encodeMessage } from '../../controller/openflow/index.ts'
import { Connection } from '../../controller/switch/index.ts'

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
const peer = () => {
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
  const connection = new Connection(stream, events)
  t.teardown(() => connection.close('the test is over'))
  return { stream, take }
}

t.test('a switch that floods waits for its next turn', async (t) => {
  const { stream } = peer()
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
  const { stream, take } = peer()
  stream.push(hello)
  await turn()
  take(false)
  for (let count = 0; count < 20; count++) {
    stream.emit('data', flood)
    await turn()
  }
  stream.emit('data', flood)
  for (let turns = 0; turns < 5; turns++) await turn()
  t.equal(stream.isPaused(), true, 'more than a megabyte waits for it')
  await sleep(200)
  t.equal(stream.isPaused(), false, 'it may itself be waiting for us to read')
  stream.emit('data', flood)
  t.equal(stream.isPaused(), true)
  take(true)
  await turn()
  await turn()
  t.equal(stream.isPaused(), false, 'once it takes them it is read in its next turn')
})
