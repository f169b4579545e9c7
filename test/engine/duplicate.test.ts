import { connect } from 'node:net'
import t from 'tap'
import l2Switch from '../../apps/l2-switch/app.ts'
import { SimSwitch } from '../../topology/sim/index.ts'
import { peerFor } from '../switch/peer.ts'
import { engineFor, sleep, synced, toldOf, until } from './lab.ts'

t.test('of two switches with one datapath id the first stays, and the second is reported', async (t) => {
  const running = engineFor(t)
  running.engine.load(l2Switch)
  const { port } = await running.engine.listen({ port: 0 })
  const first = new SimSwitch({ dpid: 5n, ports: [1] })
  const second = new SimSwitch({ dpid: 5n, ports: [1] })
  t.teardown(() => {
    first.close()
    second.close()
  })
  first.connect(connect(port))
  await until('the first is up', () => synced(running) === 1)
  const [live] = running.engine.switches.values()
  second.connect(connect(port))
  await until('the second is let go', () => second.connections.size === 0)
  t.match(toldOf(running, /second switch/), [{ message: /0000000000000005; the first stays/ }])
  await sleep(100)
  t.equal(running.engine.switches.get(5n), live)
  t.notOk(live?.session.connection.closed)
  t.equal([...second.tables].length, 0, 'nothing is sent to it')
  first.close()
  await until('the first has gone', () => running.engine.switches.size === 0)
  second.connect(connect(port))
  await until('then the second is taken', () => synced(running) === 2)
})

t.test('a first switch that is dead makes room for one of its name', async (t) => {
  const running = engineFor(t)
  const { port } = await running.engine.listen({ port: 0 })
  const dead = await peerFor(t, { port })
  await dead.shakeHands(6n)
  await until('it is up', () => running.engine.switches.size === 1)
  dead.socket.pause()
  const second = await peerFor(t, { port })
  await second.shakeHands(6n)
  await second.end()
  await until('the dead one is found out', () => running.engine.switches.size === 0)
  t.match(toldOf(running, /is down/), [{ message: /echoRequest was not answered/ }], 'not by its silence alone')
  const third = await peerFor(t, { port })
  await third.shakeHands(6n)
  await until('its successor is taken', () => running.engine.switches.size === 1)
})

t.test('a switch that goes right after its handshake leaves nothing behind', async (t) => {
  const running = engineFor(t)
  running.engine.load(l2Switch)
  const { port } = await running.engine.listen({ port: 0 })
  for (let round = 0; round < 20; round++) {
    const peer = await peerFor(t, { port })
    await peer.shakeHands(BigInt(round))
    peer.socket.destroy()
  }
  // A handshake that the controller has not yet seen the end of may still be under way.
  await sleep(200)
  await until('none is left', () => running.engine.switches.size === 0)
  t.equal(toldOf(running, /is up/).length, toldOf(running, /is down/).length)
})
