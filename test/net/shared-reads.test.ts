import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { sharedReads } from '../../controller/net/index.ts'
import { until } from '../engine/lab.ts'

/** Both sides of so many connections, those of the server exchanged. */
const connections = async (t: Test, count: number): Promise<{ near: Socket; far: Socket }[]> => {
  const exchange = sharedReads()
  const far: Socket[] = []
  const server = createServer((accepted) => far.push(exchange(accepted))).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const pairs: { near: Socket; far: Socket }[] = []
  for (let number = 0; number < count; number++) {
    const near = connect(port, '127.0.0.1').on('error', () => undefined)
    await until('the connection is accepted', () => far.length > number)
    const one = far[number] as Socket
    one.on('error', () => undefined)
    t.teardown(() => {
      for (const socket of [near, one]) socket.destroy()
    })
    pairs.push({ near, far: one })
  }
  server.close()
  return pairs
}

t.test('all connections are read into the same memory, and each hears its own', async (t) => {
  const pairs = await connections(t, 8)
  const memory = new Set<ArrayBufferLike>()
  const heard = pairs.map(() => '')
  for (const [index, { near, far }] of pairs.entries()) {
    far.on('data', (chunk: Uint8Array) => {
      memory.add(chunk.buffer)
      heard[index] += new TextDecoder().decode(chunk)
    })
    far.resume()
    near.write(`I am ${index}. `)
  }
  for (const [index, { near }] of pairs.entries()) near.write(`Still ${index}.`)
  const wanted = pairs.map((_, index) => `I am ${index}. Still ${index}.`)
  await until('all is heard', () => heard.join() === wanted.join())
  t.equal(memory.size, 1)
})

t.test('a connection that is paused is not read, and goes on where it was', async (t) => {
  const [pair] = await connections(t, 1)
  if (!pair) throw new Error('no connection')
  const { near, far } = pair
  const sent = 4 * 1024 * 1024
  let length = 0
  far.on('data', (chunk: Uint8Array) => {
    length += chunk.length
    far.pause()
    setImmediate(() => far.resume())
  })
  near.write(new Uint8Array(sent))
  await new Promise((resolve) => setTimeout(resolve, 50))
  t.equal(length, 0, 'it begins paused')
  far.resume()
  await until('all is read', () => length === sent)
  t.equal(far.bytesRead, sent)
})

t.test('what is written, the end and a reset come as on any connection', async (t) => {
  const [first, second] = await connections(t, 2)
  if (!first || !second) throw new Error('no connections')
  t.equal(first.far.remotePort, first.near.localPort)
  first.far.resume()
  first.far.end('bye')
  const [said] = await once(first.near, 'data')
  t.equal(String(said), 'bye')
  first.near.end()
  await once(first.far, 'close')
  second.far.resume()
  second.near.resetAndDestroy()
  const [error] = await once(second.far, 'error')
  t.equal(error.code, 'ECONNRESET')
})
