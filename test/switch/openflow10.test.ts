import t, { type Test } from 'tap'
import { encodeHello, of10, Port, PortState, versionElement } from '../../controller/openflow/index.ts'
import { Listener, type ListenerOptions, type Session, type Session10 } from '../../controller/switch/index.ts'
import { sleep, until } from '../engine/lab.ts'
import { features10, frame, hello10, packetIn10, peer10For } from './peer10.ts'

interface Listening {
  readonly port: number
  readonly up: Session[]
  readonly up10: Session10[]
  readonly packets: (readonly [port: number, buffer: number])[]
  readonly refused: string[]
  readonly malformed: string[]
  readonly closed: string[]
}

/** Waits for switches; those of OpenFlow 1.0 are attached when they come up, as the engine does. */
const listening = async (t: Test, connection: ListenerOptions['connection'] = {}): Promise<Listening> => {
  const here = {
    ...{ up: [] as Session[], up10: [] as Session10[], packets: [] as (readonly [number, number])[] },
    ...{ refused: [] as string[], malformed: [] as string[], closed: [] as string[] },
  }
  const attach = (session: Session10): void => {
    here.up10.push(session)
    session.attach({
      packetIn: ({ inPort, bufferId }) => here.packets.push([inPort, bufferId]),
      portStatus: () => undefined,
      message: () => undefined,
      malformed: (reason) => here.malformed.push(reason),
      close: (reason) => here.closed.push(reason),
    })
  }
  const refused = (_address: string, reason: string) => here.refused.push(reason)
  const events = { up: (session: Session) => here.up.push(session), up10: attach, refused, slowed: () => undefined }
  const listener = new Listener({ port: 0 }, events, { connection })
  t.teardown(() => listener.stop())
  await listener.start()
  return { port: listener.port, ...here }
}

t.test('a switch whose HELLO says 1.0 and nothing more comes up by its features alone', async (t) => {
  const here = await listening(t)
  const peer = await peer10For(t, here)
  await peer.shakeHands(0xabcn)
  await until('it is up', () => here.up10.length === 1)
  const [session] = here.up10
  t.match(session, { name: '0000000000000abc', info: { dpid: 0xabcn, tables: 2, buffers: 256, software: '' } })
  t.same([...(session?.ports.keys() ?? [])], [1, 2, 3, 4, Port.LOCAL], 'its own port has its usual number')
  t.match(session?.ports.get(2), { name: 'veth2', currSpeed: 10_000_000, state: 0 })
  t.same(here.refused, [])
})

t.test('the description is taken where there is one', async (t) => {
  const here = await listening(t)
  const peer = await peer10For(t, here)
  peer.raw(hello10)
  const { xid } = await peer.next('descRequest')
  const texts = { manufacturer: 'Nicira, Inc.', hardware: 'Open vSwitch', software: '3.1.0' }
  peer.raw(of10.encodeMessage({ type: 'descReply', xid, flags: 0, ...texts, serialNumber: '', datapath: '' }))
  peer.raw(features10((await peer.next('featuresRequest')).xid, 1n))
  await until('it is up', () => here.up10.length === 1)
  t.match(here.up10[0]?.info, texts)
})

t.test('of a switch that speaks both, 1.3 is spoken; one whose bitmap has only 1.0 speaks that', async (t) => {
  const here = await listening(t)
  const both = await peer10For(t, here)
  both.raw(encodeHello({ version: 4, xid: 1, elements: [versionElement([1, 4])] }))
  const versions = new Promise<number[]>((resolve) => {
    const seen: number[] = []
    both.socket.on('data', (chunk: Buffer) => {
      for (let at = 0; at < chunk.length; at += chunk.readUInt16BE(at + 2)) seen.push(chunk[at] ?? 0)
      if (seen.length > 1) resolve(seen)
    })
  })
  t.ok((await versions).every((version) => version === 4))
  const old = await peer10For(t, here)
  old.raw(encodeHello({ version: 4, xid: 1, elements: [versionElement([1])] }))
  old.raw(features10((await old.next('featuresRequest')).xid, 2n))
  await until('it is up', () => here.up10.length === 1)
})

t.test('packets right behind the features, in the same piece, are not lost', async (t) => {
  const here = await listening(t)
  const peer = await peer10For(t, here)
  await peer.shakeHands(1n, packetIn10(0xffffffff, 2, frame(1, 2)), packetIn10(0, of10.Port10.LOCAL, frame(3, 4)))
  await until('both are there', () => here.packets.length === 2)
  t.same(here.packets, [
    [2, 0xffffffff],
    [Port.LOCAL, 0],
  ])
})

t.test('a switch that throws away the first request for its features is asked again', async (t) => {
  const here = await listening(t)
  const peer = await peer10For(t, here)
  peer.raw(hello10)
  await peer.next('featuresRequest')
  const again = await peer.next('featuresRequest')
  peer.raw(features10(again.xid, 1n))
  await until('it is up', () => here.up10.length === 1)
  const asked = peer.got.length
  await sleep(700)
  t.equal(peer.got.length, asked, 'and then no more')
})

