import { setTimeout as sleep } from 'node:timers/promises'
import { Engine } from '../../controller/index.ts'
import { type Knowledge, local, overlay } from './apps.ts'
import { startFleet } from './fleet.ts'
import { memory } from './memory.ts'

/** Many flows, computed and delivered. */
export interface Delivery {
  readonly name: string
  readonly hosts: number
  readonly flows: number
  /** Milliseconds until the rules were evaluated, and until every switch had confirmed its flows. */
  readonly computed: number
  readonly delivered: number
  /** Milliseconds of processor time of the controller in all. */
  readonly processor: number
  /** The longest that the controller's event loop stood still, in milliseconds. */
  readonly stall: number
  /** Bytes for each flow when all is done, and at the most resident in all. */
  readonly heapEach: number
  readonly residentMost: number
}

const patience = 300_000

const apps = {
  'a network of all hosts': { app: overlay, objects: (flows: number, hosts: number) => flows / hosts },
  'ports on one host each': { app: local, objects: (flows: number) => flows },
} as const

export type Spread = keyof typeof apps
export const spreads = Object.keys(apps) as Spread[]

const fill = ({ ports, networks }: Knowledge, objects: number, hosts: number): void => {
  networks.set('blue', { vni: 5001 })
  for (let at = 0; at < objects; at++) {
    const place = { dpid: BigInt((at % hosts) + 1), portNo: 10 + Math.floor(at / hosts) }
    ports.set(`port-${at}`, { ...place, mac: 0x0200_0000_0000 + at, network: 'blue' })
  }
}

/** Watches how long the event loop stands still. */
const stalls = () => {
  const every = 20
  let longest = 0
  let last = performance.now()
  const timer = setInterval(() => {
    const now = performance.now()
    longest = Math.max(longest, now - last - every)
    last = now
  }, every)
  return () => {
    clearInterval(timer)
    return longest
  }
}

export const measureDelivery = async (name: Spread, flows: number, hosts: number): Promise<Delivery> => {
  let known: Knowledge | undefined
  const engine = new Engine({
    report: (level, message) => {
      if (level !== 'info') console.error(message)
    },
  })
  const { app, objects } = apps[name]
  engine.load(
    app((knowledge) => {
      known = knowledge
    }),
  )
  const fleet = await startFleet()
  const { port } = await engine.listen({ port: 0 })
  await fleet.start(port, hosts)
  const inSync = () => [...engine.switches.values()].every(({ keeper }) => keeper.inSync)
  while (engine.switches.size < hosts || !inSync()) await sleep(20)
  const before = await memory()
  const ended = stalls()
  const processorBefore = process.cpuUsage()
  const begin = performance.now()
  fill(known as unknown as Knowledge, objects(flows, hosts), hosts)
  await sleep(0)
  const wanted = () => [...engine.switches.values()].reduce((sum, { desired }) => sum + desired.flows.size, 0)
  while (wanted() < flows) await sleep(20)
  const computed = performance.now() - begin
  while (!inSync() && performance.now() - begin < patience) await sleep(20)
  const delivered = performance.now() - begin
  const stall = ended()
  const { user, system } = process.cpuUsage(processorBefore)
  const processor = (user + system) / 1000
  const { flowMods } = await fleet.tally()
  if (flowMods !== flows) throw new Error(`${flowMods} flows of ${flows} were delivered`)
  const after = await memory()
  fleet.stop()
  await engine.stop()
  const residentMost = process.resourceUsage().maxRSS * 1024
  return {
    name,
    hosts,
    flows,
    computed,
    delivered,
    processor,
    stall,
    heapEach: (after.heap - before.heap) / flows,
    residentMost,
  }
}
