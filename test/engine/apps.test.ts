import { join } from 'node:path'
import t, { type Test } from 'tap'
import { type App, collection, defineApp, GroupEntry } from '../../controller/index.ts'
import type { OvsHost } from '../../topology/ovs/host.ts'
import { namespaces, ovs } from '../support/needs.ts'
import {
  agesOf,
  connectBridge,
  engineFor,
  flowsOf,
  hostFor,
  type Running,
  sleep,
  socketOf,
  synced,
  toldOf,
  until,
} from './lab.ts'
import { Wiretap } from './wiretap.ts'

// Each test has a host of its own.
t.jobs = 4

interface Lab extends Running {
  readonly host: OvsHost
  readonly tap: Wiretap
}

/** A bridge of a real Open vSwitch that runs these apps, with a count of the messages to it. */
const labWith = async (t: Test, name: string, ...apps: readonly App[]): Promise<Lab> => {
  const host = await hostFor(t, name)
  await host.addBridge('br0')
  const running = engineFor(t)
  for (const app of apps) running.engine.load(app)
  const path = join(host.directory, 'engine.sock')
  await running.engine.listen({ path })
  const tap = await Wiretap.start(t, socketOf(host), path)
  await connectBridge(host, 'br0')
  await until('the bridge is up', () => synced(running) > 0, 60_000)
  await sleep(100)
  tap.reset()
  return { ...running, host, tap }
}

/** An app whose `count` flows send each port's packets to the next; those of `changed` ports drop. */
const many = (name: string, count: number, changed: readonly number[] = []): App =>
  defineApp({
    name,
    pipeline: [`${name}-only`],
    collections: {},
    rules: {
      all: {
        flows: ({ stages }) => {
          const stage = stages[`${name}-only`]
          if (!stage) throw new Error('no stage')
          return Array.from({ length: count }, (_, port) => {
            const flow = stage.when({ inPort: port + 1 })
            return changed.includes(port) ? flow.drop('changed') : flow.output(port + 2)
          })
        },
      },
    },
  }) as unknown as App

t.test('reload of an app that changes one flow of 10,000 sends one flow-mod', { buffered: true }, async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  const { engine, host, tap, told } = await labWith(t, 'ea1', many('big', 10_000), many('small', 3))
  const before = await agesOf(host, 'br0')
  t.equal(before.size, 10_003)
  const syncs = synced({ engine, told })
  engine.load(many('big', 10_000, [4711]))
  await until('it is done', () => synced({ engine, told }) > syncs)
  t.equal(tap.sent.get('flowMod'), 1, 'one flow-mod on the wire')
  const after = await agesOf(host, 'br0')
  const gone = [...before.keys()].filter((flow) => !after.has(flow))
  const come = [...after.keys()].filter((flow) => !before.has(flow))
  t.match([gone, come], [[/in_port=4712 /], [/in_port=4712 .*drop/]])
  tap.reset()
  engine.load(many('big', 10_000, [4711]))
  await sleep(300)
  t.equal(tap.sent.get('flowMod') ?? 0, 0, 'reload of the same sends nothing')
})

t.test('unload takes away all flows of an app and touches no other', { buffered: true }, async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  const { engine, host, tap, told } = await labWith(t, 'ea2', many('one', 500), many('two', 500))
  await host.ofctl('add-flow', 'br0', 'table=9,priority=7,actions=drop')
  const before = await agesOf(host, 'br0')
  await sleep(1_000)
  const syncs = synced({ engine, told })
  engine.unload('one')
  await until('it is done', () => synced({ engine, told }) > syncs)
  t.equal(tap.sent.get('flowMod'), 500)
  const after = await agesOf(host, 'br0')
  t.equal(after.size, 501)
  const isKept = (flow: string): boolean => flow.includes('table=1') || flow.includes('table=9')
  t.same([...after.keys()].sort(), [...before.keys()].filter(isKept).sort())
  t.ok(
    [...after].every(([flow, age]) => age >= (before.get(flow) ?? 0) + 1),
    'the others have been there all the time',
  )
})

interface Rate {
  readonly port: number
  readonly wrong?: boolean
}

/** What handlers of the app below were asked to do. */
let ask: ((ports: { set(key: string, value: Rate): void }) => void) | undefined

const fragile = defineApp({
  name: 'fragile',
  pipeline: ['fragile'],
  collections: { ports: collection<Rate>() },
  rules: {
    port: {
      each: 'ports',
      flows: ({ port, wrong }, { stages: { fragile } }) => {
        if (wrong) throw new Error('this rule is broken')
        return [fragile.when({ inPort: port }).output(port + 1)]
      },
    },
  },
  tick: (context) => {
    ask?.(context.collections.ports)
    ask = undefined
  },
})

