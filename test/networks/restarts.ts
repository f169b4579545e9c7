import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Test } from 'tap'
import { socketsOf } from '../../topology/lab/controller.ts'
import { run } from '../cli/controller.ts'
import { sleep, until } from '../engine/lab.ts'
import { type NetworksLab, patience } from './lab.ts'
import { flowsTo, moveUnseen } from './moving.ts'
import { Pinging } from './pinging.ts'
import { FlowWatch } from './watch.ts'

const all = [
  ['blue1', 'blue2', 4],
  ['blue2', 'blue3', 6],
  ['red1', 'red3', 4],
] as const

/** Does something while all hosts' flows are watched and containers ping each other: neither may miss anything. */
const unnoticed = async (t: Test, lab: NetworksLab, work: () => Promise<void>): Promise<void> => {
  const watches = await Promise.all(lab.hosts.map((host) => FlowWatch.start(lab, host)))
  const pings = await Promise.all(all.map(([from, to, family]) => Pinging.start(lab, from, to, family)))
  await work()
  await lab.settled()
  const gaps = await Promise.all(pings.map((ping) => ping.stop()))
  t.same(gaps, [0, 0, 0], 'no packet is lost')
  for (const watch of watches) t.same(await watch.stop(), [], `${watch.host}: no flow came, went or changed`)
  t.equal(lab.sent, 0, 'the controller has sent nothing to change a switch')
}

/** Has a bridge find no controller, until what this gives is called. */
const hideController = async (lab: NetworksLab, host: string): Promise<() => Promise<void>> => {
  const socket = join(lab.daemons(host).directory, 'of.sock')
  await rename(socket, `${socket}.away`)
  return () => rename(`${socket}.away`, socket)
}

const setManager = (lab: NetworksLab, host: string): Promise<string> =>
  lab.daemons(host).vsctl('--no-wait', 'set-manager', `unix:${socketsOf(lab.folder).ovsdb}`)

const isConnected = async (lab: NetworksLab, host: string): Promise<boolean> => {
  const hosts = await lab.client.get<readonly { id: string; connected: boolean }[]>('/v1/hosts')
  return hosts.find(({ id }) => id === host)?.connected === true
}

const cli = (lab: NetworksLab, ...words: readonly string[]) => run([...words, '--api', lab.folder.facts.api ?? ''])

/** A host that has gone keeps its place, also when the controller starts without it, until it is forgotten. */
const forgetting = async (t: Test, lab: NetworksLab): Promise<void> => {
  const flowsTo = async (address: string): Promise<number> =>
    (await lab.flows('h1')).filter((flow) => flow.includes(address)).length
  const before = await flowsTo('172.30.0.13')
  t.ok(before > 0)
  await until('h3 is connected', () => isConnected(lab, 'h3'), patience)
  t.match(await cli(lab, 'delete', 'host', 'h3'), { status: 1, err: /h3 is connected.*ovs-vsctl del-manager/ })
  t.match(await cli(lab, 'delete', 'host', 'h9'), { status: 1, err: /no host has reported itself as h9/ })
  await lab.killController()
  await lab.daemons('h3').kill()
  await lab.startController()
  await lab.settled(['h1', 'h2'])
  t.equal(await flowsTo('172.30.0.13'), before, 'h3 has kept its place')
  t.equal(lab.sent, 0)
  t.match(await cli(lab, 'delete', 'host', 'h3'), { status: 0, out: /host h3 is forgotten/ })
  await until('nobody sends to h3', async () => (await flowsTo('172.30.0.13')) === 0, patience)
  t.notMatch((await cli(lab, 'get', 'hosts')).out, /^h3 /m)
}

/** The controller goes and comes: no flow is missing, in whichever order hosts and switches connect. */
export const restarts = async (t: Test, lab: NetworksLab): Promise<void> => {
  await t.test('kill -9 of the controller, and a start', (t) =>
    unnoticed(t, lab, async () => {
      await lab.killController()
      await sleep(500)
      await lab.startController()
    }),
  )

  await t.test('a start at which one database and one switch come late', (t) =>
    unnoticed(t, lab, async () => {
      await lab.killController()
      await lab.daemons('h2').vsctl('del-manager')
      const show = await hideController(lab, 'h3')
      await lab.startController()
      await lab.settled(['h1', 'h2'])
      await sleep(500)
      await setManager(lab, 'h2')
      await show()
      await until('h3 is connected', () => isConnected(lab, 'h3'), patience)
    }),
  )

  await t.test('a start at which one database never comes, and its switch does', async (t) => {
    await unnoticed(t, lab, async () => {
      await lab.killController()
      await lab.daemons('h3').vsctl('del-manager')
      await lab.startController()
      await lab.settled()
    })
    await setManager(lab, 'h3')
  })

  await t.test('what happens while no controller runs is made up for at its start', async (t) => {
    await lab.killController()
    await moveUnseen(lab, 'red2', { from: 'h2', to: 'h1' })
    await lab.daemons('h2').killSwitch()
    await lab.daemons('h2').startSwitch()
    await lab.startController()
    for (const [from, to] of [
      ['blue1', 'blue2'],
      ['red1', 'red2'],
      ['red3', 'red2'],
    ] as const) {
      const pinging = await Pinging.start(lab, from, to)
      await pinging.stop()
    }
    const flows = () => flowsTo(lab, lab.card('red2').mac)
    const counts = async () => Object.values(await flows()).map(({ length }) => length)
    // Its database may tell later than its switch connects.
    await until('no port of red is on h2 any more', async () => (await counts()).join() === '1,0,1', patience)
    await lab.settled()
    const { h3 = [] } = await flows()
    t.match(h3[0], /172\.30\.0\.11->tun_dst/)
  })

  await t.test('a host that does not come back keeps its place until it is forgotten', (t) => forgetting(t, lab))
}
