import t, { type Test } from 'tap'
import type { Claims } from '../../controller/engine/desired.ts'
import { Flow, GroupEntry, MeterEntry } from '../../controller/flow/index.ts'
import type { App, AppContext } from '../../controller/index.ts'
import { FaultyLine, faults } from './faulty-line.ts'
import { engineFor, type Running, sleep, toldOf, until } from './lab.ts'
import { modelApp } from './model-app.ts'

type State = AppContext<typeof modelApp.collections>['collections']
type AnyClaims = Claims<string | number, { readonly effect: string }>

/** Numbers that look random and are the same in each run (mulberry32). */
const dice =
  (seed: number) =>
  (below: number): number => {
    seed = (seed + 0x6d2b79f5) | 0
    let value = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
    return ((value ^ (value >>> 14)) >>> 0) % below
  }

const held = ({ sw }: FaultyLine): Map<string, string> => {
  const all = new Map<string, string>()
  for (const entry of sw.tables) {
    const flow = Flow.reported(entry)
    all.set(`flow ${flow.key}`, `${flow.effect} ${entry.cookie}`)
  }
  for (const { groupId, groupType, buckets } of sw.groups) {
    const group = { groupId, groupType, buckets: buckets.map(({ bucket }) => bucket) }
    all.set(`group ${groupId}`, new GroupEntry(group).effect)
  }
  for (const { config } of sw.meters) all.set(`meter ${config.meterId}`, new MeterEntry(config).effect)
  return all
}

const wanted = ({ engine }: Running, dpid: bigint): Map<string, string> => {
  const all = new Map<string, string>()
  const desired = engine.switches.get(dpid)?.desired
  if (!desired) return new Map([['the switch', 'is connected']])
  for (const [key, { thing, owner }] of desired.flows.entries()) {
    const cookie = (BigInt(owner.cookieHigh) << 32n) | BigInt(owner.cookieLow)
    all.set(`flow ${key}`, `${thing.effect} ${cookie}`)
  }
  for (const kind of ['group', 'meter'] as const) {
    const claims = desired[`${kind}s`] as unknown as AnyClaims
    for (const [key, { thing }] of claims.entries()) all.set(`${kind} ${key}`, thing.effect)
  }
  return all
}

const same = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean =>
  a.size === b.size && [...a].every(([key, value]) => b.get(key) === value)

const changeSomething = (roll: (below: number) => number, { nets, ports }: State): void => {
  const what = roll(10)
  const name = ['red', 'green', 'blue'][roll(3)] as string
  if (what < 6) ports.set(String(roll(12)), { host: 1 + roll(3), mac: 1 + roll(8), net: name })
  else if (what < 7) ports.delete(String(roll(12)))
  else if (what < 9) nets.set(name, { vni: 1 + roll(4), rate: 100 * roll(3) })
  else nets.delete(name)
}

const commitFaults = faults.filter((fault) => /commit|answer/.test(fault))
const otherFaults = faults.filter((fault) => !/commit|answer/.test(fault))

interface Trial {
  readonly running: Running
  readonly state: State
  readonly lines: readonly { readonly dpid: bigint; readonly line: FaultyLine }[]
}

const trial = async (t: Test, isPlain: boolean): Promise<Trial> => {
  const running = engineFor(t, { commitDeadline: 300 })
  let state: State | undefined
  const app = {
    ...modelApp,
    switchUp: (_: unknown, { collections }: { collections: State }) => {
      state = collections
    },
  }
  running.engine.load(app as unknown as App)
  const { port } = await running.engine.listen({ port: 0 })
  const lines = [1n, 2n, 3n].map((dpid) => ({ dpid, line: new FaultyLine(dpid, port, isPlain) }))
  t.teardown(() => {
    for (const { line } of lines) line.stop()
  })
  await until('all are up', () => running.engine.switches.size === 3)
  if (!state) throw new Error('no state')
  return { running, state, lines }
}

/** Changes things and has them go wrong; gives the milliseconds until all is right again. */
const round = async (
  { running, state, lines }: Trial,
  roll: (below: number) => number,
  steps: number,
): Promise<number> => {
  for (let step = 0; step < steps; step++) {
    for (let change = roll(4); change >= 0; change--) changeSomething(roll, state)
    const kind = roll(4) === 0 ? otherFaults : commitFaults
    const fault = kind[roll(kind.length)]
    if (fault && roll(2) === 0) lines[roll(3)]?.line.fail(fault)
    await sleep(roll(12))
  }
  for (const { line } of lines) line.disarm()
  const isRight = () => lines.every(({ dpid, line }) => same(wanted(running, dpid), held(line)))
  return until('all is right', isRight)
}

const happened = ({ lines }: Trial): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const { line } of lines) for (const [fault, n] of line.happened) counts.set(fault, (counts.get(fault) ?? 0) + n)
  return counts
}

t.test('whatever goes wrong between changes, the tables come to what is wanted', async (t) => {
  const all = await trial(t, false)
  const roll = dice(7)
  const times: number[] = []
  let largest = 0
  // Some come about only where a change is under way: there are more rounds until each has.
  for (let count = 0; count < 25 || (happened(all).size < faults.length && count < 250); count++) {
    times.push(await round(all, roll, 20))
    largest = Math.max(largest, ...all.lines.map(({ line }) => held(line).size))
  }
  const counts = happened(all)
  t.comment([...counts].map(([fault, n]) => `${fault}: ${n}`).join(', '))
  t.comment(`all right within ${Math.max(...times).toFixed(0)} ms after the last fault, ${times.length} times`)
  t.same([...counts.keys()].sort(), [...faults].sort(), 'every fault came about')
  t.ok(largest > 20, `up to ${largest} flows, groups and meters in a switch`)
  t.same(toldOf(all.running, /failed in|another form/), [], 'no rule failed, no difference was given up')
})

t.test('also in switches that know neither bundles nor flow monitors', async (t) => {
  const all = await trial(t, true)
  const roll = dice(11)
  const times: number[] = []
  for (let count = 0; count < 2; count++) times.push(await round(all, roll, 40))
  t.comment(`all right within ${Math.max(...times).toFixed(0)} ms after the last fault`)
  t.ok((happened(all).get('delete flows') ?? 0) > 0)
  t.same(toldOf(all.running, /failed in|another form/), [])
})