t.test(
  'an app whose rule fails keeps its last good flows, shows its stack, and goes on with the rest',
  { buffered: true },
  async (t) => {
    if (!ovs(t) || !namespaces(t)) return
    const { engine, host, told } = await labWith(t, 'ea3', fragile as unknown as App, many('other', 2))
    ask = (ports) => {
      ports.set('a', { port: 1 })
      ports.set('b', { port: 2 })
    }
    await until('it has its flows', async () => (await flowsOf(host, 'br0')).length === 4)
    const before = await flowsOf(host, 'br0')
    ask = (ports) => {
      ports.set('a', { port: 11, wrong: true })
      ports.set('c', { port: 3 })
    }
    await until('the good one is there', async () => (await flowsOf(host, 'br0')).length === 5)
    t.same(
      (await flowsOf(host, 'br0')).filter((flow) => before.includes(flow)),
      before,
      'the last good flows stay',
    )
    const app = engine.apps.get('fragile')
    t.equal(app?.status, 'failed')
    t.match(app?.failure, /rule port for ports a: this rule is broken[\s\S]*apps\.test\.ts/)
    t.equal(engine.apps.get('other')?.status, 'running')
    t.equal(toldOf({ engine, told }, /app fragile failed in a rule/).length, 1)
    engine.load(many('other', 3))
    await until('another app still changes', async () => (await flowsOf(host, 'br0')).length === 6)
    ask = (ports) => ports.set('a', { port: 11 })
    await until('it is mended', () => engine.apps.get('fragile')?.status === 'running')
    await until('and has its flow', async () =>
      (await flowsOf(host, 'br0')).some((flow) => flow.includes('in_port=11 ')),
    )
  },
)

t.test('an app that cannot be loaded leaves the one in its place', { buffered: true }, async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  const { engine, host } = await labWith(t, 'ea4', many('app', 3))
  const before = await agesOf(host, 'br0')
  const broken = { ...many('app', 3), rules: { all: { flows: () => [undefined as never] } } }
  t.throws(() => engine.load(broken), /app app was not loaded/)
  await sleep(300)
  t.same([...(await agesOf(host, 'br0')).keys()], [...before.keys()])
  t.equal(engine.apps.get('app')?.status, 'running')
})

t.test(
  'a handler that fails is its own failure; one that goes on failing is not called any more',
  { buffered: true },
  async (t) => {
    if (!ovs(t) || !namespaces(t)) return
    let calls = 0
    const app = defineApp({
      name: 'nervous',
      pipeline: ['nervous'],
      collections: {},
      rules: { all: { flows: ({ stages: { nervous } }) => [nervous.otherwise.drop('all')] } },
      tick: () => {
        calls++
        throw new Error('not again')
      },
    })
    const { engine, host, told } = await labWith(t, 'ea5', app as unknown as App, many('calm', 1))
    await until('it is given up', () => toldOf({ engine, told }, /not called any more/).length === 1)
    await sleep(1_500)
    t.equal(calls, 5)
    t.equal(engine.apps.get('nervous')?.status, 'failed')
    t.match(engine.apps.get('nervous')?.failure, /tick: not again/)
    t.equal((await flowsOf(host, 'br0')).length, 2, 'flows stay')
  },
)

const rival = (name: string, port: number): App =>
  defineApp({
    name,
    pipeline: [],
    collections: {},
    rules: { all: { flows: () => [new GroupEntry({ groupId: 0x6800_0001, groupType: 0, buckets: [bucket(port)] })] } },
  }) as unknown as App

const bucket = (port: number) => ({
  ...{ weight: 0, watchPort: 0xffff_ffff, watchGroup: 0xffff_ffff },
  actions: [{ type: 'output', port, maxLen: 0 } as const],
})

t.test(
  'of two apps that want the same, the first by name has it, and the conflict is reported',
  { buffered: true },
  async (t) => {
    if (!ovs(t) || !namespaces(t)) return
    const { engine, host, told } = await labWith(t, 'ea6', rival('zebra', 2))
    const group = async () => (await host.ofctl('dump-groups', 'br0')).match(/group_id=1744830465.*output:(\d+)/)?.[1]
    t.equal(await group(), '2')
    engine.load(rival('ant', 1))
    await until('the other has it', async () => (await group()) === '1')
    t.match(
      toldOf({ engine, told }, /both want/).at(-1)?.message,
      /ant\/all and zebra\/all both want number 1744830465/,
    )
    engine.load(rival('zebra', 3))
    await sleep(300)
    t.equal(await group(), '1', 'whoever came last')
    engine.unload('ant')
    await until('the other gets it back', async () => (await group()) === '3')
  },
)

