import { connect } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { type App, collection, defineApp } from '../../controller/index.ts'
import { SimSwitch } from '../../topology/sim/index.ts'
import { processorTime } from '../support/processor.ts'
import { engineFor, type Running, toldOf, until } from './lab.ts'

/** What the apps below are told to do from outside. */
interface Hands {
  readonly set: (key: string, value: number) => void
  readonly delete: (key: string) => void
}

interface Kept {
  hands?: Hands
}

interface Lab extends Running {
  readonly sw: SimSwitch
  readonly port: number
  readonly kept: Kept
}

/** An app with one flow for each of its objects, to a port. */
const objects = (kept: Kept, port: (value: number) => number, first: readonly string[] = []): App =>
  defineApp({
    name: 'objects',
    pipeline: ['only'],
    collections: { things: collection<number>() },
    rules: {
      one: {
        each: 'things',
        flows: (value, { stages: { only } }, key) => [only.when({ ethDst: Number(key) }).output(port(value))],
      },
    },
    switchUp: (_, { collections: { things } }) => {
      kept.hands = { set: (key, value) => things.set(key, value), delete: (key) => things.delete(key) }
      for (const key of first) things.set(key, 1)
    },
  }) as unknown as App

const inSync = ({ engine }: Running, dpid = 1n) =>
  until('it is in sync', () => engine.switches.get(dpid)?.keeper.inSync === true, 60_000)

const flowCount = ({ tables }: SimSwitch): number => [...tables].length

/** A lab whose switch holds so many objects, all of which go to port 1. */
const filled = async (t: Test, count: number): Promise<Lab> => {
  const kept: Kept = {}
  const running = engineFor(t)
  running.engine.load(objects(kept, () => 1, keys(count)))
  const { port } = await running.engine.listen({ port: 0 })
  const sw = new SimSwitch({ dpid: 1n, ports: [1, 2] })
  t.teardown(() => sw.close())
  sw.connect(connect(port, '127.0.0.1'))
  await until('the switch is filled', () => flowCount(sw) === count, 60_000)
  await inSync(running)
  return { ...running, sw, port, kept }
}

const emptied = (...switches: readonly SimSwitch[]) =>
  until('all is taken away', () => switches.every((sw) => flowCount(sw) === 0), 60_000)

/** Has a switch answer echoes all the while that something is done. */
const answersMeanwhile = async <T>(t: Test, { engine }: Running, work: Promise<T>, least = 5): Promise<T> => {
  const connection = engine.switches.get(1n)?.session.connection
  let isDone = false
  let echoes = 0
  let longest = 0
  const begin = processorTime()
  const end = (): void => {
    isDone = true
  }
  work.then(end, end)
  while (!isDone) {
    const asked = processorTime()
    await connection?.request({ type: 'echoRequest', data: new Uint8Array() }, 'echoReply')
    longest = Math.max(longest, processorTime() - asked)
    if (!isDone) echoes++
  }
  t.comment(`${echoes} echoes meanwhile, the slowest after ${longest.toFixed(0)} ms of work`)
  t.ok(echoes >= least, 'in many pieces')
  const took = processorTime() - begin
  t.ok(longest < Math.max(2000, took / 2), `none waited for all of it, which took ${took.toFixed(0)} ms`)
  return work
}

const keys = (count: number): string[] => Array.from({ length: count }, (_, at) => String(at + 1))

/** Ports that flows output to, with how many do. */
const ports = (sw: SimSwitch): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const { instructions } of sw.tables) {
    const port = /"port":(\d+)/.exec(
      JSON.stringify(instructions, (_, value) => (typeof value === 'bigint' ? 0 : value)),
    )
    counts[port?.[1] ?? 'none'] = (counts[port?.[1] ?? 'none'] ?? 0) + 1
  }
  return counts
}

t.test('while a version of many flows is loaded, switches are answered and the old one is in force', async (t) => {
  const count = 60_000
  const lab = await filled(t, count)
  await answersMeanwhile(t, lab, lab.engine.loadGradually(objects(lab.kept, () => 2)))
  await inSync(lab)
  t.same(ports(lab.sw), { 2: count })
})

