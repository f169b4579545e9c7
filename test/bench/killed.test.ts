import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { hasEnded } from '../../topology/ovs/process.ts'

const file = fileURLToPath(new URL('./killed-process.ts', import.meta.url))
const patience = 60_000 // milliseconds

const isGone = async (folder: string): Promise<boolean> => {
  const end = Date.now() + patience
  while (existsSync(folder) && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 10))
  return !existsSync(folder)
}

t.test('a benchmark that is killed takes with it what it started and what it wrote', async (t) => {
  const folder = t.testdir({ compiled: '' })
  const stdio = ['ignore', 'pipe', 'inherit'] as const
  const benchmark = spawn(process.execPath, ['--import', 'tsx', file, folder], { stdio: [...stdio] })
  t.teardown(() => benchmark.kill('SIGKILL'))
  const [line] = (await once(benchmark.stdout as NodeJS.ReadableStream, 'data')) as [Buffer]
  const [target = 0, controller = 0] = line.toString().split(' ').map(Number)
  t.ok(existsSync(folder), 'the folder is there while it runs')
  benchmark.kill('SIGKILL')
  t.ok(await hasEnded(target, patience), 'its target ends')
  t.ok(await hasEnded(controller, patience), 'what it has started in the background ends')
  t.ok(await isGone(folder), 'its folder goes')
})
