import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { CliError } from '../../controller/cli/cli-error.ts'
import { Config } from '../../controller/cli/up/config-schema.ts'
import { settingsOf } from '../../controller/cli/up/settings.ts'
import { problemsOf } from '../../controller/engine/index.ts'
import { appText, folderFor, writeApp } from '../api/lab.ts'
import { until } from '../engine/lab.ts'
import { anywhere, flowsIn, plug, run, UpProcess } from './controller.ts'

t.jobs = 4

t.test('up --app l2-switch: a switch connects, and get shows it', { buffered: true }, async (t) => {
  const heddle = new UpProcess(t, [...anywhere(folderFor(t)), '--app', 'l2-switch'])
  const { api, port, apps } = await heddle.up()
  t.same(apps, ['l2-switch'])
  const sw = plug(t, port)
  await until('the switch has its flows', () => flowsIn(sw) === 3)
  const get = (...args: string[]) => run(['get', ...args, '--api', api])
  await until('it is in sync', async () => (await get('switches', '-o', 'json')).out.includes('"inSync": true'))

  const { status, out } = await get('switches', '-o', 'json')
  t.equal(status, 0)
  t.match(JSON.parse(out), [{ dpid: '0000000000000001', bridge: 'br0', flows: 3, inSync: true }])
  const [head, row] = (await get('switches')).out.split('\n')
  t.match(head, /^dpid +openflow +bridge +address +software +ports +flows +foreign +in sync$/)
  t.match(row, /^0000000000000001 +1\.3 +br0 +127\.0\.0\.1:\d+ /)
  t.match((await get('switch-ports', '-o', 'yaml')).out, /^- dpid: "0000000000000001"\n {2}port: "1"\n {2}name: p1$/m)
  t.match(
    (await get('flows', '--counters')).out,
    /^0000000000000001 +0 +0 +any +.*goto_table:1 +l2-switch +flood +0 +0 /m,
  )
  t.match(JSON.parse((await get('flows', '--table', '1', '-o', 'json')).out), [{ actions: 'FLOOD' }])
  t.match((await get('apps')).out, /^l2-switch +running +l2-switch +no +0 +0 +0 +0$/m)
  t.match(await get('switch-groups'), { status: 0, out: '', err: 'apps want no groups\n' })
  t.match(await get('flows', '--limit', '1'), { err: /^1 of 3 flows/ })
  t.match(await get('flows', '--table', 'x'), { status: 1, err: /^query: table: / })
  t.equal((await get('everything')).status, 1)

  const why = await run(['why', '1', 'table=1,priority=0', '--api', api])
  t.match(why, { status: 0, out: /wanted by app l2-switch, rule flood\n {2}cookie 0x6865/ })
  t.match(await run(['why', '1', 'tcp', '--api', api]), { status: 1, err: /^nobody wants such a flow/ })

  t.equal(await heddle.end('SIGINT'), 0)
  t.match(heddle.output, /SIGINT: ending; switches keep their flows/)
  t.equal(flowsIn(sw), 3)
})