t.test('changes that come while a version is loaded are in it, and only the difference is sent', async (t) => {
  const lab = await filled(t, 20_000)
  const before = lab.engine.switches.get(1n)?.keeper.counts.flowMods ?? 0
  const loading = lab.engine.loadGradually(objects(lab.kept, (value) => value))
  await nextTurn()
  lab.kept.hands?.set('5', 2)
  lab.kept.hands?.set('20001', 1)
  lab.kept.hands?.delete('7')
  await loading
  await inSync(lab)
  t.same(ports(lab.sw), { 1: 19_999, 2: 1 })
  t.equal(
    (lab.engine.switches.get(1n)?.keeper.counts.flowMods ?? 0) - before,
    3,
    'one comes, one goes, one changes; all else stays',
  )
  t.equal(toldOf(lab, /both want/).length, 0)
})

t.test('a version whose rule fails on its way in leaves all as it was', async (t) => {
  const lab = await filled(t, 5_000)
  const old = lab.engine.apps.get('objects')
  const broken = objects(lab.kept, () => {
    throw new Error('broken')
  })
  await t.rejects(lab.engine.loadGradually(broken), /objects was not loaded: .*broken/)
  t.equal(lab.engine.apps.get('objects'), old)
  lab.kept.hands?.set('1', 1)
  lab.kept.hands?.delete('2')
  await until('the old one goes on', () => flowCount(lab.sw) === 4_999)
  t.same(ports(lab.sw), { 1: 4_999 })
  t.equal(old?.status, 'running')
  lab.engine.unload('objects')
  await emptied(lab.sw)
})

t.test('switches that come and go while a version is loaded have what it wants', async (t) => {
  const lab = await filled(t, 3_000)
  let isDone = false
  const slowly = (): number => {
    const end = performance.now() + 0.5
    while (performance.now() < end);
    return 2
  }
  const loading = lab.engine.loadGradually(objects(lab.kept, slowly)).then(() => {
    isDone = true
  })
  await nextTurn()
  const second = new SimSwitch({ dpid: 2n, ports: [1, 2] })
  t.teardown(() => second.close())
  second.connect(connect(lab.port, '127.0.0.1'))
  await until('the second is up', () => lab.engine.switches.size === 2)
  lab.engine.switches.get(1n)?.session.connection.close('for the test')
  t.equal(isDone, false, 'while it is being loaded')
  lab.sw.connect(connect(lab.port, '127.0.0.1'))
  await loading
  await until('both are up', () => lab.engine.switches.size === 2)
  for (const dpid of [1n, 2n]) await inSync(lab, dpid)
  t.same(ports(lab.sw), { 2: 3_000 })
  t.same(ports(second), { 2: 3_000 })
  lab.engine.unload('objects')
  await emptied(lab.sw, second)
})

t.test('one load of an app at a time; one that is unloaded meanwhile does not come back', async (t) => {
  const lab = await filled(t, 5_000)
  const loading = lab.engine.loadGradually(objects(lab.kept, () => 2))
  await t.rejects(lab.engine.loadGradually(objects(lab.kept, () => 2)), /is being loaded already/)
  lab.engine.unload('objects')
  await t.rejects(loading, /loaded or unloaded by somebody else/)
  t.equal(lab.engine.apps.size, 0)
  await emptied(lab.sw)
})

t.test('while many flows are planned and withdrawn, switches are answered', async (t) => {
  const count = 60_000
  const lab = await filled(t, count)
  for (const key of keys(count / 2)) lab.kept.hands?.set(key, 2)
  await inSync(lab)
  const plans = await answersMeanwhile(t, lab, lab.engine.plan(objects(lab.kept, () => 1)))
  t.same(
    plans.map(({ dpid, operations }) => [dpid, operations.length]),
    [[1n, 0]],
    'it is so already',
  )
  const [other] = await lab.engine.plan(objects(lab.kept, (value) => value))
  t.equal(other?.operations.length, count / 2, 'half of them would go elsewhere')
  t.same(ports(lab.sw), { 1: count }, 'nothing was sent')
  t.equal(lab.engine.apps.get('objects')?.units.size, count)
  t.equal(lab.engine.unload('objects'), true)
  await answersMeanwhile(t, lab, lab.engine.settled(), 1)
  await emptied(lab.sw)
  t.equal(toldOf(lab, /refused|read again/).length, 0)
})

t.test('an app that is loaded again while it is being withdrawn has all its flows', async (t) => {
  const lab = await filled(t, 20_000)
  lab.engine.unload('objects')
  lab.kept.hands?.set('20001', 1)
  await lab.engine.loadGradually(objects(lab.kept, () => 2, keys(15_000)))
  await inSync(lab)
  t.same(ports(lab.sw), { 2: 15_000 })
  t.equal(toldOf(lab, /both want/).length, 0)
})
