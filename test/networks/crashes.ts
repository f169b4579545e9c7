import type { Test } from 'tap'
import { cutLink, healLinks } from '../../topology/lab/links.ts'
import { inParallel } from '../../topology/lab/parallel.ts'
import { surprises } from '../../topology/lab/ping.ts'
import { sleep, until } from '../engine/lab.ts'
import { pingPatiently } from '../topology/lab/labs.ts'
import { type NetworksLab, patience } from './lab.ts'
import { plug } from './moving.ts'
import { Pinging } from './pinging.ts'
import { FlowWatch } from './watch.ts'

/** Times that connections of databases are reset: more in a long run. */
const resets = Number(process.env.HEDDLE_SOAK_RESETS ?? 3)

/** The host to which all happens. */
const victim = 'h2'

/** Pairs that have nothing to do with it: on one host, and over the tunnel between the two others. */
const bystanders = [
  ['blue1', 'blue3', 4],
  ['red3', 'red1', 6],
] as const

/** Does something to the victim, and judges that others lose nothing and that it is as it should be afterwards. */
const undisturbed = async (t: Test, lab: NetworksLab, work: () => Promise<void>): Promise<void> => {
  const pings = await Promise.all(bystanders.map(([from, to, family]) => Pinging.start(lab, from, to, family)))
  await work()
  await lab.settled()
  const victims = await Pinging.start(lab, 'blue1', 'blue2')
  await victims.stop()
  await lab.settled()
  const gaps = await Promise.all(pings.map((ping) => ping.stop()))
  t.same(gaps, [0, 0], 'others lose nothing')
}

/** What every host holds, each flow after the name of its host. */
const allFlows = async (lab: NetworksLab): Promise<Set<string>> => {
  const lists = await Promise.all(
    lab.hosts.map(async (host) => (await lab.flows(host)).map((one) => `${host}: ${one}`)),
  )
  return new Set(lists.flat())
}

/** Flows that have gone since, and those that have come. */
const differences = async (lab: NetworksLab, before: ReadonlySet<string>): Promise<string[]> => {
  const now = await allFlows(lab)
  const gone = [...before].filter((flow) => !now.has(flow)).map((flow) => `gone from ${flow}`)
  return [...gone, ...[...now].filter((flow) => !before.has(flow)).map((flow) => `come to ${flow}`)]
}

const countFlows = async (lab: NetworksLab): Promise<number> => (await lab.flows(victim)).length

/** Names of the ports of a host's bridge. */
const portsOf = async (lab: NetworksLab, host: string): Promise<string[]> =>
  (await lab.daemons(host).vsctl('list-ports', 'br-int')).trim().split('\n').sort()

const daemonFaults: Readonly<Record<string, (lab: NetworksLab) => Promise<void>>> = {
  'kill -9 of ovs-vswitchd': async (lab) => {
    const daemons = lab.daemons(victim)
    await daemons.killSwitch()
    await daemons.startSwitch()
  },
  'kill -9 of ovsdb-server': async (lab) => {
    const daemons = lab.daemons(victim)
    await daemons.killDatabase()
    await sleep(500)
    await daemons.resumeDatabase()
  },
  'flows deleted by hand': async (lab) => {
    const before = await countFlows(lab)
    const watch = await FlowWatch.start(lab, victim)
    await lab.daemons(victim).ofctl('del-flows', 'br-int')
    await until('they are back', async () => (await countFlows(lab)) === before, patience)
    await until('what watches flows has seen them go', () => watch.heard.length >= before, patience)
    await watch.stop()
  },
  'the underlay cut and healed': async (lab) => {
    await cutLink(lab.folder, lab.record, victim)
    await sleep(500)
    await healLinks(lab.folder, lab.record)
  },
  [`the connection of the database reset ${resets} times`]: async (lab) => {
    const daemons = lab.daemons(victim)
    const connections = () => lab.log.filter(({ msg }) => msg === `host ${victim}: connected`).length
    // Milliseconds; else the server waits longer each time.
    await daemons.vsctl('--no-wait', '--', 'set', 'manager', '.', 'max_backoff=1000')
    for (let count = 0; count < resets; count++) {
      const before = connections()
      await daemons.exec('ovs-appctl', '-t', 'ovsdb-server', 'ovsdb-server/reconnect')
      await until('it is connected again', () => connections() > before, patience)
    }
  },
}

/** Daemons of one host, connections and flows go; all comes back, and others notice nothing. */
export const crashes = async (t: Test, lab: NetworksLab): Promise<void> => {
  const flows = await allFlows(lab)
  for (const [what, fault] of Object.entries(daemonFaults)) {
    await t.test(what, async (t) => {
      await undisturbed(t, lab, () => fault(lab))
      t.same(await differences(lab, flows), [], 'every host holds what it held')
    })
  }

  await t.test('a bridge deleted by hand comes back, and works once its containers are plugged again', async (t) => {
    const ports = await portsOf(lab, victim)
    await undisturbed(t, lab, async () => {
      await lab.daemons(victim).vsctl('del-br', 'br-int')
      const here = ports.filter((name) => lab.containers.includes(name))
      await inParallel(here, 4, (container) => plug(lab, container, victim))
    })
    t.same(await portsOf(lab, victim), ports)
    t.equal((await allFlows(lab)).size, flows.size)
    t.same(surprises(await pingPatiently(lab.folder)), [])
  })
}
