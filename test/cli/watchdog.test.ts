import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { SimSwitch } from '../../topology/sim/index.ts'
import { folderFor, LOCAL, writeApp } from '../api/lab.ts'
import { until } from '../engine/lab.ts'
import { run, UpProcess } from './controller.ts'
import { plug } from './plug.ts'

/** Runs for as long as a condition holds. */
const spin = `const spin = (goOn) => {
  while (goOn());
}
`

/** An app with a flow for each of its objects, and code that is run before all, by its rule, or when it is told of a switch. */
const appText = ({ first = '', rule = '', up = '' } = {}): string => `import { collection, defineApp } from 'heddle'
${spin}${first}
export default defineApp({
  name: 'mine',
  pipeline: ['only'],
  collections: { things: collection() },
  rules: {
    all: {
      flows: ({ stages: { only } }) => {
        ${rule}
        return [only.otherwise.flood()]
      },
    },
  },
  switchUp: (_, { log }) => {
    ${up}
    log('went on')
  },
})
`

const forever = 'spin(() => true)'
const forSixSeconds = 'const end = performance.now() + 6000; spin(() => performance.now() < end)'

/** A controller of which an app's code must return within two seconds, with the l2-switch and what else is given. */
const upWith = (t: Test, folder: string, apps: readonly object[] = [], env = {}): UpProcess => {
  const config = join(folder, 'heddle.yaml')
  const anywhere = { data: 'data', openflow: [{ listen: '127.0.0.1:0' }], api: { listen: '127.0.0.1:0' } }
  writeFileSync(config, JSON.stringify({ ...anywhere, appDeadline: 2, apps: [{ name: 'l2-switch' }, ...apps] }))
  return new UpProcess(t, ['--config', config], env)
}

const appOf = async (api: string, name: string): Promise<Record<string, string>> => {
  const { out } = await run(['get', 'apps', '-o', 'json', '--api', api])
  return JSON.parse(out).find((app: { name: string }) => app.name === name)
}

const ended = /^app mine has not returned for 2 s: the controller ends, switches keep their flows/

t.test('a rule that does not return: the controller says which, ends, and leaves it out when it runs again', async (t) => {
  const folder = folderFor(t)
  const file = writeApp(folder, appText())
  const sw = new SimSwitch({ dpid: 1n, ports: [1, 2, { number: LOCAL, name: 'br0' }] })
  t.teardown(() => sw.close())
  const flows = () => [...sw.tables].length

  const first = upWith(t, folder, [{ file }])
  const { api, port } = await first.up()
  plug(t, sw, port)
  await until('the switch has the flows of both', () => flows() === 4)
  writeApp(folder, appText({ rule: forever }))
  const reload = run(['app', 'reload', 'mine', '--api', api])
  t.equal(await first.ended(), 70)
  t.equal((await reload).status, 1)
  const [{ level, app, stack, msg }] = first.log(ended)
  t.match(msg, /; it is not loaded again before "heddle app reload mine"$/)
  t.match({ level, app }, { level: 60, app: 'mine' })
  t.match(stack, /^ +at spin \(.*app\.ts:3:\d+\)\n +at .*flows.*app\.ts:\d+:\d+\)\n/, 'the place in its file')

  const second = upWith(t, folder, [{ file }])
  const again = await second.up()
  plug(t, sw, again.port)
  t.match(await appOf(again.api, 'mine'), { status: 'missing', failure: /^it had not returned for 2 s.*\n +at spin / })
  t.match(await appOf(again.api, 'l2-switch'), { status: 'running' })
  await until('the switch has been read', async () => {
    const { out } = await run(['get', 'switches', '-o', 'json', '--api', again.api])
    return JSON.parse(out)[0]?.inSync === true
  })
  t.equal(flows(), 4, 'its flows stay')

  writeApp(folder, appText())
  t.match(await run(['app', 'reload', 'mine', '--api', again.api]), { status: 0 })
  t.match(await appOf(again.api, 'mine'), { status: 'running' })
  t.equal(await second.end('SIGTERM'), 0)
  const third = upWith(t, folder, [{ file }])
  t.match(await appOf((await third.up()).api, 'mine'), { status: 'running' }, 'it is forgotten that it hung')
})

t.test('a plan that does not return says nothing of the version that runs', async (t) => {
  const folder = folderFor(t)
  const file = writeApp(folder, appText())
  const first = upWith(t, folder)
  const { api, port } = await first.up()
  plug(t, new SimSwitch({ dpid: 1n, ports: [1] }), port)
  t.match(await run(['app', 'load', file, '--api', api]), { status: 0 })
  writeApp(folder, appText({ up: forever }), 'other.ts')
  const other = join(folder, 'other.ts')
  await run(['app', 'unload', 'l2-switch', '--api', api])
  void other
})
