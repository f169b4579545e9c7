import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openSqliteStore, type Store } from '../../controller/state/index.ts'
import type { SimSwitch } from '../../topology/sim/index.ts'
import { agesOf, connectBridge, hostFor, socketOf, synced, toldOf, until } from '../engine/lab.ts'
import { namespaces, ovs } from '../support/needs.ts'
import { ApiLab, appText, folderFor, writeApp } from './lab.ts'

const settings = { dpid: 1n, ports: [1, 2] }

const storeFor = async (t: Test): Promise<Store> => {
  const store = await openSqliteStore(':memory:')
  t.teardown(() => store.close())
  return store
}

/** Messages that the switches were sent to hold what they should, each time that they were told of. */
const messagesOf = (lab: ApiLab): unknown[] =>
  toldOf(lab.running, /holds what it should/).map(({ about }) => about.messages)

const flowsOf = (sw: SimSwitch): string[] =>
  [...sw.tables].map(({ cookie, tableId, priority }) => `${cookie} ${tableId} ${priority}`).sort()

const neighbour = appText([7]).replaceAll('one-file', 'neighbour')

const grouped = (port: number) => `
import { defineApp, GroupEntry } from 'heddle'

const actions = [{ type: 'output', port: ${port}, maxLen: 0 }]

export default defineApp({
  name: 'grouped',
  pipeline: ['spread'],
  collections: {},
  rules: {
    all: {
      flows: ({ stages: { spread } }) => [
        new GroupEntry({
          groupId: 0x68000001,
          groupType: 0,
          buckets: [{ weight: 0, watchPort: 0xffffffff, watchGroup: 0xffffffff, actions }],
        }),
        spread.otherwise.group(0x68000001),
      ],
    },
  },
})
`

/** A controller that has loaded two apps and gone, with a third app's file broken since. */
const after = async (t: Test, broken: string): Promise<{ store: Store; folder: string; sw: SimSwitch }> => {
  const store = await storeFor(t)
  const folder = folderFor(t)
  const lab = await ApiLab.start(t, undefined, store)
  const sw = await lab.connect(settings)
  for (const [text, name] of [
    [appText([10, 20]), 'one-file.ts'],
    [grouped(1), 'grouped.ts'],
    [neighbour, 'neighbour.ts'],
  ] as const) {
    await lab.host.load({ source: { file: writeApp(folder, text, name) } }, { remember: true })
  }
  await lab.inSync(sw)
  await lab.running.engine.stop()
  writeApp(folder, 'export default {', broken)
  return { store, folder, sw }
}

t.test('an app whose file broke while the controller was away: its flows stay and are listed', async (t) => {
  const { store, folder, sw } = await after(t, 'one-file.ts')
  const before = flowsOf(sw)
  const lab = await ApiLab.start(t, undefined, store)
  await lab.plug(sw)
  t.same(flowsOf(sw), before)
  t.same(messagesOf(lab), [0], 'the apps that are there find their tables and flows as they were')
  t.match((await lab.get('/v1/apps/one-file')).body, { status: 'missing', failure: /cannot be loaded/ })
  t.match((await lab.get('/v1/switches')).body, [{ kept: 3, foreign: 0, inSync: true }])
  const { flows, total } = (await lab.get('/v1/flows?app=one-file')).body
  t.equal(total, 3)
  t.match(flows, [
    { priority: 20, missing: true },
    { priority: 10, actions: 'output:1' },
    { priority: 0, actions: 'drop' },
  ])
  const why = (await lab.get(`/v1/why?dpid=1&flow=${flows[0].cookie}`)).body
  t.match(why, [{ is: 'kept', app: 'one-file' }, {}, {}])
  t.match(
    toldOf(lab.running, /keeps/).map(({ message }) => message),
    ['switch 0000000000000001 keeps 3 flows, 0 groups and 0 meters of before: one-file could not be loaded'],
  )

  writeApp(folder, appText([10, 30]))
  t.equal((await lab.ask('POST', '/v1/apps/one-file/reload')).status, 200)
  await lab.inSync(sw)
  await until('the new flow', () => flowsOf(sw).some((flow) => flow.endsWith(' 30')))
  await lab.inSync(sw)
  t.same(messagesOf(lab), [0, 2], 'one flow comes, one goes')
  t.match((await lab.get('/v1/switches')).body, [{ kept: 0 }])
  t.equal((await lab.get('/v1/flows?app=one-file')).body.flows[0].missing, undefined)
})

