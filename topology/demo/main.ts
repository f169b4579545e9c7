import { fileURLToPath } from 'node:url'
import { parseArgs, styleText } from 'node:util'
import { Client } from '../lab/client.ts'
import { takeDown } from '../lab/down.ts'
import { LabError } from '../lab/errors.ts'
import { isSimulated, LabFolder } from '../lab/folder.ts'
import { matrixText, verdictText } from '../lab/matrix.ts'
import { pingAll, surprises } from '../lab/ping.ts'
import { readLab } from '../lab/read.ts'
import { datapathHere, insideNewLab, isRoot, mayHaveNamespaces } from '../lab/rootless.ts'
import { askerOf } from '../lab/sim/ping.ts'
import { isThere } from '../lab/tools.ts'
import { throughput } from '../lab/traffic.ts'
import { bringUp } from '../lab/up.ts'
import { crash } from './crash.ts'
import { askWhy, probeOutside } from './vrouter.ts'

const file = fileURLToPath(new URL('../labs/demo.yaml', import.meta.url))
/** On two hosts, for what is measured between them. */
const [client, server] = ['web1', 'web3']

const loud = (text: string): string => styleText('bold', text)
const good = (text: string): string => styleText('green', text)
const bad = (text: string): string => styleText('red', text)

/** One line for each step, once it has ended. */
const progress = (title: string, took?: number): void => {
  if (took !== undefined) console.log(`${good('✔')} ${title} ${styleText('dim', `${(took / 1000).toFixed(1)} s`)}`)
}

/** @throws LabError naming the step, and what was seen */
const step = async <T>(title: string, work: () => Promise<T>): Promise<T> => {
  const begin = Date.now()
  try {
    const result = await work()
    progress(title, Date.now() - begin)
    return result
  } catch (error) {
    throw new LabError(`${title}: this failed\n${(error as Error).message}`)
  }
}

const cardsOf = ({ facts: { cards } }: LabFolder) => {
  if (!cards) throw new LabError('the containers have no addresses')
  return cards
}

const addressOf = (folder: LabFolder, container: string): string =>
  (cardsOf(folder)[container]?.[0]?.addresses[0] ?? '').replace(/\/.*/, '')

interface Row {
  readonly id: string
  readonly dpid: string
}

interface SwitchRow extends Omit<Row, 'id'> {
  readonly flows: number
  readonly inSync: boolean
}

/** Milliseconds for the hosts to connect again. */
const patience = 15_000

