import { connect } from 'node:net'
import t, { type Test } from 'tap'
import l2Switch from '../../../apps/l2-switch/app.ts'
import { decodeCookie } from '../../../controller/flow/index.ts'
import { SimSwitch } from '../../../topology/sim/index.ts'
import { engineFor, type Running, sleep, toldOf, until } from '../../engine/lab.ts'

const [a, b] = ['02000000000a', '02000000000b'] as const
const everybody = 'ffffffffffff'

const frame = (from: string, to: string): Uint8Array =>
  Uint8Array.from(Buffer.from(`${to}${from}88b5${'00'.repeat(46)}`, 'hex'))

interface Lab extends Running {
  readonly sw: SimSwitch
  /** Ports that frames have left by since the last call. */
  readonly left: () => number[]
  readonly inSync: () => Promise<number>
}

const labWith = async (t: Test, sw: SimSwitch, outputs: number[] = []): Promise<Lab> => {
  const running = engineFor(t)
  running.engine.load(l2Switch)
  const { port } = await running.engine.listen({ port: 0 })
  sw.connect(connect(port, '127.0.0.1'))
  const inSync = () => until('it is in sync', () => running.engine.switches.get(1n)?.keeper.inSync === true)
  await inSync()
  return { ...running, sw, left: () => outputs.splice(0).sort(), inSync }
}

const simulated = (t: Test, outputs: number[] = []): SimSwitch => {
  const sw = new SimSwitch({ dpid: 1n, ports: [1, 2, 3], onOutput: ({ port }) => outputs.push(port) })
  t.teardown(() => sw.close())
  return sw
}

const hints = (sw: SimSwitch): number =>
  [...sw.tables].filter(({ cookie }) => decodeCookie(cookie).unit === 0xffff_ffff).length

/** Stations that the controller knows, by their flows. */
const known = ({ engine }: Running): number =>
  [...(engine.switches.get(1n)?.desired.flows.entries() ?? [])].filter(([, { owner }]) => owner.rule === 'station')
    .length / 2

t.test('the reply goes straight back, though the controller has not heard of the first frame', async (t) => {
  const outputs: number[] = []
  const lab = await labWith(t, simulated(t, outputs), outputs)
  // All in one turn of the event loop: the controller has no time to answer.
  lab.sw.receive(1, frame(a, everybody))
  t.same(lab.left(), [2, 3], 'the first frame is flooded')
  lab.sw.receive(2, frame(b, a))
  t.same(lab.left(), [1], 'the second direction is direct')
  lab.sw.receive(1, frame(a, b))
  t.same(lab.left(), [2])
  await until('both are learned', () => known(lab) === 2)
  await lab.inSync()
  const { packets = 0 } = lab.engine.switches.get(1n)?.session.connection ?? {}
  for (let count = 0; count < 10; count++) {
    lab.sw.receive(1, frame(a, b))
    lab.sw.receive(2, frame(b, a))
  }
  await sleep(100)
  t.equal(lab.engine.switches.get(1n)?.session.connection.packets, packets, 'then no packet-in')
  t.same(new Set(lab.left()), new Set([1, 2]))
  t.equal(toldOf(lab, /somebody else/).length, 0, 'what the switch learns by itself is nobody’s change')
  t.equal(lab.engine.switches.get(1n)?.keeper.foreign.size, 0)
})

t.test('while the controller is away the switch floods the first frame, and learns by itself', async (t) => {
  const outputs: number[] = []
  const lab = await labWith(t, simulated(t, outputs), outputs)
  await lab.engine.stop()
  lab.sw.receive(1, frame(a, b))
  t.same(lab.left(), [2, 3])
  lab.sw.receive(2, frame(b, a))
  t.same(lab.left(), [1])
  lab.sw.receive(1, frame(a, b))
  t.same(lab.left(), [2])
  t.equal(hints(lab.sw), 2)
  const again = await labWith(t, lab.sw, outputs)
  t.same(
    toldOf(again, /holds what it should/).map(({ about }) => about.messages),
    [0],
    'a controller that comes back leaves that alone',
  )
  await until('it is forgotten in time', () => hints(lab.sw) === 0)
})

t.test('frames that say they come from a group teach nothing', async (t) => {
  const outputs: number[] = []
  const lab = await labWith(t, simulated(t, outputs), outputs)
  lab.sw.receive(1, frame(everybody, b))
  t.same(lab.left(), [2, 3])
  lab.sw.receive(2, frame(b, everybody))
  t.same(lab.left(), [1, 3], 'broadcasts still reach all')
  t.equal(hints(lab.sw), 1)
})

t.test('stations of a port that went down or away while the controller was away are not taken up again', async (t) => {
  const lab = await labWith(t, simulated(t))
  for (const [port, mac] of [
    [1, a],
    [2, b],
    [3, '02000000000c'],
  ] as const) {
    lab.sw.receive(port, frame(mac, everybody))
  }
  await until('three are learned', () => known(lab) === 3)
  await lab.inSync()
  await lab.engine.stop()
  lab.sw.setLink(2, false)
  lab.sw.removePort(3)
  const again = await labWith(t, lab.sw)
  t.equal(known(again), 1)
  t.equal([...lab.sw.tables].filter(({ priority }) => priority === 32768).length, 3, 'those of a, and that for groups')
})

t.test('a switch that comes back without a port has no stations there', async (t) => {
  const lab = await labWith(t, simulated(t))
  lab.sw.receive(1, frame(a, everybody))
  lab.sw.receive(2, frame(b, everybody))
  await until('two are learned', () => known(lab) === 2)
  const [listener] = [await lab.engine.listen({ port: 0 })]
  lab.engine.switches.get(1n)?.session.connection.close('for the test')
  await until('it is gone', () => lab.engine.switches.size === 0)
  lab.sw.setLink(2, false)
  lab.sw.connect(connect(listener.port, '127.0.0.1'))
  await lab.inSync()
  t.equal(known(lab), 1)
})
