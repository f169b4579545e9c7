import { join } from 'node:path'
import t, { type Test } from 'tap'
import l2Switch from '../../apps/l2-switch/app.ts'
import l2SwitchReactive from '../../bench/throughput/apps/l2-switch-reactive.ts'
import { type App, defineApp, openflow } from '../../controller/index.ts'
import { namespaces, ovs } from '../support/needs.ts'
import { peerFor } from '../switch/peer.ts'
import { features10, frame, hello10, type Peer10, packetIn10, peer10For } from '../switch/peer10.ts'
import { connectBridge, engineFor, hostFor, pinged, type Running, socketOf, toldOf, until } from './lab.ts'

const { NO_BUFFER, of10 } = openflow
const FLOOD = of10.Port10.FLOOD

const [station, other, learned] = [0x02_0000_000001, 0x02_0000_000002, 0x80_0000_000001]

interface Lab extends Running {
  readonly port: number
}

const labWith = async (t: Test, ...apps: readonly unknown[]): Promise<Lab> => {
  const running = engineFor(t)
  for (const app of apps) running.engine.load(app as App)
  const { port } = await running.engine.listen({ port: 0 })
  return { ...running, port }
}

const nextFlood = async (peer: Peer10) => {
  const sent = await peer.next('packetOut')
  return { bufferId: sent.bufferId, inPort: sent.inPort, actions: sent.actions, data: sent.data.length }
}

const toPort = (port: number) => [{ type: 'output', port, maxLen: 0 }]

for (const app of [l2SwitchReactive, l2Switch]) {
  t.test(`${app.name}: a load generator that speaks as cbench does is served from its first packet`, async (t) => {
    const { port } = await labWith(t, app)
    const peer = await peer10For(t, { port })
    // The learning phase: one packet without a buffer, right behind the features, and never again.
    const learning = packetIn10(NO_BUFFER, 2, frame(0xffff_ffff_ffff, learned), 1)
    const first = packetIn10(0, 1, frame(learned, station), 2)
    await peer.shakeHands(1n, learning, first)
    t.match(await nextFlood(peer), { bufferId: NO_BUFFER, inPort: 2, actions: toPort(FLOOD), data: 64 })
    const flow = await peer.next('flowMod')
    t.match(flow, { command: 0, bufferId: 0, outPort: of10.Port10.NONE, actions: toPort(2) })
    t.same(flow.match, { inPort: 1, dlSrc: station, dlDst: learned }, 'buffer 0 is one')
    peer.raw(...Array.from({ length: 500 }, (_, index) => packetIn10(index, 1, frame(learned, station + index))))
    for (let index = 0; index < 500; index++) {
      const { bufferId, match } = await peer.next('flowMod')
      if (bufferId !== index || match.dlSrc !== station + index) t.fail(`answer ${index} is for ${bufferId}`)
    }
    t.notOk(peer.closed)
    t.same(new Set(peer.got.map(({ type }) => type)), new Set(['setConfig', 'descRequest']), 'nothing else was asked')
  })
}

t.test('l2-switch forwards in OpenFlow 1.0 until a port goes down', async (t) => {
  const { port } = await labWith(t, l2Switch)
  const peer = await peer10For(t, { port })
  await peer.shakeHands(1n, packetIn10(1, 1, frame(other, station)))
  t.match(await nextFlood(peer), { bufferId: 1, inPort: 1, actions: toPort(FLOOD), data: 0 })
  peer.raw(packetIn10(NO_BUFFER, 2, frame(station, other)))
  t.match(await peer.next('flowMod'), { bufferId: NO_BUFFER, actions: toPort(1) })
  t.match(await nextFlood(peer), { bufferId: NO_BUFFER, actions: toPort(1), data: 64 })
  peer.raw(packetIn10(2, 1, frame(station, other)))
  t.match(await nextFlood(peer), { bufferId: 2, actions: [] }, 'one that has come round is dropped')
  const down = {
    portNo: 1,
    hwAddr: 1,
    name: 'veth1',
    config: 0,
    state: 1,
    curr: 0,
    advertised: 0,
    supported: 0,
    peer: 0,
  }
  peer.raw(of10.encodeMessage({ type: 'portStatus', xid: 0, reason: 2, port: down }))
  peer.raw(packetIn10(3, 2, frame(station, other)))
  t.match(await nextFlood(peer), { bufferId: 3, actions: toPort(FLOOD) })
})

