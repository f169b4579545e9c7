import { connect } from 'node:net'
import t, { type Test } from 'tap'
import { type App, defineApp } from '../../controller/index.ts'
import { parseFlowMod } from '../../controller/openflow/index.ts'
import { SimSwitch } from '../../topology/sim/index.ts'
import { together } from '../../topology/sim/journal.ts'
import { engineFor, type Running, until } from './lab.ts'

/** Has the processor busy: an app that computes too much. */
const burn = (milliseconds: number): void => {
  const end = performance.now() + milliseconds
  while (performance.now() < end);
}

/** An app that punts what comes in by a port, and does something with each packet. */
const punter = (name: string, port: number, packetIn: (first: number, dpid: bigint) => void): App =>
  defineApp({
    name,
    pipeline: [name],
    collections: {},
    rules: {
      all: { flows: ({ stages }) => [(stages[name] as NonNullable<typeof stages.x>).when({ inPort: port }).punt()] },
    },
    packetIn: ({ view, dataStart }, { dpid }) => packetIn(view.getUint32(dataStart + 14), dpid),
  }) as unknown as App

/** A broadcast frame that carries a number. */
const frame = (number: number): Uint8Array => {
  const bytes = new Uint8Array(60).fill(0xff, 0, 6)
  bytes.set([2, 0, 0, 0, 0, 1, 0x88, 0xb5], 6)
  new DataView(bytes.buffer).setUint32(14, number)
  return bytes
}

interface Lab extends Running {
  readonly switches: readonly SimSwitch[]
}

const labWith = async (t: Test, apps: readonly App[], count = 1): Promise<Lab> => {
  const running = engineFor(t)
  for (const app of apps) running.engine.load(app)
  const { port } = await running.engine.listen({ port: 0 })
  const switches = Array.from({ length: count }, (_, at) => new SimSwitch({ dpid: BigInt(at + 1), ports: [1, 2, 3] }))
  for (const sw of switches) {
    t.teardown(() => sw.close())
    sw.connect(connect(port, '127.0.0.1'))
  }
  const { engine } = running
  await until('all are up', () => [...engine.switches.values()].filter(({ keeper }) => keeper.inSync).length === count)
  // By what comes in at port 2 the second app is reached, whose table is the next.
  const across = parseFlowMod('table=0,priority=1,in_port=2,actions=goto_table:1')
  for (const sw of switches) together((journal) => sw.apply(across, journal))
  return { ...running, switches }
}

const countsOf = ({ engine }: Running, app: string) => ({ ...engine.apps.get(app)?.intake.counts })

/** Packets that were given to an app or dropped. */
const sum = (lab: Lab, app: string): number => {
  const { delivered = 0, dropped = 0 } = countsOf(lab, app)
  return delivered + dropped
}

t.test('an app that keeps up is given each packet at once, in order', async (t) => {
  const seen: number[] = []
  const lab = await labWith(t, [punter('quick', 1, (number) => seen.push(number))])
  const [sw] = lab.switches
  for (let number = 0; number < 500; number++) sw?.receive(1, frame(number))
  await until('all have come', () => seen.length === 500)
  t.same(
    seen,
    seen.map((_, at) => at),
  )
  t.same(countsOf(lab, 'quick'), { delivered: 500, queued: 0, dropped: 0 })
  t.equal(lab.engine.switches.get(1n)?.session.connection.packets, 500)
})

