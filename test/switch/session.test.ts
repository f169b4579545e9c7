import { once } from 'node:events'
import t, { type Test } from 'tap'
import { Role } from '../../controller/openflow/index.ts'
import {
  ConnectionClosed,
  Listener,
  type ListenerOptions,
  QueueFull,
  RequestRefused,
  RequestTimeout,
  type Session,
} from '../../controller/switch/index.ts'
import { SimSwitch } from '../../topology/sim/index.ts'
import { sleep, until } from '../engine/lab.ts'
import { type Peer, peerFor } from './peer.ts'

interface Both {
  readonly peer: Peer
  readonly session: Session
  readonly closed: string[]
}

const both = async (t: Test, connection: ListenerOptions['connection'] = {}): Promise<Both> => {
  const up: Session[] = []
  const listener = new Listener(
    { port: 0 },
    { up: (session) => up.push(session), up10: () => undefined, refused: () => undefined, slowed: () => undefined },
    { connection },
  )
  t.teardown(() => listener.stop())
  await listener.start()
  const peer = await peerFor(t, { port: listener.port })
  await peer.shakeHands()
  await until('it is up', () => up.length === 1)
  const [session] = up
  if (!session) throw new Error('no session')
  const closed: string[] = []
  const silent = { packetIn: () => undefined, portStatus: () => undefined, message: () => undefined }
  session.attach({ ...silent, malformed: () => undefined, close: (reason) => closed.push(reason) })
  return { peer, session, closed }
}

const barrier = { type: 'barrierRequest' } as const

t.test('answers find their requests, in whatever order they come', async (t) => {
  const { peer, session } = await both(t)
  const first = session.connection.request(barrier, 'barrierReply')
  const second = session.connection.request({ type: 'featuresRequest' }, 'featuresReply')
  const asked = await peer.next('barrierRequest')
  await peer.features(5n)
  t.equal((await second).datapathId, 5n)
  peer.send({ type: 'barrierReply', xid: asked.xid })
  t.equal((await first).xid, asked.xid)
})

t.test('an error goes to the request that caused it, with its name', async (t) => {
  const { peer, session } = await both(t)
  const other = session.connection.request(barrier, 'barrierReply')
  const asked = session.connection.request({ type: 'descRequest', flags: 0 }, 'descReply')
  await peer.refuse('descRequest')
  await t.rejects(asked, RequestRefused)
  await t.rejects(asked, { errorName: 'OFPBRC_BAD_TYPE', message: /descRequest was refused/ })
  peer.send({ type: 'barrierReply', xid: (await peer.next('barrierRequest')).xid })
  await other
})

t.test('a request that is not answered in time fails, and its late answer harms nobody', async (t) => {
  const { peer, session } = await both(t)
  const asked = session.connection.request(barrier, 'barrierReply', 50)
  await t.rejects(asked, RequestTimeout)
  peer.send({ type: 'barrierReply', xid: (await peer.next('barrierRequest')).xid })
  const next = session.connection.request(barrier, 'barrierReply')
  peer.send({ type: 'barrierReply', xid: (await peer.next('barrierRequest')).xid })
  await next
})

t.test('an answer that came while the controller itself stood still is in time', async (t) => {
  const { peer, session } = await both(t)
  const before = session.connection.request(barrier, 'barrierReply')
  const { xid: last } = await peer.next('barrierRequest')
  peer.send({ type: 'barrierReply', xid: last })
  await before
  const xid = last + 1
  const asked = session.connection.request(barrier, 'barrierReply', 100)
  // It has no time to read the request before it answers: neither may the machine stand still in between.
  peer.send({ type: 'barrierReply', xid })
  const end = performance.now() + 300
  while (performance.now() < end);
  t.equal((await asked).xid, xid)
})

t.test('what waits for an answer fails when the connection ends', async (t) => {
  const { peer, session, closed } = await both(t)
  const asked = session.connection.request(barrier, 'barrierReply')
  await peer.next('barrierRequest')
  peer.socket.destroy()
  await t.rejects(asked, ConnectionClosed)
  t.equal(closed.length, 1)
  t.throws(() => session.connection.send(barrier), ConnectionClosed)
})