t.test('a file is loaded, planned, reloaded and unloaded, and remembered', { buffered: true }, async (t) => {
  const folder = folderFor(t)
  const data = join(folder, 'data')
  const heddle = new UpProcess(t, anywhere(data))
  const { api, port } = await heddle.up()
  const sw = plug(t, port)
  const ask = (...args: string[]) => run([...args, '--api', api])
  const file = writeApp(folder, appText([10, 20]))
  await until('the switch is up', async () => (await ask('get', 'switches')).out.includes('0000000000000001'))

  const plan = await ask('plan', '--app', file)
  t.equal(plan.status, 0)
  t.match(plan.out, /^switch 0000000000000001: 3 to add, 0 to modify, 0 to delete\n(\+ flow .*\n)+one-file in all/)
  t.equal(flowsIn(sw), 0)

  t.match(await ask('app', 'load', file), {
    status: 0,
    out: 'one-file is loaded: first in table 0, second in table 1\n',
  })
  await until('three flows', () => flowsIn(sw) === 3)
  writeApp(folder, appText([10, 30]))
  t.match(
    (await ask('plan', '--app', file)).out,
    /one-file in all: 1 to add, 0 to modify, 1 to delete; nothing was sent/,
  )
  t.match(await ask('app', 'reload', 'one-file'), { status: 0 })
  await until('the reload', () => [...sw.tables].some(({ priority }) => priority === 30))
  t.equal(flowsIn(sw), 3)

  t.equal(await heddle.end('SIGTERM'), 0)
  const again = new UpProcess(t, anywhere(data))
  const { api: next, apps, port: nextPort } = await again.up()
  t.same(apps, ['one-file'], 'remembered')
  sw.connect(connect(nextPort, '127.0.0.1'))
  t.match(await run(['app', 'list', '--api', next]), { out: new RegExp(`^one-file +running +${file} +yes +0 `, 'm') })
  t.match(await run(['app', 'unload', 'one-file', '--api', next]), { status: 0, out: 'one-file is unloaded\n' })
  await until('no flow is left', () => flowsIn(sw) === 0)
  t.match(await run(['app', 'unload', 'one-file', '--api', next]), { status: 1, err: 'no app one-file is loaded\n' })
})

/** What is said of a configuration file. */
const complaintOf = (config: string): string => {
  try {
    settingsOf({ config, app: [], listen: [], ovsdb: [] })
    return 'nothing'
  } catch (error) {
    return error instanceof CliError ? error.message : String(error)
  }
}

t.test('a configuration that is wrong: the line is named', (t) => {
  const folder = folderFor(t)
  const config = join(folder, 'heddle.yaml')
  for (const [text, complaint] of [
    ['data: x\nopenflw: []\n', ':2:1: openflw: is not a known name (known here: data, openflow, net'],
    ['api:\n  listen: 127.0.0.1:0\n  token: short\n', ':3:3: api/token: must not have fewer than 16'],
    ['openflow:\n  - listen: nowhere\n', ':2:5: openflow/0/listen: nowhere: HOST:PORT is expected'],
    ['openflow:\n  - insecure: true\n', ':2:5: openflow/0: exactly one of listen and unix is expected'],
    ['drift: ignore\n', ':1:1: drift: must be one of repair, report'],
    ['apps:\n  - name: l2-switch\n  - nam: x\n', ':3:5: apps/1/nam: is not a known name'],
    ['apps:\n  - name: l2-switch\n    file: x\n', ':2:5: apps/0: exactly one of name and file'],
    ['data: [\n', ':2:1: '],
  ] as const) {
    writeFileSync(config, text)
    t.equal(complaintOf(config).slice(0, config.length + complaint.length), config + complaint, text)
  }
  t.end()
})

t.test("the README's configuration file is one", (t) => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const blocks = [...readme.matchAll(/```yaml\n(.*?)```/gs)].map(([, block = '']) => block)
  const text = blocks.find((block) => /^openflow:/m.test(block)) ?? ''
  t.not(text, '')
  t.same(problemsOf(Config, parse(text)), [])
  t.end()
})

t.test('up ends with one line about what is wrong, and no stack', { buffered: true }, async (t) => {
  const folder = folderFor(t)
  const config = join(folder, 'heddle.yaml')
  const file = writeApp(folder, appText([10]))
  writeFileSync(config, `apps:\n  - file: ${file}\n    config:\n      port: none\n`)
  t.match(await run(['up', '--config', config, ...anywhere(join(folder, 'data'))]), {
    status: 1,
    err: `${config}:4:7: apps/0/config/port: must be integer\n`,
  })
  const elsewhere = await run(['up', '--data', folder, '--api', '0.0.0.0:0', '--listen', '127.0.0.1:0'])
  t.match(elsewhere, { status: 1, err: /^.*token.*\n$/ })
  const open = await run(['up', '--data', folder, '--api', '127.0.0.1:0', '--listen', '0.0.0.0:0'])
  t.match(open, { status: 1, err: /^.*without TLS.*\n$/ })
  t.match(await run(['up', '--app', 'no-such', ...anywhere(folder)]), { status: 1, err: /^.*it has .*l2-switch.*\n$/ })
})