t.test('packets for a slow app wait in its queue, in order, while others and echoes are served', async (t) => {
  const slow: number[] = []
  let quickAfter = 0
  const lab = await labWith(t, [
    punter('slow', 1, (number) => {
      burn(10)
      slow.push(number)
    }),
    punter('quick', 2, () => {
      quickAfter = slow.length
    }),
  ])
  const [sw] = lab.switches
  for (let number = 0; number < 300; number++) sw?.receive(1, frame(number))
  sw?.receive(2, frame(0))
  await until('the quick app has its packet', () => countsOf(lab, 'quick').delivered === 1)
  t.comment(`the quick app had its packet after ${quickAfter} of 300 packets of the slow one`)
  t.ok(quickAfter < 150, 'long before the slow one is done')
  t.ok((lab.engine.apps.get('slow')?.intake.waiting ?? 0) > 0)
  const asked = slow.length
  t.equal(await lab.engine.switches.get(1n)?.session.connection.isAlive(10_000), true)
  t.ok(slow.length - asked < 100, 'an echo comes back meanwhile')
  await until('the slow app has all', () => slow.length === 300)
  t.same(
    slow,
    slow.map((_, at) => at),
  )
  t.match(countsOf(lab, 'slow'), { delivered: 300, dropped: 0 })
  t.ok((countsOf(lab, 'slow').queued ?? 0) > 100)
})

t.test('the queue is bounded, what does not fit is counted, and one switch does not fill it', async (t) => {
  const seen = new Map<bigint, number>()
  let busy = true
  let most = 0
  const waiting = (): number => lab.engine.apps.get('slow')?.intake.waiting ?? 0
  const app = punter('slow', 1, (_, dpid) => {
    seen.set(dpid, (seen.get(dpid) ?? 0) + 1)
    most = Math.max(most, waiting())
    if (busy) burn(25)
  })
  const lab = await labWith(t, [app], 2)
  const [flooding, other] = lab.switches
  for (let number = 0; number < 3000; number++) flooding?.receive(1, frame(number))
  await until('packets are dropped', () => (countsOf(lab, 'slow').dropped ?? 0) > 0)
  const before = seen.get(1n) ?? 0
  await until('another is given', () => (seen.get(1n) ?? 0) > before)
  t.equal(most, 1023, 'beside the one that is given, a quarter of the queue waits')
  for (let number = 0; number < 10; number++) other?.receive(1, frame(number))
  await until('those of the other wait as well', () => lab.engine.switches.get(2n)?.session.connection.packets === 10)
  busy = false
  await until('the other is served, too', () => seen.get(2n) === 10)
  await until('the queue is empty', () => lab.engine.apps.get('slow')?.intake.waiting === 0)
  await until('each is accounted for', () => sum(lab, 'slow') === 3010)
})

t.test('what waits of a switch that has gone is dropped; so is what an app does not take', async (t) => {
  let given = 0
  const lab = await labWith(t, [
    punter('slow', 1, () => {
      given++
      burn(25)
    }),
    { ...punter('mute', 2, () => undefined), packetIn: undefined } as unknown as App,
  ])
  const [sw] = lab.switches
  sw?.receive(2, frame(0))
  for (let number = 0; number < 200; number++) sw?.receive(1, frame(number))
  await until('some wait', () => (lab.engine.apps.get('slow')?.intake.waiting ?? 0) > 100)
  t.same(countsOf(lab, 'mute'), { delivered: 0, queued: 0, dropped: 1 })
  sw?.close()
  await until('none wait', () => lab.engine.apps.get('slow')?.intake.waiting === 0)
  t.ok(given < 150)
  t.equal(sum(lab, 'slow'), 200)
})

t.test('a reload goes on counting, and drops what waited for the version before', async (t) => {
  const lab = await labWith(t, [punter('app', 1, () => burn(25))])
  const [sw] = lab.switches
  for (let number = 0; number < 100; number++) sw?.receive(1, frame(number))
  await until('some wait', () => (lab.engine.apps.get('app')?.intake.waiting ?? 0) > 20)
  lab.engine.load(punter('app', 1, () => undefined))
  await until('all are accounted for', () => sum(lab, 'app') === 100)
  const { dropped } = countsOf(lab, 'app')
  t.ok((dropped ?? 0) > 20)
  sw?.receive(1, frame(0))
  await until('the new one is given packets', () => countsOf(lab, 'app').dropped === dropped && sum(lab, 'app') === 101)
})