t.test('a switch that is silent is asked for an echo, and given up when it does not answer', async (t) => {
  const { peer, session, closed } = await both(t, { echoAfter: 100, deadAfter: 1000 })
  const { xid, data } = await peer.next('echoRequest')
  peer.send({ type: 'echoReply', xid, data })
  await sleep(350)
  t.notOk(session.connection.closed, 'while it answers, it lives')
  await until('it is given up', () => closed.length === 1)
  t.match(closed, [/nothing was heard for 1000 ms/])
})

t.test('one that does not end its side of a closed connection does not keep the socket', async (t) => {
  const { peer, session } = await both(t)
  peer.socket.allowHalfOpen = true
  session.connection.close('enough')
  // Once the socket has gone, what the peer sends is answered by a reset.
  const poke = setInterval(() => peer.send({ type: 'barrierReply', xid: 1 }), 100)
  t.teardown(() => clearInterval(poke))
  await until('the socket has gone', () => peer.closed)
  t.ok(peer.closed)
})

t.test('what was written before a close arrives', async (t) => {
  const { peer, session } = await both(t)
  for (let count = 0; count < 1000; count++) session.connection.send(barrier)
  session.connection.close('enough')
  await peer.end()
  t.equal(peer.got.filter(({ type }) => type === 'barrierRequest').length, 1000)
})

t.test('the queue for a switch that does not read is bounded', async (t) => {
  const { peer, session } = await both(t, { channel: { queueBytes: 1_000_000 } })
  peer.socket.pause()
  const flood = async (): Promise<void> => {
    for (let count = 0; count < 1_000_000; count++) {
      session.connection.send({ type: 'echoRequest', data: new Uint8Array(1000) })
      if (count % 100 === 0) await sleep(0)
    }
  }
  await t.rejects(flood(), QueueFull)
  const { channel } = session.connection
  t.ok(channel.congested)
  t.ok(channel.queued < 1_200_000, `${channel.queued} bytes wait`)
  peer.socket.resume()
  await channel.drained()
  session.connection.send(barrier)
  await peer.next('barrierRequest')
})

t.test('of one that asks and does not read the answers, little waits', async (t) => {
  const { peer, session, closed } = await both(t, { channel: { queueBytes: 200_000 }, echoAfter: 60_000 })
  peer.socket.pause()
  const data = new Uint8Array(60_000)
  // Until it is not read any more either, or given up.
  for (let count = 0; count < 2000 && closed.length === 0 && peer.socket.writableLength < 2_000_000; count++) {
    peer.send({ type: 'echoRequest', xid: count, data })
    if (peer.socket.writableNeedDrain) await Promise.race([once(peer.socket, 'drain'), sleep(50)])
  }
  t.ok(closed.length === 1 || peer.socket.writableLength >= 2_000_000, 'it does not get on')
  t.ok(session.connection.channel.queued < 400_000, `${session.connection.channel.queued} bytes wait`)
})

t.test('roles: a generation that is older than the last one is refused as stale', async (t) => {
  const up: Session[] = []
  const listener = new Listener(
    { port: 0 },
    { up: (session) => up.push(session), up10: () => undefined, refused: t.comment, slowed: t.comment },
  )
  t.teardown(() => listener.stop())
  await listener.start()
  const sw = new SimSwitch({ dpid: 9n })
  t.teardown(() => sw.close())
  const { connect } = await import('node:net')
  sw.connect(connect(listener.port))
  await until('it is up', () => up.length === 1)
  const [session] = up
  t.match(await session?.requestRole(Role.PRIMARY, 5n), { role: Role.PRIMARY, generationId: 5n })
  t.match(await session?.requestRole(Role.NOCHANGE), { role: Role.PRIMARY })
  const stale = await session?.requestRole(Role.PRIMARY, 4n).catch((error: unknown) => error)
  t.match(stale, { name: 'RequestRefused', errorName: 'OFPRRFC_STALE' })
  t.match(await session?.requestRole(Role.SECONDARY, 6n), { role: Role.SECONDARY })
})