t.test(
  'what the switch refuses is named with app, rule, object and error, and all else is applied',
  { buffered: true },
  async (t) => {
    if (!ovs(t) || !namespaces(t)) return
    const app = defineApp({
      name: 'bold',
      pipeline: ['bold', 'later'],
      collections: { ports: collection<number>() },
      rules: {
        good: {
          flows: ({ stages: { bold } }) =>
            Array.from({ length: 100 }, (_, port) => bold.when({ inPort: port + 1 }).output(1)),
        },
        bad: {
          each: 'ports',
          // Group 5 is not there; nobody makes it.
          flows: (port, { stages: { bold } }) => [bold.when({ inPort: 1000 + port }).group(0x6800_0005 + port)],
        },
      },
      switchUp: (_, { collections: { ports } }) => {
        for (let port = 0; port < 20; port++) ports.set(`p${port}`, port)
      },
    })
    const { engine, host, told, tap } = await labWith(t, 'ea7', app as unknown as App)
    const refused = toldOf({ engine, told }, /refused a flow of bold\/bad for p/)
    t.equal(refused.length, 20, 'each that is refused is told once')
    t.match(refused[0]?.message, /refused a flow of bold\/bad for p\d+: OFPBAC_BAD_OUT_GROUP/)
    t.match(refused[0]?.about, { app: 'bold', rule: 'bad', errorName: 'OFPBAC_BAD_OUT_GROUP' })
    t.equal((await flowsOf(host, 'br0')).length, 100, 'all else is applied')
    engine.load({
      ...many('groups', 0),
      rules: { group: { flows: () => [new GroupEntry({ groupId: 0x6800_0007, groupType: 0, buckets: [bucket(1)] })] } },
    })
    await until('the flow that waited for it comes', async () => (await flowsOf(host, 'br0')).length === 101)
    const [live] = engine.switches.values()
    await until('it rests', () => live?.keeper.inSync === true)
    const sent = tap.sent.get('flowMod')
    await sleep(200)
    t.equal(tap.sent.get('flowMod'), sent, 'and goes on to')
  },
)

t.test('thousands of refusals are all told, and the switch stays connected', { buffered: true }, async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  const count = 20_000
  const app = defineApp({
    name: 'hopeless',
    pipeline: ['hopeless'],
    collections: {},
    rules: {
      // Groups that are not there.
      all: {
        flows: ({ stages: { hopeless } }) =>
          Array.from({ length: count }, (_, port) => hopeless.when({ inPort: port + 1 }).group(0x6800_0000 + port)),
      },
    },
  })
  const { engine, told } = await labWith(t, 'ea9', app as unknown as App)
  t.equal(toldOf({ engine, told }, /refused a flow of hopeless/).length, count)
  t.equal(toldOf({ engine, told }, /is down/).length, 0)
})

t.test('packets for the controller pass a meter', { buffered: true }, async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  let packets = 0
  const app = defineApp({
    name: 'curious',
    pipeline: ['curious'],
    collections: {},
    punts: { packetsPerSecond: 50 },
    rules: { all: { flows: ({ stages: { curious } }) => [curious.otherwise.punt()] } },
    packetIn: () => {
      packets++
    },
  })
  const { host } = await labWith(t, 'ea8', app as unknown as App)
  t.match(await host.ofctl('dump-meters', 'br0'), /pktps.*\s.*rate=50/)
  const a = await host.addContainer('a', { bridge: 'br0', mac: '02:00:00:00:00:01', address: '10.0.0.1/24' })
  await host.inside(a, 'ip', 'neigh', 'add', '10.0.0.2', 'lladdr', '02:00:00:00:00:02', 'dev', 'eth0')
  packets = 0
  const started = performance.now()
  await host.inside(a, 'ping', '-q', '-i', '0.002', '-c', '1000', '-W', '1', '10.0.0.2').catch(() => undefined)
  await until('some come', () => packets >= 50)
  const seconds = (performance.now() - started) / 1000
  t.comment(`${packets} of 1000 packets in ${seconds.toFixed(1)} s came through a meter of 50 a second`)
  t.ok(packets <= 50 + 60 * (seconds + 1), 'as many as the meter lets through')
})
