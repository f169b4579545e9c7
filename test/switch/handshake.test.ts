import { createConnection } from 'node:net'
import t, { type Test } from 'tap'
import { encodeMessage } from '../../controller/openflow/index.ts'
import { Listener, type ListenerOptions, type Session, type Session10 } from '../../controller/switch/index.ts'
import { until } from '../engine/lab.ts'
import { type Peer, peerFor } from './peer.ts'

interface Listening {
  readonly listener: Listener
  readonly up: Session[]
  readonly up10: Session10[]
  readonly refused: string[]
}

const listening = async (t: Test, connection: ListenerOptions['connection'] = {}): Promise<Listening> => {
  const up: Session[] = []
  const up10: Session10[] = []
  const refused: string[] = []
  const listener = new Listener(
    { port: 0 },
    {
      up: (session) => up.push(session),
      up10: (session) => up10.push(session),
      refused: (_address, reason) => refused.push(reason),
      slowed: () => undefined,
    },
    { connection },
  )
  t.teardown(() => listener.stop())
  await listener.start()
  return { listener, up, up10, refused }
}

const connected = (t: Test, { listener }: Listening): Promise<Peer> => peerFor(t, { port: listener.port })

t.test('a switch shakes hands and says who it is', async (t) => {
  const here = await listening(t)
  const peer = await connected(t, here)
  await peer.shakeHands(0xabcn)
  await until('it is up', () => here.up.length === 1)
  const [session] = here.up
  t.match(session?.info, { dpid: 0xabcn, tables: 254, software: 'test' })
  t.same(session?.info.capabilities, { bundles: false, nicira: false, meters: 0, groups: 0 })
  t.equal(session?.name, '0000000000000abc')
})

t.test('a connection that says nothing is ended in time', async (t) => {
  const here = await listening(t, { helloDeadline: 100 })
  const peer = await connected(t, here)
  await peer.end()
  t.same(here.refused, ['no HELLO within 100 ms'])
})

t.test('a switch that says HELLO and then dawdles is ended in time, however busy it looks', async (t) => {
  const here = await listening(t, { handshakeDeadline: 300 })
  const peer = await connected(t, here)
  peer.hello()
  const chatter = setInterval(() => peer.send({ type: 'echoRequest', xid: 1, data: new Uint8Array() }), 20)
  t.teardown(() => clearInterval(chatter))
  await peer.end()
  t.same(here.refused, ['no handshake within 300 ms'])
})

t.test('a HELLO that came while the controller itself stood still is in time', async (t) => {
  const here = await listening(t, { helloDeadline: 1_000 })
  const peer = await connected(t, here)
  await until('it is spoken to', () => peer.socket.bytesRead > 0)
  const shaking = peer.shakeHands()
  const end = performance.now() + 1_500
  while (performance.now() < end);
  await shaking
  await until('it is up', () => here.up.length === 1)
  t.same(here.refused, [])
})

t.test('a step that is not answered is named', async (t) => {
  const here = await listening(t)
  const peer = await connected(t, here)
  await peer.hello().features()
  const { xid } = await peer.next('descRequest')
  peer.error(xid, 1, 2)
  await peer.end()
  t.match(here.refused, [/^the handshake failed at description: descRequest was refused: OFPBRC_BAD_MULTIPART$/])
})

t.test('without a common version the switch is told so', async (t) => {
  const here = await listening(t)
  const peer = await connected(t, here)
  peer.hello(5)
  const error = await peer.next('error')
  t.match(error, { errorType: 0, code: 0 })
  await peer.end()
  t.match(here.refused, [/OpenFlow 1\.3/])
})

t.test('a switch that refuses our HELLO is let go', async (t) => {
  const here = await listening(t)
  const peer = await connected(t, here)
  peer.error(0, 0, 0)
  await peer.end()
  t.match(here.refused, [/ERROR instead of HELLO/])
})

t.test('an auxiliary connection is refused, and the main one stays', async (t) => {
  const here = await listening(t)
  const main = await connected(t, here)
  await main.shakeHands(7n)
  await until('it is up', () => here.up.length === 1)
  const auxiliary = await connected(t, here)
  await auxiliary.hello().features(7n, 1)
  await auxiliary.end()
  t.match(here.refused, [/auxiliary connections are not used/])
  t.notOk(main.closed)
})

t.test('a port that changes during the handshake is known as it is afterwards', async (t) => {
  const here = await listening(t)
  const peer = await connected(t, here)
  const port = { portNo: 3, hwAddr: 1, name: 'eth3', config: 0, state: 1, curr: 0, advertised: 0, supported: 0 }
  const desc = { ...port, peer: 0, currSpeed: 0, maxSpeed: 0 }
  const shaking = peer.shakeHands()
  peer.send({ type: 'portStatus', xid: 0, reason: 0, desc } as never)
  await shaking
  await until('it is up', () => here.up.length === 1)
  t.match(here.up[0]?.ports.get(3), { name: 'eth3', state: 1 })
})

t.test('a flood of messages before the end of the handshake ends it', async (t) => {
  const here = await listening(t)
  const peer = await connected(t, here)
  peer.hello()
  const one = encodeMessage({ type: 'barrierReply', xid: 99 })
  peer.raw(Buffer.concat(Array.from({ length: 2000 }, () => one)))
  await peer.end()
  t.match(here.refused, [/more than 1024 messages/])
})

t.test('a peer that ends its side in the middle of a message is let go', async (t) => {
  const here = await listening(t)
  const socket = createConnection({ port: here.listener.port }).on('error', () => undefined)
  t.teardown(() => socket.destroy())
  socket.end(Buffer.from([4, 0, 0]))
  await until('it is refused', () => here.refused.length === 1)
  t.equal(here.up.length, 0)
})