/** Flows on each host, once all are connected again and hold what they should. */
const flowCounts = async (client: Client): Promise<string> => {
  const hosts = await client.get<readonly Row[]>('/v1/hosts')
  const end = Date.now() + patience
  for (;;) {
    const switches = await client.get<readonly SwitchRow[]>('/v1/switches')
    const there = new Map(switches.filter(({ inSync }) => inSync).map(({ dpid, flows }) => [dpid, flows]))
    if (hosts.every(({ dpid }) => there.has(dpid))) {
      return hosts.map(({ id, dpid }) => `${id}: ${there.get(dpid)}`).join(', ')
    }
    if (Date.now() > end)
      throw new LabError(`${there.size} of ${hosts.length} hosts are connected after ${patience} ms`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** The way outside, and what the firewall lets through. */
const showRouter = async (folder: LabFolder): Promise<void> => {
  const lines = await step('to the outside and from there, by translated addresses', () => probeOutside(folder))
  console.log(`\n${loud('outside')}\n${lines.join('\n')}\n`)
  const answers = await step('the database takes TCP of web servers to its port', () => askWhy(folder))
  console.log(`\n${loud('firewall')}\n${answers.join('\n')}\n`)
}

/** @returns for people to read */
const measured = async (folder: LabFolder, address: string): Promise<string> => {
  if (isSimulated(folder)) return 'not measured: simulated containers send no streams'
  const megabits = await step(`iperf3 from ${client} to ${server}, on another host`, () =>
    throughput(folder, client, { container: server, address }),
  )
  return `${megabits.toFixed(0)} Mbit/s`
}

const show = async (folder: LabFolder): Promise<void> => {
  const pairs = await step('every container pings every other', () =>
    pingAll(folder.name, cardsOf(folder), askerOf(folder)),
  )
  console.log(`\n${loud('round trips in ms')}\n${matrixText(pairs)}\n${verdictText(pairs)}\n`)
  if (surprises(pairs).length > 0) throw new LabError('every container pings every other: not as it should be')
  await showRouter(folder)
  const address = addressOf(folder, server)
  const stream = await measured(folder, address)
  const title = 'kill -9 of the controller under a running ping, and its restart'
  const { sent, lost, restart } = await step(title, () => crash(folder, client, address))
  const flows = await step('flows on each host', () => flowCounts(new Client(folder.facts.api ?? '')))
  console.log(`\n${loud('TCP through the tunnel')}  ${stream}`)
  const losses = lost === 0 ? good('0') : bad(String(lost))
  console.log(
    `${loud('controller killed and back')}  ${losses} of ${sent} pings lost; it answered again after ${restart} ms`,
  )
  console.log(`${loud('flows')}  ${flows}\n`)
}

const whatNext = ({ name, facts: { api } }: LabFolder): string =>
  [
    loud('to try while it is up, from another terminal'),
    `  npx heddle get ports --api ${api}           (also hosts, tunnels, networks, ipam, drops, flows)`,
    `  npx heddle why web1 db1 tcp/80 --api ${api}`,
    `  npx heddle trace web3 198.51.100.1 --reply --live --api ${api}`,
    `  npx heddle get translations --api ${api}    (also routers, nat, policies, groups)`,
    `  npx heddle lab exec web1 --name ${name} -- ping -c 5 10.0.1.100`,
    `  npx heddle lab ping --name ${name}`,
    `  npx heddle lab cut h3 --name ${name}        (and heal)`,
    `  npx heddle lab capture rack1 --name ${name}`,
    '',
    'Ctrl-C ends it and removes everything.',
  ].join('\n')

/** Resolves when somebody presses Ctrl-C, or ends the process. */
const interrupted = (): Promise<'interrupted'> =>
  new Promise((resolve) => {
    // Only timers and sockets keep a process alive.
    const pulse = setInterval(() => undefined, 60_000)
    for (const signal of ['SIGINT', 'SIGTERM']) {
      process.once(signal, () => {
        clearInterval(pulse)
        resolve('interrupted')
      })
    }
  })

const demo = async (folder: LabFolder, keep: boolean, simulated: boolean): Promise<void> => {
  const end = interrupted()
  const work = async (): Promise<void> => {
    await bringUp(folder, readLab(file), { progress, datapath: simulated ? 'sim' : datapathHere() })
    await show(folder)
  }
  try {
    if ((await Promise.race([work(), end])) === 'interrupted') return
    console.log(keep ? whatNext(folder) : 'With --keep it stays up, to look around in: npm run demo -- --keep')
    if (keep) await end
  } finally {
    await takeDown(folder)
  }
}

const { values } = parseArgs({
  options: {
    keep: { type: 'boolean', default: false },
    name: { type: 'string' },
    sim: { type: 'boolean', default: false },
  },
})
// The name carries the process id, so that two demos can run side by side.
const { name = `demo${process.pid % 10_000}`, keep } = values
const folder = new LabFolder(name)

/** Why hosts with Open vSwitch cannot be had; undefined where they can. */
const whySimulated = (): string | undefined => {
  if (values.sim) return '--sim'
  if (!isThere('ovs-vswitchd')) return 'there is no Open vSwitch here (apt-get install openvswitch-switch)'
  return isRoot() || mayHaveNamespaces() ? undefined : 'this machine gives an ordinary user no namespaces (sudo does)'
}

/** As an ordinary user, the demo runs once more in a user namespace, where that user is root. */
const run = async (): Promise<number> => {
  const reason = whySimulated()
  if (reason !== undefined) {
    console.log(
      `${loud('simulated')}: ${reason}. Controller, OpenFlow, OVSDB and packets are real; hosts, containers and cables are not.`,
    )
    await demo(folder, keep, true)
    return 0
  }
  if (!isRoot()) return insideNewLab(folder, [...process.argv.slice(1), '--name', name])
  await demo(folder, keep, false)
  return 0
}

const outcome = await run().catch((error: Error) => {
  console.error(`\n${bad('the demo failed')}: ${error.message}`)
  return 1
})
process.exit(outcome)
