import { connect } from 'node:net'
import t, { type Test } from 'tap'
import { type App, defineApp, GroupEntry } from '../../controller/index.ts'
import { parseFlowMod } from '../../controller/openflow/index.ts'
import { SimSwitch, type SwitchSettings } from '../../topology/sim/index.ts'
import { together } from '../../topology/sim/journal.ts'
import { engineFor, type Running, synced, toldOf, until } from './lab.ts'

/** An app with a flow for each of so many ports, from one on. */
const flowsFor = (name: string, count: number, first = 1): App =>
  defineApp({
    name,
    pipeline: ['only'],
    collections: {},
    rules: {
      all: {
        flows: ({ stages: { only } }) =>
          Array.from({ length: count }, (_, port) => only.when({ inPort: first + port }).output(1)),
      },
    },
  }) as unknown as App

const start = async (t: Test, sw: SimSwitch, app: App): Promise<Running> => {
  const running = engineFor(t)
  running.engine.load(app)
  const { port } = await running.engine.listen({ port: 0 })
  t.teardown(() => sw.close())
  sw.connect(connect(port, '127.0.0.1'))
  await until('it is up', () => synced(running) > 0)
  return running
}

const simulated = (settings: SwitchSettings): SimSwitch => new SimSwitch({ dpid: 1n, ports: [1], ...settings })

const byHand = (sw: SimSwitch, text: string, command?: number): void =>
  together((journal) => sw.apply({ ...parseFlowMod(text), ...(command === undefined ? {} : { command }) }, journal))

const DELETE = 3

t.test('flows for which a table had no room come when others have gone, and are told of once', async (t) => {
  const sw = simulated({ flowsPerTable: 10 })
  for (let port = 101; port <= 106; port++) byHand(sw, `table=0,in_port=${port},actions=drop`)
  const running = await start(t, sw, flowsFor('many', 10))
  t.equal([...sw.tables].length, 10)
  t.equal(toldOf(running, /refused a flow of many\/all: OFPFMFC_TABLE_FULL/).length, 6)
  const [live] = running.engine.switches.values()
  await until('one is tried again, and refused', () => (live?.keeper.counts.refusals ?? 0) > 6)
  for (let port = 101; port <= 106; port++) byHand(sw, `table=0,in_port=${port},actions=drop`, DELETE)
  await until('all are there', () => [...sw.tables].filter(({ priority }) => priority > 0).length === 10, 60_000)
  await until('it rests', () => live?.keeper.inSync === true)
  t.equal([...(live?.desired.flows.refused() ?? [])].length, 0)
  t.equal(toldOf(running, /refused/).length, 6, 'no attempt after the first is told')
})

t.test('when an app lets go of flows, those that had no room come soon', async (t) => {
  const sw = simulated({ flowsPerTable: 10 })
  const running = await start(t, sw, flowsFor('many', 14))
  const [live] = running.engine.switches.values()
  t.equal([...(live?.desired.flows.refused() ?? [])].length, 4)
  running.engine.load(flowsFor('many', 10, 5))
  await until('all have room', () => live?.keeper.inSync === true && [...live.desired.flows.refused()].length === 0)
  t.equal([...sw.tables].length, 10)
})

t.test('groups for which there was no room come, too', async (t) => {
  const sw = simulated({ groupLimit: 1 })
  const bucket = { weight: 0, watchPort: 0xffff_ffff, watchGroup: 0xffff_ffff, actions: [] }
  const groups = (name: string, ids: readonly number[]): App =>
    defineApp({
      name,
      pipeline: [],
      collections: {},
      rules: {
        all: { flows: () => ids.map((groupId) => new GroupEntry({ groupId, groupType: 0, buckets: [bucket] })) },
      },
    }) as unknown as App
  const running = await start(t, sw, groups('one', [0x6800_0001]))
  running.engine.load(groups('two', [0x6800_0002]))
  await until('it is refused', () => toldOf(running, /refused a group of two\/all: OFPGMFC_OUT_OF_GROUPS/).length === 1)
  running.engine.unload('one')
  await until('it is there', () => [...sw.groups].some(({ groupId }) => groupId === 0x6800_0002))
  t.equal([...sw.groups].length, 1)
})
