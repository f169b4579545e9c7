import { mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { folderFor, writeApp } from '../api/lab.ts'
import { until } from '../engine/lab.ts'
import { flowsIn, plug, run, UpProcess } from './controller.ts'

t.jobs = 6

/** Runs for as long as a condition holds. */
const spin = `const spin = (goOn) => {
  while (goOn());
}
`

/** An app with one flow, and code that is run before all, by its rule, or when it is told of a switch. */
const appText = ({ first = '', rule = '', up = '' } = {}): string => `import { defineApp } from 'heddle'
${spin}${first}
export default defineApp({
  name: 'mine',
  pipeline: ['only'],
  collections: {},
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
const forTwelveSeconds = 'const end = performance.now() + 12_000; spin(() => performance.now() < end)'

/** A controller of which an app's code must return within five seconds, with the l2-switch and what else is given. */
const upWith = (t: Test, folder: string, apps: readonly object[] = [], env = {}): UpProcess => {
  const config = join(folder, 'heddle.yaml')
  const anywhere = { data: 'data', openflow: [{ listen: '127.0.0.1:0' }], api: { listen: '127.0.0.1:0' } }
  writeFileSync(config, JSON.stringify({ ...anywhere, appDeadline: 5, apps: [{ name: 'l2-switch' }, ...apps] }))
  return new UpProcess(t, ['--config', config], env)
}

const appOf = async (api: string, name: string): Promise<Record<string, string>> => {
  const { out } = await run(['get', 'apps', '-o', 'json', '--api', api])
  return JSON.parse(out).find((app: { name: string }) => app.name === name)
}

const ended = /^app mine has not returned for 5 s: the controller ends, switches keep their flows/

t.test(
  'a rule that does not return: the controller says which, ends, and leaves it out when it runs again',
  { buffered: true },
  async (t) => {
    const folder = folderFor(t)
    const file = writeApp(folder, appText())
    const first = upWith(t, folder, [{ file }])
    const { api, port } = await first.up()
    const sw = plug(t, port)
    await until('the switch has the flows of both', () => flowsIn(sw) === 4)
    writeApp(folder, appText({ rule: forever }))
    const reload = run(['app', 'reload', 'mine', '--api', api])
    t.equal(await first.ended(), 70)
    t.equal((await reload).status, 2)
    const [{ level, app, stack, msg }] = first.log(ended)
    t.match(msg, /; it is left out until somebody loads or reloads it$/)
    t.match({ level, app }, { level: 60, app: 'mine' })
    t.match(
      stack,
      /^ +at spin \(.*one-file\.ts:3:\d+\)\n +at .*flows \(.*one-file\.ts:13:\d+\)\n/,
      'the place in its file',
    )

    const second = upWith(t, folder, [{ file }])
    const again = await second.up()
    sw.connect(connect(again.port, '127.0.0.1'))
    t.match(await appOf(again.api, 'mine'), {
      status: 'missing',
      failure: /^it had not returned for 5 s.*\n +at spin /,
    })
    t.match(await appOf(again.api, 'l2-switch'), { status: 'running' })
    await until('the switch has been read', async () => {
      const { out } = await run(['get', 'switches', '-o', 'json', '--api', again.api])
      return JSON.parse(out)[0]?.inSync === true
    })
    t.equal(flowsIn(sw), 4, 'its flows stay')

    writeApp(folder, appText())
    t.match(await run(['app', 'reload', 'mine', '--api', again.api]), { status: 0 })
    t.match(await appOf(again.api, 'mine'), { status: 'running' })
    t.equal(await second.end('SIGTERM'), 0)
    const third = upWith(t, folder, [{ file }])
    t.match(await appOf((await third.up()).api, 'mine'), { status: 'running' }, 'it is forgotten that it hung')
  },
)

t.test('a plan that does not return says nothing of the version that runs', { buffered: true }, async (t) => {
  const folder = folderFor(t)
  const file = writeApp(folder, appText())
  const first = upWith(t, folder, [{ file }])
  const { api, port } = await first.up()
  const sw = plug(t, port)
  await until('the switch has the flows of both', () => flowsIn(sw) === 4)
  const plan = run(['plan', '--app', writeApp(folder, appText({ rule: forever }), 'other.ts'), '--api', api])
  t.equal(await first.ended(), 70)
  t.equal((await plan).status, 2)
  t.match(first.log(ended), [{ msg: /switches keep their flows$/ }])

  const second = upWith(t, folder, [{ file }])
  t.match(await appOf((await second.up()).api, 'mine'), { status: 'running' })
})

t.test('a file that does not get read to its end', { buffered: true }, async (t) => {
  const folder = folderFor(t)
  const file = writeApp(folder, appText())
  const first = upWith(t, folder)
  const { api } = await first.up()
  t.match(await run(['app', 'load', file, '--api', api]), { status: 0 })
  writeApp(folder, appText({ first: forever }))
  await run(['app', 'reload', 'mine', '--api', api])
  t.equal(await first.ended(), 70)
  t.match(first.log(/^app .*one-file\.ts has not returned for 5 s/), [{ stack: /^ +at spin / }])

  const missing = { status: 'missing', failure: /^it had not returned for 5 s/ }
  const restarted = upWith(t, folder)
  t.match(await appOf((await restarted.up()).api, 'mine'), missing)
  t.equal(await restarted.end('SIGTERM'), 0)
  const second = upWith(t, folder)
  const again = await second.up()
  t.match(await appOf(again.api, 'mine'), missing, 'and so at each start, until somebody asks for it')
  writeApp(folder, appText())
  t.match(await run(['app', 'reload', 'mine', '--api', again.api]), { status: 0 })
  t.match(await appOf(again.api, 'mine'), { status: 'running' })

  writeApp(folder, appText({ first: forever }))
  t.equal(await second.end('SIGTERM'), 0)
  const third = upWith(t, folder, [{ file }])
  t.equal(await third.ended(), 70, 'also at the start')
  const fourth = upWith(t, folder, [{ file }])
  t.equal(await fourth.ended(), 1, 'without the file that the user names it does not start, and says why')
  t.match(fourth.output, /one-file\.ts: it had not returned for 5 s/)
})

t.test('where it cannot be noted, the controller says so, and ends all the same', { buffered: true }, async (t) => {
  const folder = folderFor(t)
  mkdirSync(join(folder, 'data', 'hung-apps.json'), { recursive: true })
  const heddle = upWith(t, folder, [{ file: writeApp(folder, appText({ first: forever })) }])
  t.equal(await heddle.ended(), 70)
  t.match(heddle.log(/^app .*one-file\.ts has not returned/), [
    { msg: /; it will be loaded again, since that could not be noted: EISDIR/ },
  ])
})

t.test('who waits for the system is told, and not ended', { buffered: true }, async (t) => {
  const folder = folderFor(t)
  const first = "import { execFileSync } from 'node:child_process'"
  const file = writeApp(folder, appText({ first, up: "execFileSync('sleep', ['12'])" }))
  const heddle = upWith(t, folder, [{ file }])
  const { api, port } = await heddle.up()
  plug(t, port)
  await until('it has waited', () => heddle.log(/^mine: went on$/).length > 0)
  t.match(heddle.log(/^app mine has waited for the system for 5 s/), [{ level: 50, app: 'mine' }])
  t.match(await appOf(api, 'mine'), { status: 'running' })
})

t.test('where a debugger may be attached, nothing is ended', { buffered: true }, async (t) => {
  const folder = folderFor(t)
  const file = writeApp(folder, appText({ up: forTwelveSeconds }))
  const heddle = upWith(t, folder, [{ file }], { NODE_OPTIONS: '--inspect=127.0.0.1:0' })
  const { api, port } = await heddle.up()
  plug(t, port)
  await until('it has gone on', () => heddle.log(/^mine: went on$/).length > 0)
  t.match(await appOf(api, 'mine'), { status: 'running' })
})
