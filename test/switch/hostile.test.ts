import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { SimSwitch } from '../../topology/sim/index.ts'
import { engineFor, type Running, sleep, until } from '../engine/lab.ts'
import { liveBytes } from '../support/heap.ts'
import { need } from '../support/needs.ts'
import type { Line, Orders } from './attacker.ts'

/** Input for a controller that no switch should send; see ../shared/vectors. */
const file = new URL('../../../shared/vectors/hostile.jsonl', import.meta.url)
const goodSwitches = 50
const atOnce = 20

/** Round trips of echoes to every switch, in milliseconds, sorted. */
const echoes = async ({ engine }: Running, rounds: number): Promise<number[]> => {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    for (const { session } of engine.switches.values()) {
      const started = performance.now()
      await session.connection.request({ type: 'echoRequest', data: new Uint8Array(8) }, 'echoReply')
      times.push(performance.now() - started)
    }
    await sleep(10)
  }
  return times.sort((a, b) => a - b)
}

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0

const figures = (times: readonly number[]): string =>
  [
    `median ${percentile(times, 0.5).toFixed(2)}, p99 ${percentile(times, 0.99).toFixed(2)},`,
    `worst ${(times.at(-1) ?? 0).toFixed(1)} ms of ${times.length} echoes`,
  ].join(' ')

const connectGood = (t: Test, port: number): void => {
  for (let dpid = 1; dpid <= goodSwitches; dpid++) {
    const sw = new SimSwitch({ dpid: BigInt(dpid), ports: [1, 2] })
    t.teardown(() => sw.close())
    sw.connect(connect(port, '127.0.0.1'))
  }
}

/** Attacks during some work; gives how many hostile connections there were. */
const under = async (port: number, lines: readonly Line[], work: () => Promise<void>): Promise<number> => {
  const attacker = fork(fileURLToPath(new URL('attacker.ts', import.meta.url)), { execArgv: ['--import', 'tsx'] })
  const orders: Orders = { port, lines, atOnce }
  attacker.send(orders)
  await work()
  attacker.send('enough')
  const [count] = (await once(attacker, 'message')) as [number]
  await once(attacker, 'exit')
  return count
}

t.test('hostile connections do not trouble switches that are up', async (t) => {
  if (!need(t, 'shared/vectors/hostile.jsonl', existsSync(file))) return
  const text = readFileSync(file, 'utf8').trim()
  const lines = text.split('\n').map((line) => JSON.parse(line) as Line)
  const running = engineFor(t)
  const { port } = await running.engine.listen({ port: 0 })
  connectGood(t, port)
  await until('all good switches are up', () => running.engine.switches.size === goodSwitches)
  // Once for the just-in-time compiler, which has not seen such messages.
  await under(port, lines, () => sleep(3_000))
  const before = await echoes(running, 100)
  const heapBefore = liveBytes()
  const during: number[] = []
  const count = await under(port, lines, async () => {
    await sleep(2_000)
    during.push(...(await echoes(running, 150)))
  })
  await sleep(1_500)
  const after = await echoes(running, 20)
  const grown = (liveBytes() - heapBefore) / 1024 / 1024
  t.comment(`before: ${figures(before)}`)
  t.comment(`during ${count} hostile connections: ${figures(during)}`)
  t.comment(`after: ${figures(after)}; heap ${grown.toFixed(1)} MiB more`)
  t.ok(count >= lines.length, 'each line was sent')
  t.equal(running.engine.switches.size, goodSwitches, 'all good switches are still up, and no other')
  t.notOk(
    running.told.some(({ message }) => /is down/.test(message)),
    'none has lost its connection',
  )
  t.ok(percentile(during, 0.99) < 100, 'echoes are answered all the time')
  t.ok(grown < 32, 'memory returns')
})
