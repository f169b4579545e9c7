import { setTimeout as sleep } from 'node:timers/promises'
import { Engine } from '../../controller/index.ts'
import { type Knowledge, local, overlay } from './apps.ts'
import { startFleet } from './fleet.ts'

/** What one change costs where so many objects are known. */
export interface ChangeCost {
  readonly objects: number
  readonly name: string
  /** Flows that change. */
  readonly flows: number
  /** Medians in microseconds: until the change is computed, and until every switch has confirmed it. */
  readonly computed: number
  readonly confirmed: number
}

const hosts = 4
/** Changes before those that are measured. */
const warmUp = 300
/** Ports that read one network, beside all that read another. */
const small = 10

const port = (at: number, network: string) => ({
  dpid: BigInt((at % hosts) + 1),
  portNo: 10 + at,
  mac: 0x0200_0000_0000 + at,
  network,
})

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0

type Change = (known: Knowledge, round: number) => void

/** What is changed, with the app that it is changed in, and the flows that change with it. */
const changes: readonly { name: string; app: typeof local; flows: number; change: Change }[] = [
  {
    name: 'a port moves to another port number',
    app: local,
    flows: 1,
    change: ({ ports }, round) => ports.set('port-0', { ...port(0, 'blue'), portNo: 1000 + round }),
  },
  {
    name: 'a port is added on its host',
    app: local,
    flows: 1,
    change: ({ ports }, round) => ports.set(`new-${round}`, port(10_000_000 + round, 'blue')),
  },
  {
    name: `a network that ${small} ports read is renumbered`,
    app: local,
    flows: 2 * small,
    change: ({ networks }, round) => networks.set('green', { vni: 6000 + round }),
  },
  {
    name: `a port is added to a network of all ${hosts} hosts`,
    app: overlay,
    flows: hosts,
    change: ({ ports }, round) => ports.set(`new-${round}`, port(10_000_000 + round, 'blue')),
  },
]

const fill = ({ ports, networks }: Knowledge, objects: number): void => {
  networks.set('blue', { vni: 5001 })
  networks.set('green', { vni: 5002 })
  for (let at = 0; at < objects; at++)
    ports.set(`port-${at}`, port(at, at % (objects / small) === 1 ? 'green' : 'blue'))
}

/** Changes one thing at a time among `objects`, and waits each time until every switch holds it. */
const measureChange = async (objects: number, which: (typeof changes)[number], rounds: number): Promise<ChangeCost> => {
  let known: Knowledge | undefined
  let sent = 0
  const engine = new Engine({
    report: (level, message, about) => {
      if (level !== 'info') console.error(message)
      sent += Number(about?.messages ?? 0)
    },
  })
  engine.load(
    which.app((knowledge) => {
      known = knowledge
    }),
  )
  const fleet = await startFleet()
  const { port: tcp } = await engine.listen({ port: 0 })
  await fleet.start(tcp, hosts)
  const live = engine.switches
  const inSync = () => [...live.values()].every(({ keeper }) => keeper.inSync)
  while (live.size < hosts || !inSync()) await sleep(5)
  const facts = known as unknown as Knowledge
  fill(facts, objects)
  await sleep(20)
  while (!inSync()) await sleep(5)
  const computed: number[] = []
  const confirmed: number[] = []
  for (let round = -warmUp; round < rounds; round++) {
    sent = 0
    const begin = performance.now()
    which.change(facts, round + warmUp)
    // The engine works in a change in a microtask of its own, before this one.
    await Promise.resolve()
    const changed = performance.now() - begin
    while (!inSync()) await new Promise((resolve) => setImmediate(resolve))
    if (round >= 0) {
      computed.push(changed)
      confirmed.push(performance.now() - begin)
    }
    if (sent !== which.flows) throw new Error(`${which.name}: ${sent} messages were sent, not ${which.flows}`)
  }
  fleet.stop()
  await engine.stop()
  const { name, flows } = which
  return { objects, name, flows, computed: median(computed) * 1000, confirmed: median(confirmed) * 1000 }
}

export const measureChanges = async (objects: number, rounds = 500): Promise<ChangeCost[]> => {
  const costs: ChangeCost[] = []
  for (const which of changes) costs.push(await measureChange(objects, which, rounds))
  return costs
}