t.test('unloading an app that is missing takes its flows away, and nothing else', async (t) => {
  const { store, sw } = await after(t, 'one-file.ts')
  const lab = await ApiLab.start(t, undefined, store)
  await lab.plug(sw)
  const others = flowsOf(sw).length - 3
  t.equal((await lab.ask('DELETE', '/v1/apps/one-file')).status, 204)
  await until('they are gone', () => flowsOf(sw).length === others)
  await lab.inSync(sw)
  t.same(messagesOf(lab), [0, 3])
  t.equal((await lab.get('/v1/apps')).body.length, 2)
})

t.test('groups of a missing app stay with its flows, and go with them', async (t) => {
  const { store, sw } = await after(t, 'grouped.ts')
  const lab = await ApiLab.start(t, undefined, store)
  await lab.plug(sw)
  t.equal([...sw.groups].length, 1)
  t.equal(toldOf(lab.running, /keeps 1 flows, 1 groups and 0 meters/).length, 1)
  await lab.host.unload('grouped')
  await until('the group is gone', () => [...sw.groups].length === 0)
})

t.test('an app that is new does not get the tables of one that is missing', async (t) => {
  const { store, folder, sw } = await after(t, 'one-file.ts')
  const lab = await ApiLab.start(t, undefined, store)
  await lab.plug(sw)
  const file = writeApp(folder, appText([5]).replaceAll('one-file', 'newcomer'), 'newcomer.ts')
  const { body } = await lab.ask('POST', '/v1/apps', { file })
  const tables = body.stages.map(({ table }: { table: number }) => table)
  t.same(tables, [5, 6], 'the tables 0 to 4 are taken')
})

t.test('a file that holds another app than the one remembered counts as broken', async (t) => {
  const { store, folder, sw } = await after(t, 'unused.ts')
  writeApp(folder, appText([10, 20]).replaceAll('one-file', 'renamed'))
  const before = flowsOf(sw)
  const lab = await ApiLab.start(t, undefined, store)
  await lab.plug(sw)
  t.same(flowsOf(sw), before)
  t.match((await lab.get('/v1/apps/one-file')).body, { status: 'missing', failure: /holds an app renamed now/ })
})

t.test('a real Open vSwitch keeps the flows of a missing app, and they go on counting', async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  const store = await storeFor(t)
  const folder = folderFor(t)
  const host = await hostFor(t, 'lft1')
  await host.addBridge('br0')
  const path = socketOf(host)
  const first = await ApiLab.start(t, undefined, store)
  await first.running.engine.listen({ path })
  await first.host.load({ source: { file: writeApp(folder, appText([10, 20])) } }, { remember: true })
  await connectBridge(host, 'br0', path)
  await until('the bridge is up', () => synced(first.running) > 0)
  const before = await agesOf(host, 'br0')
  t.equal(before.size, 3)
  await first.running.engine.stop()
  writeApp(folder, 'throw new Error("broken")')
  const second = await ApiLab.start(t, undefined, store)
  await second.running.engine.listen({ path: join(host.directory, 'of.sock') })
  await until('the bridge is back', () => synced(second.running) > 0)
  const since = await agesOf(host, 'br0')
  t.same([...since.keys()].sort(), [...before.keys()].sort())
  t.ok([...since].every(([flow, age]) => age >= (before.get(flow) ?? Number.POSITIVE_INFINITY)))
  t.equal((await second.get('/v1/flows')).body.total, 3)
  await second.host.unload('one-file')
  await until('they are gone', async () => (await agesOf(host, 'br0')).size === 0)
})