t.test("an app's own configuration file: the line is named, too", { buffered: true }, async (t) => {
  const folder = folderFor(t)
  const heddle = new UpProcess(t, anywhere(join(folder, 'data')))
  const { api } = await heddle.up()
  const file = writeApp(folder, appText([10]))
  const config = join(folder, 'one-file.yaml')
  writeFileSync(config, '# ports\nport: -1\n')
  const wrong = await run(['app', 'load', file, '--config', config, '--api', api])
  t.match(wrong, { status: 1, out: '', err: `${config}:2:1: port: must be >= 1\n` })
  writeFileSync(config, 'port: 2\n')
  t.equal((await run(['app', 'load', file, '--config', config, '--api', api])).status, 0)
  t.match(JSON.parse((await run(['app', 'list', '-o', 'json', '--api', api])).out), [{ config: { port: 2 } }])
})

t.test('the configuration file says all that up can be told', { buffered: true }, async (t) => {
  const folder = folderFor(t)
  writeApp(folder, appText([10]))
  const config = join(folder, 'heddle.yaml')
  const token = 'sixteen-letters-and-more'
  const lines = [
    ...['data: state', 'openflow:', '  - listen: 127.0.0.1:0', '  - unix: of.sock'],
    ...['api:', '  listen: 0.0.0.0:0', `  token: ${token}`],
    ...['apps:', '  - file: ./one-file.ts', '    config: { port: 2 }', '  - name: l2-switch', 'drift: report'],
  ]
  writeFileSync(config, lines.join('\n'))
  const heddle = new UpProcess(t, ['--config', config])
  const { api, apps } = await heddle.up()
  t.same(apps, ['l2-switch', 'one-file'])
  t.ok(existsSync(join(folder, 'of.sock')))
  t.ok(existsSync(join(folder, 'state/heddle.db')))
  t.match(await run(['get', 'apps', '--api', api]), { status: 1, err: /HEDDLE_TOKEN/ })
  t.equal((await run(['get', 'apps', '--api', api], { HEDDLE_TOKEN: token })).status, 0)
  await heddle.end('SIGTERM')
})

t.test(
  'one controller to a data folder; an app that is gone keeps none from the others',
  { buffered: true },
  async (t) => {
    const folder = folderFor(t)
    const data = join(folder, 'data')
    const first = new UpProcess(t, anywhere(data))
    const { api } = await first.up()
    t.match(await run(['up', ...anywhere(data)]), { status: 1, err: /is in use by another heddle/ })
    const file = writeApp(folder, appText([10]))
    await run(['app', 'load', file, '--api', api])
    await run(['app', 'load', 'l2-switch', '--api', api])
    await first.end('SIGKILL')
    writeApp(folder, 'export default nothing')
    const second = new UpProcess(t, anywhere(data))
    const { api: next } = await second.up()
    t.match((await run(['get', 'apps', '--api', next])).out, /^l2-switch +running .*\none-file +missing /m)
    const doctor = await run(['doctor', '--api', next])
    t.match(doctor, {
      status: 1,
      out: /error: app one-file could not be loaded: .*\n {2}mend: heddle app reload one-file/,
    })
    writeApp(folder, appText([10]))
    t.equal((await run(['app', 'reload', 'one-file', '--api', next])).status, 0)
    t.equal((await run(['doctor', '--api', next])).status, 0)
  },
)

t.test('where no controller runs, every command says so and how to start one', { buffered: true }, async (t) => {
  for (const args of [
    ['get', 'switches'],
    ['app', 'list'],
    ['plan', '--app', 'l2-switch'],
    ['why', '1', '0x1'],
    ['doctor'],
  ]) {
    const { status, out, err } = await run([...args, '--api', '127.0.0.1:1'])
    t.same([status, out], [2, ''], args.join(' '))
    t.match(err, /^no heddle controller answers at http:\/\/127\.0\.0\.1:1; start one with: heddle up/)
  }
})
