import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { engineFor, sleep, until } from '../engine/lab.ts'
import { liveBytes } from '../support/heap.ts'
import { need } from '../support/needs.ts'
import type { Line, Orders } from './attacker.ts'
import type { GoodOrders, Measure } from './good-switches.ts'

/** Input for a controller that no switch should send; see ../shared/vectors. */
const file = new URL('../../../shared/vectors/hostile.jsonl', import.meta.url)
const goodSwitches = 50
const atOnce = 20
/** Slices of peace before the attack, and after it. */
const slices = 8
/** Slices of the attack, which takes some 30. */
const mostSlices = 120
const slice: Measure = { milliseconds: 1_000, every: 1 }

interface Measured {
  /** Round trips of echoes in milliseconds. */
  readonly times: readonly number[]
  readonly open: number
  readonly closed: number
}

/** An attacker on the same processors must not be felt for the time that it computes: that is no work of the controller. */
const lowestPriority = 19

/** A process of this folder; the controller alone is in ours, so that nobody else's work is measured. */
const processFor = (t: Test, name: string, orders: Orders | GoodOrders, priority = 0): ChildProcess => {
  const child = fork(fileURLToPath(new URL(name, import.meta.url)), { execArgv: ['--import', 'tsx'] })
  if (child.pid !== undefined && priority > 0) setPriority(child.pid, priority)
  t.teardown(() => child.kill())
  child.send(orders)
  return child
}

const ask = async <T>(child: ChildProcess, order: string | Measure): Promise<T> => {
  child.send(order)
  const [answer] = (await once(child, 'message')) as [T]
  return answer
}

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0

const sorted = (all: readonly Measured[]): number[] => all.flatMap(({ times }) => times).sort((a, b) => a - b)

/** The p99 of each slice, the quietest first: of what else the machine does at that time, that has the least. */
const slicesOf = (all: readonly Measured[]): number[] =>
  all.map((one) => percentile(sorted([one]), 0.99)).sort((a, b) => a - b)

const figures = (times: readonly number[]): string =>
  [
    `median ${percentile(times, 0.5).toFixed(2)}, p99 ${percentile(times, 0.99).toFixed(2)},`,
    `worst ${(times.at(-1) ?? 0).toFixed(1)} ms of ${times.length} echoes`,
  ].join(' ')

t.test('hostile connections do not trouble switches that are up', async (t) => {
  if (!need(t, 'shared/vectors/hostile.jsonl', existsSync(file))) return
  const text = readFileSync(file, 'utf8').trim()
  const lines = text.split('\n').map((line) => JSON.parse(line) as Line)
  const running = engineFor(t)
  const { port } = await running.engine.listen({ port: 0 })
  const good = processFor(t, 'good-switches.ts', { port, switches: goodSwitches })
  const attacker = processFor(t, 'attacker.ts', { port, lines, atOnce }, lowestPriority)
  await once(attacker, 'message')
  await until('all good switches are up', () => running.engine.switches.size === goodSwitches)
  const measure = () => ask<Measured>(good, slice)
  await measure()
  const heapBefore = liveBytes()
  const peace: Measured[] = []
  const attack: Measured[] = []
  for (let count = 0; count < slices; count++) peace.push(await measure())
  const begin = performance.now()
  let isOver = false
  attacker.once('message', () => {
    isOver = true
  })
  attacker.send('begin')
  while (!isOver && attack.length < mostSlices) attack.push(await measure())
  const seconds = (performance.now() - begin) / 1_000
  await sleep(1_500)
  for (let count = 0; count < slices; count++) peace.push(await measure())
  const grown = (liveBytes() - heapBefore) / 1024 / 1024
  const [before, during] = [sorted(peace), sorted(attack)]
  const ratio = percentile(during, 0.99) / percentile(before, 0.99)
  const [quiet, busy] = [slicesOf(peace), slicesOf(attack)]
  const usual = percentile(busy, 0.5) / percentile(quiet, 0.5)
  t.comment(`in peace: ${figures(before)}`)
  t.comment(`under ${lines.length} hostile connections in ${seconds.toFixed(0)} s: ${figures(during)}`)
  t.comment(`p99 times ${ratio.toFixed(2)}, that of the median second times ${usual.toFixed(2)}`)
  t.comment(`heap ${grown.toFixed(1)} MiB more`)
  t.ok(isOver, 'each line was sent, and taken up')
  t.equal(running.engine.switches.size, goodSwitches, 'all good switches are still up, and no other')
  t.notOk(
    running.told.some(({ message }) => /is down/.test(message)),
    'none has lost its connection',
  )
  t.same(
    [...peace, ...attack].filter(({ open, closed }) => open + closed > 0),
    [],
    'every echo is answered',
  )
  t.ok(percentile(busy, 0) < percentile(quiet, 0) * 4 + 5, 'and about as soon as in peace')
  t.ok(grown < 32, 'memory returns')
})
