import t from 'tap'
import { ApiLab, appText, folderFor, writeApp } from './lab.ts'

const settings = { dpid: 1n, ports: [1, 2] }

/** The app, with a rule that gives this. */
const ruleText = (given: string): string =>
  `export default { name: 'one-file', pipeline: ['first'], collections: {}, rules: { some: { flows: () => ${given} } } }`

t.test('loads a file, and sends its flows; a reload sends what differs; an unload withdraws all', async (t) => {
  const lab = await ApiLab.start(t)
  const folder = folderFor(t)
  const sw = await lab.connect(settings)
  const file = writeApp(folder, appText([10, 20]))
  const loaded = await lab.ask('POST', '/v1/apps', { file })
  t.match(loaded, {
    status: 200,
    body: { name: 'one-file', source: file, status: 'running', remembered: true, config: {}, units: 1 },
  })
  t.same(loaded.body.stages, [
    { name: 'first', table: 0 },
    { name: 'second', table: 1 },
  ])
  await lab.inSync(sw)
  t.equal([...sw.tables].length, 3)

  writeApp(folder, appText([10, 20, 30]))
  t.equal((await lab.ask('POST', '/v1/apps/one-file/reload')).status, 200)
  await lab.inSync(sw)
  t.equal([...sw.tables].length, 4)

  t.equal((await lab.ask('DELETE', '/v1/apps/one-file')).status, 204)
  await lab.inSync(sw)
  t.equal([...sw.tables].length, 0)
  t.match(await lab.ask('DELETE', '/v1/apps/one-file'), { status: 404, body: { error: 'no app one-file is loaded' } })
  t.equal((await lab.ask('POST', '/v1/apps/one-file/reload')).status, 404)
})

t.test('judges a configuration by the schema of the app, and names what is wrong', async (t) => {
  const lab = await ApiLab.start(t)
  const sw = await lab.connect(settings)
  const file = writeApp(folderFor(t), appText([10]))
  const wrong = await lab.ask('POST', '/v1/apps', { file, config: { port: 'two', prot: 2 } })
  t.equal(wrong.status, 400)
  t.same(wrong.body.problems, [
    { path: 'config/prot', message: 'is not a known name (known here: port)' },
    { path: 'config/port', message: 'must be integer' },
  ])
  t.same((await lab.get('/v1/apps')).body, [])
  t.match(await lab.ask('POST', '/v1/apps', { file, config: { port: 2 } }), {
    status: 200,
    body: { config: { port: 2 } },
  })
  await lab.inSync(sw)
  t.match((await lab.get('/v1/flows?table=0')).body.flows[0], { priority: 10, actions: 'output:2' })
  t.equal((await lab.ask('POST', '/v1/apps', { name: 'l2-switch', config: { a: 1 } })).status, 400)
})

t.test('a new version that is broken is refused, and the old one stays', async (t) => {
  const lab = await ApiLab.start(t)
  const folder = folderFor(t)
  const sw = await lab.connect(settings)
  const file = writeApp(folder, appText([10]))
  await lab.ask('POST', '/v1/apps', { file })
  for (const [text, message] of [
    ['export default {', /cannot be loaded/],
    ['export const app = 1', /default export/],
    ['throw new Error("oops")', /oops/],
    [appText([10, 10]), /two flows with the same match, table and priority: table=0,priority=10,arp\n/],
    [ruleText('undefined'), /flows gave no list: a list of flows, groups and meters is expected/],
    [ruleText('["drop"]'), /flows gave drop in its list: a list of flows, groups and meters is expected/],
  ] as const) {
    writeApp(folder, text)
    t.match(await lab.ask('POST', '/v1/apps/one-file/reload'), { status: 422, body: { error: message } })
  }
  await lab.inSync(sw)
  t.equal([...sw.tables].length, 2)
  t.equal((await lab.get('/v1/apps/one-file')).body.status, 'running')
})

