import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { openSqliteStore } from '../../controller/state/index.ts'
import { refusal, take } from './collect.ts'

const committer = fileURLToPath(new URL('./committer.ts', import.meta.url))

const startCommitter = (file: string) =>
  spawn(process.execPath, ['--import', 'tsx', committer, file], { stdio: ['ignore', 'pipe', 'inherit'] })

/** Lets the child commit for some milliseconds, kills it, and gives the number of its last acknowledged commit. */
const killWhileCommitting = async (t: Test, file: string, milliseconds: number): Promise<number> => {
  const child = startCommitter(file)
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  await once(child.stdout, 'data')
  t.equal(await refusal(openSqliteStore(file)), 'StoreLockedError', 'nobody else can open it meanwhile')
  await setTimeout(milliseconds)
  child.kill('SIGKILL')
  await once(child, 'close')
  return Number(output.slice(0, output.lastIndexOf('\n')).split('\n').at(-1))
}

const checkFile = async (t: Test, file: string, acknowledged: number): Promise<void> => {
  const store = await openSqliteStore(file)
  const last = Number((await store.get('last'))?.value)
  t.ok(last >= acknowledged, `${acknowledged} commits acknowledged, ${last} there`)
  const batches = await take(store.watch({ fromRevision: 2 }), last)
  const numbers = batches.map(({ events }) =>
    events.map((event) => event.type === 'put' && (event.entry.value as { number?: number }).number),
  )
  t.same(
    numbers,
    Array.from({ length: last }, (_, at) => [undefined, at + 1]),
    'history holds each commit, whole and in order',
  )
  const revision = await store.revision()
  t.same((await store.range({})).entries, (await store.range({ revision })).entries, 'present and history agree')
  await store.close()
}

t.test('kill -9 amid commits: what was acknowledged is there, and the file opens', async (t) => {
  const histories = Array.from({ length: 5 }, async (_, at) => {
    const file = join(t.testdir({ [at]: {} }), String(at), 'heddle.db')
    for (const milliseconds of [20 + at * 30, 5 + at * 17]) {
      const acknowledged = await killWhileCommitting(t, file, milliseconds)
      t.ok(acknowledged > 0)
      await checkFile(t, file, acknowledged)
    }
  })
  await Promise.all(histories)
})
