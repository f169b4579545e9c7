import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { type Duplex, duplexPair } from 'node:stream'
import t, { type Test } from 'tap'
import { JsonRpc, JsonSplitter, type RpcOptions } from '../../controller/ovsdb/index.ts'
import { until } from '../engine/lab.ts'

interface Message {
  readonly id?: unknown
  readonly method?: string
  readonly params?: readonly unknown[]
  readonly result?: unknown
  readonly error?: unknown
}

const talk = (t: Test, options: Partial<RpcOptions> = {}) => {
  const [near, far]: [Duplex, Duplex] = duplexPair()
  const notified: [string, readonly unknown[]][] = []
  const closed: string[] = []
  const events = {
    notification: (method: string, params: readonly unknown[]) => notified.push([method, params]),
    close: (reason: string) => closed.push(reason),
  }
  const rpc = new JsonRpc(near, events, options)
  const got: Message[] = []
  const splitter = new JsonSplitter()
  far.on('data', (chunk: Buffer) => got.push(...splitter.push(chunk)))
  far.on('error', () => undefined)
  t.teardown(() => {
    rpc.close('the test is over')
    far.destroy()
  })
  const say = (...messages: readonly unknown[]) => far.write(messages.map((one) => JSON.stringify(one)).join(''))
  return { rpc, far, got, notified, closed, say }
}

t.test('answers find their requests, in any order', async (t) => {
  const { rpc, got, say } = talk(t)
  const answers = Promise.all([rpc.request('a', [1]), rpc.request('b', [])])
  await until('both are asked', () => got.length === 2)
  t.match(got, [
    { method: 'a', params: [1] },
    { method: 'b', params: [] },
  ])
  say({ id: got[1]?.id, result: 'of b', error: null }, { id: got[0]?.id, result: ['of a'], error: null })
  t.same(await answers, [['of a'], 'of b'])
})

t.test('what comes right behind an answer is looked at after the answer', async (t) => {
  const { rpc, got, say, notified } = talk(t)
  let before = -1
  rpc.call('monitor', [], () => {
    before = notified.length
  })
  await until('it is asked', () => got.length === 1)
  say({ id: got[0]?.id, result: {}, error: null }, { id: null, method: 'update', params: ['x', {}] })
  await until('all has come', () => notified.length === 1)
  t.equal(before, 0)
})

t.test('an error rejects the request that it answers, and says what the server says', async (t) => {
  const { rpc, got, say } = talk(t)
  const first = rpc.request('monitor_cond', [])
  const second = rpc.request('transact', [])
  await until('both are asked', () => got.length === 2)
  say({ id: got[0]?.id, result: null, error: 'unknown method' })
  say({ id: got[1]?.id, result: null, error: { error: 'unknown database', details: 'none of that name' } })
  await t.rejects(first, { name: 'RequestRefused', message: 'monitor_cond was refused: unknown method' })
  await t.rejects(second, { error: 'unknown database', message: /none of that name/ })
})

t.test('a request that is not answered in time is given up; a late answer harms nobody', async (t) => {
  const { rpc, got, say } = talk(t)
  await t.rejects(rpc.request('slow', [], 20), { name: 'RequestTimeout', message: /slow.*20 ms/ })
  say({ id: got[0]?.id, result: {}, error: null })
  const next = rpc.request('quick', [])
  await until('it is asked', () => got.length === 2)
  say({ id: got[1]?.id, result: 'here', error: null })
  t.equal(await next, 'here')
})

t.test('an answer that came while the controller itself stood still is in time', async (t) => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const far = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [near] = (await once(server, 'connection')) as [Socket]
  const rpc = new JsonRpc(near, { notification: () => undefined, close: () => undefined })
  t.teardown(() => {
    rpc.close('the test is over')
    far.destroy()
    server.close()
  })
  const asked = rpc.request('a', [], 100)
  const [question] = (await once(far, 'data')) as [Buffer]
  far.write(JSON.stringify({ id: JSON.parse(String(question)).id, result: 'here', error: null }))
  const end = performance.now() + 300
  while (performance.now() < end);
  t.equal(await asked, 'here')
})

t.test('an echo is answered with what it holds; other requests with an error', async (t) => {
  const { got, say } = talk(t)
  say({ id: 'echo', method: 'echo', params: ['x', 1] }, { id: 7, method: 'transact', params: [] })
  await until('both are answered', () => got.length === 2)
  t.match(got, [
    { id: 'echo', result: ['x', 1], error: null },
    { id: 7, result: null, error: 'unknown method' },
  ])
})

t.test('a silent peer is asked for an echo, then given up', async (t) => {
  const { got, closed } = talk(t, { echoAfter: 20, deadAfter: 100 })
  await until('it is given up', () => closed.length === 1)
  t.match(closed, [/nothing was heard for 100 ms/])
  t.match(got[0], { method: 'echo', params: [] })
})

t.test('a peer that answers echoes stays', async (t) => {
  const { rpc, far, got, closed, say } = talk(t, { echoAfter: 20, deadAfter: 500 })
  far.on('data', () => {
    for (const { id, method } of got.splice(0)) if (method === 'echo') say({ id, result: [], error: null })
  })
  t.ok(await rpc.isAlive(1_000))
  await new Promise((resolve) => setTimeout(resolve, 900))
  t.same(closed, [])
})

t.test('the end of a connection rejects what still waits', async (t) => {
  const { rpc, far, closed } = talk(t)
  const waiting = rpc.request('a', [])
  far.end('{"id":')
  await t.rejects(waiting, { name: 'ConnectionClosed' })
  t.same(closed, ['it ended amid a message'])
  await t.rejects(rpc.request('b', []), { name: 'ConnectionClosed' })
})

const hostile: Readonly<Record<string, string>> = {
  'a web browser': 'GET / HTTP/1.1\r\n\r\n',
  'a message of neither kind': '{}',
  'parameters that are no list': '{"id":1,"method":"echo","params":{}}',
  'an endless message': `{"a":"${'x'.repeat(2_000)}`,
}

for (const [what, bytes] of Object.entries(hostile)) {
  t.test(`${what} ends the connection with a reason`, async (t) => {
    const { rpc, far, closed } = talk(t, { json: { bytes: 1_000 } })
    far.write(bytes)
    await until('it is closed', () => rpc.closed)
    t.equal(closed.length, 1)
    t.not(closed[0], '')
  })
}

t.test('a peer that asks and does not read is given up', async (t) => {
  const { far, closed } = talk(t, { queueBytes: 10_000 })
  far.pause()
  far.removeAllListeners('data')
  const echo = JSON.stringify({ id: 1, method: 'echo', params: ['x'.repeat(1_000)] })
  for (let count = 0; count < 200 && closed.length === 0; count++) {
    far.write(echo)
    await new Promise((resolve) => setImmediate(resolve))
  }
  t.match(closed, [/bytes wait for a peer that does not read/])
})