t.test('plan says what loading a file would change in each switch, and sends nothing', async (t) => {
  const lab = await ApiLab.start(t)
  const folder = folderFor(t)
  const sw = await lab.connect(settings)
  const other = await lab.connect({ ...settings, dpid: 2n })
  const file = writeApp(folder, appText([10, 20]))
  const fresh = await lab.ask('POST', '/v1/plan', { file })
  t.equal(fresh.status, 200)
  t.same(
    fresh.body.switches.map(({ dpid, changes }: { dpid: string; changes: { change: string }[] }) => [
      dpid,
      changes.map(({ change }) => change),
    ]),
    [
      ['0000000000000001', ['add', 'add', 'add']],
      ['0000000000000002', ['add', 'add', 'add']],
    ],
  )
  t.same((await lab.get('/v1/apps')).body, [])
  t.equal([...sw.tables].length + [...other.tables].length, 0)

  await lab.ask('POST', '/v1/apps', { file })
  t.same((await lab.ask('POST', '/v1/plan', { file })).body.switches[0].changes, [])
  writeApp(folder, appText([10, 30]))
  const { body } = await lab.ask('POST', '/v1/plan', { file, config: { port: 7 } })
  t.match(body.switches[0].changes, [
    { change: 'modify', what: 'flow', text: /priority=10,arp,actions=output:7$/, app: 'one-file', rule: 'some' },
    { change: 'add', what: 'flow', text: /priority=30,arp/ },
    { change: 'delete', what: 'flow', text: /priority=20,arp/ },
  ])
  await lab.inSync(sw)
  t.match((await lab.get('/v1/flows?limit=1')).body.flows[0], { priority: 20, actions: 'output:1' })
  t.match(await lab.ask('POST', '/v1/plan', { file, config: { port: 0 } }), { status: 400 })
})

t.test('an app that fails to be planned or loaded harms no other', async (t) => {
  const lab = await ApiLab.start(t)
  const sw = await lab.connect(settings)
  await lab.ask('POST', '/v1/apps', { name: 'l2-switch' })
  const broken = appText([10]).replace('first.otherwise', 'first.nothing')
  const file = writeApp(folderFor(t), broken)
  for (const path of ['/v1/plan', '/v1/apps']) {
    t.match(await lab.ask('POST', path, { file }), { status: 422, body: { error: /one-file/ } })
  }
  t.match(await lab.ask('POST', '/v1/apps', { name: 'nothing' }), {
    status: 422,
    body: { error: /it has .*l2-switch/ },
  })
  await lab.inSync(sw)
  t.match((await lab.get('/v1/switches')).body, [{ flows: 3, inSync: true }])
  t.match((await lab.get('/v1/apps')).body, [{ name: 'l2-switch', status: 'running' }])
})

for (const extension of ['ts', 'js', 'mjs']) {
  t.test(`a reload reads anew what an app of two .${extension} files imports, also through a third`, async (t) => {
    const lab = await ApiLab.start(t)
    const folder = folderFor(t)
    const sw = await lab.connect(settings)
    const priorities = async (): Promise<number[]> => {
      await lab.inSync(sw)
      return [...sw.tables].map(({ priority }) => priority).sort((a, b) => a - b)
    }
    const app = appText([10]).replace('[10]', 'priorities').replace('(priority: number)', '(priority)')
    const file = writeApp(folder, `import { priorities } from './own.${extension}'\n${app}`, `one-file.${extension}`)
    writeApp(folder, `export { priorities } from './deep.${extension}'`, `own.${extension}`)
    const deep = (list: string) => writeApp(folder, `export const priorities = [${list}]`, `deep.${extension}`)
    deep('10')
    t.match(await lab.ask('POST', '/v1/apps', { file }), { status: 200 })
    t.same(await priorities(), [0, 10])
    deep('20, 30')
    t.match(await lab.ask('POST', '/v1/apps/one-file/reload'), { status: 200 })
    t.same(await priorities(), [0, 20, 30])
    deep('20 30')
    t.match(await lab.ask('POST', '/v1/apps/one-file/reload'), { status: 422, body: { error: /cannot be loaded/ } })
    t.same(await priorities(), [0, 20, 30], 'the old one stays')
  })
}