t.test('only reactive apps see such switches, and what they cannot say there harms nobody else', async (t) => {
  const seen: string[] = []
  const group = openflow.prepareActions([{ type: 'group', groupId: 1 }])
  const common = { pipeline: ['one'] as const, collections: {}, rules: {} }
  const plain = defineApp({
    ...common,
    name: 'plain',
    switchUp: () => seen.push('plain'),
    packetIn: () => seen.push('plain'),
  })
  const reactive = defineApp({
    ...{ ...common, name: 'grouping', reactive: true, switchDown: ({ name }) => void seen.push(`down ${name}`) },
    switchUp: ({ name, openflow: version }) => void seen.push(`up ${name} ${version}`),
    packetIn: (packet, { reply }) => reply.packetOut(group, packet),
  })
  const lab = await labWith(t, plain, reactive, l2Switch)
  const peer = await peer10For(t, { port: lab.port })
  await peer.shakeHands(7n, ...Array.from({ length: 20 }, () => packetIn10(1, 1, frame(other, station))))
  for (let count = 0; count < 20; count++) await nextFlood(peer)
  t.same(seen, ['up 0000000000000007 1.0'])
  t.match(
    lab.engine.apps.get('grouping')?.failure,
    /packetIn of OpenFlow 1\.0: actions\[0\]\.group: OpenFlow 1\.0 has no/,
  )
  t.equal(toldOf(lab, /grouping failed in packetIn of OpenFlow 1\.0/).length, 5, 'and is then left alone')
  peer.socket.end()
  await until('it is down', () => seen.length === 2)
  t.equal(seen[1], 'down 0000000000000007')
  t.equal(lab.engine.switches10.live.size, 0)
})

t.test('a second switch of the same name is refused, whichever version each speaks', async (t) => {
  const { engine, port } = await labWith(t)
  const old = await peer10For(t, { port })
  await old.shakeHands(5n)
  await until('it is up', () => engine.switches10.live.size === 1)
  let answered = 0
  const answer = async (): Promise<void> => {
    const { xid } = await old.next('echoRequest')
    old.raw(of10.encodeMessage({ type: 'echoReply', xid, data: new Uint8Array() }))
    answered++
    await answer()
  }
  answer().catch(() => undefined)
  const newer = await peerFor(t, { port })
  await newer.shakeHands(5n)
  await newer.end()
  const twin = await peer10For(t, { port })
  await twin.shakeHands(5n)
  await twin.end()
  t.equal(engine.switches.size, 0)
  await until('it has been asked for each', () => answered === 2)
  t.notOk(old.closed, 'the first stays, once it has shown that it lives')
})

t.test('what a switch refuses is reported, ever more rarely', async (t) => {
  const lab = await labWith(t, l2Switch)
  const peer = await peer10For(t, { port: lab.port })
  await peer.shakeHands(5n)
  const error = of10.encodeMessage({ type: 'error', xid: 0, errorType: 1, code: 8, data: new Uint8Array() })
  peer.raw(...Array.from({ length: 100 }, () => error))
  await until('all are there', () => toldOf(lab, /refused what an app sent: OFPBRC_BUFFER_UNKNOWN/).length === 7)
  t.notOk(peer.closed)
})

t.test('256 such switches that flood from the start all come up and are answered', async (t) => {
  const { engine, port } = await labWith(t, l2SwitchReactive)
  const flood = Buffer.concat(Array.from({ length: 800 }, (_, index) => packetIn10(index, 1, frame(learned, index))))
  const peers = await Promise.all(
    Array.from({ length: 256 }, async (_, index) => {
      const peer = await peer10For(t, { port })
      peer.raw(hello10)
      const { xid } = await peer.next('featuresRequest')
      peer.raw(features10(xid, BigInt(index + 1)), flood)
      return peer
    }),
  )
  await until('all are up', () => engine.switches10.live.size === 256)
  for (const peer of peers) for (let count = 0; count < 800; count++) await peer.next('packetOut')
  t.notOk(peers.some(({ closed }) => closed))
})

t.test('hosts behind a real bridge that speaks only OpenFlow 1.0 reach each other', async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  const host = await hostFor(t, 'eo1')
  await host.addBridge('br0')
  await host.vsctl('set', 'bridge', 'br0', 'protocols=OpenFlow10')
  const lab = await labWith(t, l2Switch)
  await lab.engine.listen({ path: socketOf(host) })
  const a = await host.addContainer('a', { bridge: 'br0', mac: '02:00:00:00:00:01', address: '10.0.0.1/24' })
  await host.addContainer('b', { bridge: 'br0', mac: '02:00:00:00:00:02', address: '10.0.0.2/24' })
  await connectBridge(host, 'br0', join(host.directory, 'of.sock'))
  await until('it is up', () => lab.engine.switches10.live.size === 1)
  const [live] = lab.engine.switches10.live.values()
  t.match(live?.session.info, { hardware: 'Open vSwitch', tables: 254 })
  const result = await pinged(host, a, '10.0.0.2', 20, 0.05)
  t.same(result, { sent: 20, lost: 0 })
  const flows = await host.exec('ovs-ofctl', '-O', 'OpenFlow10', 'dump-flows', `unix:${host.directory}/br0.mgmt`)
  t.match(flows, /idle_timeout=10, hard_timeout=30.*dl_dst=02:00:00:00:00:02 actions=output:/)
  t.same(toldOf(lab, /refused what an app sent|no OpenFlow/), [])
})
