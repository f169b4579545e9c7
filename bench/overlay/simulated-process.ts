import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import arpResponder from '../../apps/arp-responder/app.ts'
import guard from '../../apps/guard/app.ts'
import ipam from '../../apps/ipam/app.ts'
import overlay from '../../apps/overlay/app.ts'
import { keepHeapSmall } from '../../controller/cli/up/heap.ts'
import { Engine, followStore, Observations } from '../../controller/engine/index.ts'
import { Intents, openSqliteStore } from '../../controller/state/index.ts'
import { memory } from '../engine/memory.ts'
import { cleanAfterwards } from '../support/afterwards.ts'
import { spreadOf } from '../support/statistics.ts'
import type { FromSimulated, Scale, Simulated } from './simulated.ts'
import {
  bindingOf,
  bindingPlace,
  hostDocument,
  hostId,
  networkChanges,
  portChange,
  portId,
  switchesOf,
} from './world.ts'

// A controller of networks whose hosts are simulated: they connect over TCP, and what they would
// report comes from here as from controller/hosts.

const tell = (what: FromSimulated): void => void process.send?.(what)
const scale = JSON.parse(process.argv[2] ?? '{}') as Scale
const patience = 300_000
/** Ports in one change of what users want. */
const atOnce = 1_000
const warmUp = 20
const rounds = 100

/** Watches how long the event loop stands still. */
const stallWatch = () => {
  const every = 20
  const seen = { longest: 0, last: performance.now() }
  const timer = setInterval(() => {
    const now = performance.now()
    seen.longest = Math.max(seen.longest, now - seen.last - every)
    seen.last = now
  }, every)
  return () => {
    clearInterval(timer)
    return seen.longest
  }
}

const open = async (directory: string) => {
  const warn = (text: string) => console.error(`heddle: ${text}`)
  const store = await openSqliteStore(join(directory, 'heddle.db'))
  const engine = new Engine({ report: (level, message) => level !== 'info' && warn(message) })
  for (const app of [ipam, overlay, arpResponder, guard]) engine.load(app as Parameters<Engine['load']>[0])
  const intents = await Intents.open(store, { admissions: () => engine.admissions() })
  const following = await followStore(store, engine.model, (key) => warn(`${key} cannot be read`))
  const observations = new Observations(engine.model, store, (error) => warn(error.message))
  return { store, engine, intents, following, observations }
}

type World = Awaited<ReturnType<typeof open>>

const want = async ({ intents }: World): Promise<void> => {
  await intents.change(networkChanges(scale), { by: 'bench' })
  const changes = Array.from({ length: scale.ports }, (_, at) => portChange(scale, at))
  const parts = Array.from({ length: Math.ceil(changes.length / atOnce) }, (_, at) =>
    changes.slice(at * atOnce, (at + 1) * atOnce),
  )
  // All are there at once, as from many users.
  await Promise.all(parts.map((part) => intents.change(part, { by: 'bench' })))
}

/** Milliseconds from one more port's request until all hosts of its network have confirmed. */
const addOne = async ({ intents, following, engine, observations }: World, at: number): Promise<number> => {
  observations.bindings([[portId(at), bindingOf(scale, at)]])
  const begin = performance.now()
  const { revision } = await intents.change([portChange(scale, at)], { by: 'bench' })
  await following.reached(revision)
  const { network } = bindingPlace(scale, at)
  const late = await engine.confirmed(patience, switchesOf(scale, network))
  if (late.length > 0) throw new Error(`${late.length} switches have not confirmed`)
  return performance.now() - begin
}

const flowsOf = ({ engine }: World): number[] => [...engine.switches.values()].map(({ desired }) => desired.flows.size)

const measure = async (world: World): Promise<Simulated> => {
  const { engine, observations } = world
  while (engine.switches.size < scale.hosts) await sleep(5)
  for (let at = 0; at < scale.hosts; at++) observations.host(hostId(at), hostDocument(at))
  observations.bindings(Array.from({ length: scale.ports }, (_, at) => [portId(at), bindingOf(scale, at)] as const))
  await engine.confirmed(patience)
  await observations.saved()
  const before = await memory()
  const [stalls, processor, begin] = [stallWatch(), process.cpuUsage(), performance.now()]
  await want(world)
  const accepted = performance.now() - begin
  await world.following.reached(world.intents.revision)
  await engine.confirmed(patience)
  const confirmed = performance.now() - begin
  const { user, system } = process.cpuUsage(processor)
  const stall = stalls()
  const residentMost = process.resourceUsage().maxRSS * 1024
  const after = await memory()
  const flows = flowsOf(world)
  const times: number[] = []
  let addingFrom = process.cpuUsage()
  for (let round = -warmUp; round < rounds; round++) {
    if (round === 0) addingFrom = process.cpuUsage()
    const took = await addOne(world, scale.ports + round + warmUp)
    if (round >= 0) times.push(took)
  }
  const adding = process.cpuUsage(addingFrom)
  const all = flows.reduce((sum, count) => sum + count, 0)
  return {
    ...{ scale, accepted, confirmed, processor: (user + system) / 1000, stall, added: spreadOf(times) },
    addedCpu: (adding.user + adding.system) / 1000 / rounds,
    ...{ flows: all, flowsMost: Math.max(...flows), resident: after.resident, residentMost },
    heap: after.heap - before.heap,
  }
}

keepHeapSmall()
process.on('disconnect', () => process.exit())
const directory = await mkdtemp(join(tmpdir(), 'heddle-bench-'))
cleanAfterwards({ folder: directory })
const world = await open(directory)
const { port } = await world.engine.listen({ port: 0 })
tell({ type: 'listening', port })
try {
  tell({ type: 'measured', measured: await measure(world) })
} finally {
  await rm(directory, { recursive: true, force: true })
}