t.test('one that never says its features is ended in time', async (t) => {
  const here = await listening(t, { handshakeDeadline: 300 })
  const silent = await peer10For(t, here)
  await silent.raw(hello10).end()
  t.same(here.refused, ['no handshake within 300 ms'])
  t.equal(here.up10.length, 0)
})

t.test('one that refuses to say its features is ended, with the reason', async (t) => {
  const here = await listening(t)
  const refusing = await peer10For(t, here)
  const { xid } = await refusing.raw(hello10).next('featuresRequest')
  refusing.raw(of10.encodeMessage({ type: 'error', xid, errorType: 1, code: 5, data: new Uint8Array() }))
  await refusing.end()
  t.same(here.refused, ['the handshake failed at features: featuresRequest was refused: OFPBRC_EPERM'])
  t.equal(here.up10.length, 0)
})

t.test('echoes are answered in 1.0, and a switch that is silent is asked for one, then given up', async (t) => {
  const here = await listening(t, { echoAfter: 100, deadAfter: 500 })
  const peer = await peer10For(t, here)
  await peer.shakeHands(1n)
  peer.raw(of10.encodeMessage({ type: 'echoRequest', xid: 77, data: new Uint8Array([1, 2]) }))
  t.match(await peer.next('echoReply'), { xid: 77, data: new Uint8Array([1, 2]) })
  for (let count = 0; count < 8; count++) {
    const { xid } = await peer.next('echoRequest')
    peer.raw(of10.encodeMessage({ type: 'echoReply', xid, data: new Uint8Array() }))
  }
  t.notOk(peer.closed, 'it lives as long as it answers')
  await peer.end()
  t.same(here.closed, ['nothing was heard for 500 ms'])
})

t.test('ports that come, change and go are kept up to date', async (t) => {
  const here = await listening(t)
  const peer = await peer10For(t, here)
  await peer.shakeHands(1n)
  await until('it is up', () => here.up10.length === 1)
  const [session] = here.up10
  const state = of10.PortState10.LINK_DOWN | of10.PortState10.STP_BLOCK
  const port = { portNo: 3, hwAddr: 1, name: 'veth3', config: 0, state, curr: 0, advertised: 0, supported: 0, peer: 0 }
  peer.raw(of10.encodeMessage({ type: 'portStatus', xid: 0, reason: 2, port }))
  await until('it is down', () => session?.ports.get(3)?.state === PortState.LINK_DOWN)
  peer.raw(of10.encodeMessage({ type: 'portStatus', xid: 0, reason: 1, port }))
  await until('it has gone', () => session?.ports.has(3) === false)
  t.equal(session?.ports.size, 4)
})

t.test('malformed messages are refused in 1.0, and the switch stays', async (t) => {
  const here = await listening(t)
  const peer = await peer10For(t, here)
  await peer.shakeHands(1n)
  const short = Uint8Array.from([1, 10, 0, 12, 0, 0, 0, 9, 0, 0, 0, 0])
  const actions = Uint8Array.from([1, 13, 0, 16, 0, 0, 0, 10, 0, 0, 0, 0, 0, 1, 0xff, 0xff])
  const unknown = Uint8Array.from([1, 99, 0, 8, 0, 0, 0, 11])
  const newer = Uint8Array.from([4, 10, 0, 8, 0, 0, 0, 12])
  peer.raw(short, actions, unknown, newer, packetIn10(7, 1, frame(1, 2)))
  await until('the good one is there', () => here.packets.length === 1)
  t.equal(here.malformed.length, 4)
  for (const xid of [9, 10, 11, 12]) t.equal((await peer.next('error')).xid, xid)
  t.notOk(peer.closed)
})

t.test('a first message that is cut, or a features reply that is, harms nobody', async (t) => {
  const here = await listening(t, { handshakeDeadline: 1_000 })
  for (const bytes of [
    hello10.subarray(0, 5),
    Uint8Array.from([1, 0, 0, 4, 0, 0, 0, 1]),
    packetIn10(1, 1, frame(1, 2)),
  ]) {
    const peer = await peer10For(t, here)
    peer.raw(bytes)
    peer.socket.end()
    await peer.end()
  }
  const cut = await peer10For(t, here)
  const { xid } = await cut.raw(hello10).next('featuresRequest')
  const reply = features10(xid, 1n).slice(0, 60)
  new DataView(reply.buffer).setUint16(2, reply.length)
  await cut.raw(reply).end()
  t.equal(here.refused.length, 4)
  t.equal(here.up10.length, 0)
})

t.test('a flood of messages before the features ends the handshake', async (t) => {
  const here = await listening(t)
  const peer = await peer10For(t, here)
  const barrier = of10.encodeMessage({ type: 'barrierReply', xid: 99 })
  peer.raw(hello10, ...Array.from({ length: 2000 }, () => barrier))
  await peer.end()
  t.match(here.refused, [/more than 1024 messages/])
})
