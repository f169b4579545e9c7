import { join } from 'node:path'
import t, { type Test } from 'tap'
import l2Switch from '../../apps/l2-switch/app.ts'
import type { FlowBuilder } from '../../controller/index.ts'
import type { Container, OvsHost } from '../../topology/ovs/host.ts'
import { namespaces, ovs } from '../support/needs.ts'
import {
  connectBridge,
  engineFor,
  flowsOf,
  hostFor,
  pinged,
  type Running,
  sleep,
  socketOf,
  synced,
  toldOf,
  until,
} from './lab.ts'
import { Wiretap } from './wiretap.ts'

// Each test has a host of its own.
t.jobs = 3

const macs = ['02:00:00:00:00:01', '02:00:00:00:00:02', '02:00:00:00:00:03'] as const

t.test('floods the first packet, sends the answer straight back, then asks no more', { buffered: true }, async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  const host = await hostFor(t, 'el1')
  await host.addBridge('br0')
  // Only the test's own packets are to be on the wire.
  await host.exec('sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1', 'net.ipv6.conf.default.disable_ipv6=1')
  const running = engineFor(t)
  running.engine.load(l2Switch)
  const path = join(host.directory, 'engine.sock')
  await running.engine.listen({ path })
  const tap = await Wiretap.start(t, socketOf(host), path)
  const a = await host.addContainer('a', { bridge: 'br0', mac: macs[0], address: '10.0.0.1/24' })
  const b = await host.addContainer('b', { bridge: 'br0', mac: macs[1], address: '10.0.0.2/24' })
  const c = await host.addContainer('c', { bridge: 'br0', mac: macs[2], address: '10.0.0.3/24' })
  for (const one of [a, b, c]) await host.inside(one, 'sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1')
  // Hosts get packets for addresses that they do not have, and do not answer them.
  for (const [from, last, mac] of [
    [a, 2, macs[1]],
    [a, 99, macs[1]],
    [b, 1, macs[0]],
    [b, 98, macs[0]],
  ] as const) {
    await host.inside(from, 'ip', 'neigh', 'add', `10.0.0.${last}`, 'lladdr', mac, 'dev', 'eth0')
  }
  await connectBridge(host, 'br0')
  await until('the bridge is up', () => synced(running) > 0)
  await sleep(200)
  tap.reset()
  const seen = async (): Promise<number> =>
    Number(await host.inside(c, 'cat', '/sys/class/net/eth0/statistics/rx_packets'))
  const before = await seen()
  await host.inside(a, 'ping', '-c', '1', '-W', '0.1', '10.0.0.99').catch(() => undefined)
  await until('a is learned', async () => (await flowsOf(host, 'br0')).length === 5)
  await until('the first packet has come', async () => (await seen()) > before)
  t.equal((await seen()) - before, 1, 'a third host sees the first packet')
  t.equal(tap.received.get('packetIn'), 1)
  await host.inside(b, 'ping', '-c', '1', '-W', '0.1', '10.0.0.98').catch(() => undefined)
  await until('b is learned', async () => (await flowsOf(host, 'br0')).length === 7)
  t.equal((await seen()) - before, 1, 'and nothing of the other direction')
  t.equal(tap.received.get('packetIn'), 2, 'one packet-in for each station')
  // A busy switch may for a moment do with packets that it has just seen what it did before its flows changed.
  await host.appctl('revalidator/purge')
  const more = await pinged(host, a, '10.0.0.2', 100, 0.005)
  t.same(more, { sent: 100, lost: 0 })
  t.equal(tap.received.get('packetIn'), 2, 'stations that are known cause none')
  t.equal((await seen()) - before, 1)
})

/** A rule of flows only, whatever it is for. */
interface ObjectRule {
  readonly flows: (...args: readonly unknown[]) => readonly FlowBuilder[]
}

interface Lab {
  readonly host: OvsHost
  readonly running: Running
  readonly a: Container
  readonly b: Container
}

const twoHosts = async (t: Test, name: string, app = l2Switch, quiet = false): Promise<Lab> => {
  const host = await hostFor(t, name)
  await host.addBridge('br0')
  if (quiet)
    await host.exec('sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1', 'net.ipv6.conf.default.disable_ipv6=1')
  const running = engineFor(t)
  running.engine.load(app)
  await running.engine.listen({ path: socketOf(host) })
  const a = await host.addContainer('a', { bridge: 'br0', mac: macs[0], address: '10.0.0.1/24' })
  const b = await host.addContainer('b', { bridge: 'br0', mac: macs[1], address: '10.0.0.2/24' })
  if (quiet) for (const one of [a, b]) await host.inside(one, 'sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1')
  await connectBridge(host, 'br0')
  await until('the bridge is up', () => synced(running) > 0)
  return { host, running, a, b }
}

const learned = async (host: OvsHost, mac: string): Promise<string | undefined> =>
  (await flowsOf(host, 'br0')).find((flow) => flow.includes(`dl_dst=${mac}`))

t.test('even the first reply, which comes at once, is sent straight back', { buffered: true }, async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  const { host, a, b } = await twoHosts(t, 'el7', l2Switch, true)
  const c = await host.addContainer('c', { bridge: 'br0', mac: macs[2], address: '10.0.0.3/24' })
  await host.inside(c, 'sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1')
  // Milliseconds: on a busy machine they would ask for each other again.
  for (const one of [a, b]) await host.inside(one, 'sysctl', '-qw', 'net.ipv4.neigh.eth0.retrans_time_ms=20000')
  await sleep(300)
  const seen = async (): Promise<number> =>
    Number(await host.inside(c, 'cat', '/sys/class/net/eth0/statistics/rx_packets'))
  for (let round = 1; round <= 5; round++) {
    // New stations each time, which ask for each other's addresses first.
    for (const [at, one] of [a, b].entries()) {
      await host.inside(one, 'ip', 'link', 'set', 'eth0', 'address', `02:00:00:00:0${round}:0${at}`)
      await host.inside(one, 'ip', 'neigh', 'flush', 'all')
    }
    const before = await seen()
    const { lost } = await pinged(host, a, '10.0.0.2', 3, 0.05)
    t.equal(lost, 0)
    t.equal((await seen()) - before, 1, 'a third host sees one broadcast, and nothing of what follows')
  }
})

t.test('follows a station that moves to another port', { buffered: true }, async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  const { host, a, b } = await twoHosts(t, 'el2')
  const c = await host.addContainer('c', { bridge: 'br0', mac: macs[2], address: '10.0.0.3/24' })
  t.equal((await pinged(host, a, '10.0.0.2', 2)).lost, 0)
  await until('b is learned', async () => (await learned(host, macs[1])) !== undefined)
  const before = await learned(host, macs[1])
  await host.inside(b, 'ip', 'link', 'set', 'eth0', 'address', '02:00:00:00:00:99')
  await host.inside(b, 'ip', 'address', 'flush', 'dev', 'eth0')
  await host.inside(c, 'ip', 'link', 'set', 'eth0', 'down')
  await host.inside(c, 'ip', 'link', 'set', 'eth0', 'address', macs[1], 'up')
  await host.inside(c, 'ip', 'address', 'add', '10.0.0.2/24', 'dev', 'eth0')
  t.equal((await pinged(host, c, '10.0.0.1', 3)).lost, 0, 'from its new place')
  const after = await learned(host, macs[1])
  t.not(after, before, 'frames for it go to the new port')
  // What the data path remembers of before may go on for a moment on a busy machine.
  await host.appctl('revalidator/purge')
  t.equal((await pinged(host, a, '10.0.0.2', 3)).lost, 0)
})

t.test('forgets the stations of a port that goes down', { buffered: true }, async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  const { host, a, b } = await twoHosts(t, 'el3')
  t.equal((await pinged(host, a, '10.0.0.2', 2)).lost, 0)
  await until('both are learned', async () => (await learned(host, macs[0])) !== undefined)
  await host.inside(b, 'ip', 'link', 'set', 'eth0', 'down')
  const took = await until('b is forgotten', async () => (await learned(host, macs[1])) === undefined)
  t.comment(`forgotten within ${took.toFixed(0)} ms`)
  t.ok(await learned(host, macs[0]), 'a stays known')
  await host.inside(b, 'ip', 'link', 'set', 'eth0', 'up')
  await until('b is learned again', async () => {
    await host.inside(a, 'ping', '-c', '3', '-i', '0.3', '-W', '2', '10.0.0.2').catch(() => undefined)
    return (await learned(host, macs[1])) !== undefined
  })
})

t.test('forgets a station that sends nothing', { buffered: true }, async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  const station = l2Switch.rules.station as ObjectRule
  // The app as it is, but for the time after which it forgets.
  const flows: ObjectRule['flows'] = (...args) =>
    station.flows(...args).map((flow) => (flow.build().tableId === 0 ? flow.expire({ idle: 1 }) : flow))
  const quick = { ...l2Switch, rules: { ...l2Switch.rules, station: { ...station, flows } } } as typeof l2Switch
  const { host, a } = await twoHosts(t, 'el4', quick)
  // On a busy machine it may be forgotten before one has looked.
  await until('both are learned', async () => {
    await host.inside(a, 'ping', '-c', '2', '-i', '0.1', '10.0.0.2').catch(() => undefined)
    return (await learned(host, macs[0])) !== undefined
  })
  const took = await until('a is forgotten', async () => (await learned(host, macs[0])) === undefined)
  t.comment(`forgotten after ${(took / 1000).toFixed(1)} s`)
  // The other station may have been heard last: it is forgotten when its own time is over.
  await until('b is forgotten', async () => (await learned(host, macs[1])) === undefined)
  await until('the flows of every switch are all that is left', async () => (await flowsOf(host, 'br0')).length === 3)
  t.equal((await flowsOf(host, 'br0')).filter((flow) => flow.includes('priority=0')).length, 2, 'they stay')
})

t.test(
  'puts back what is deleted by hand at once, and leaves alone and lists what is added',
  { buffered: true },
  async (t) => {
    if (!ovs(t) || !namespaces(t)) return
    const { host, running, a } = await twoHosts(t, 'el5')
    await host.inside(a, 'ping', '-c', '2', '-i', '0.1', '10.0.0.2')
    await until('b is learned', async () => (await learned(host, macs[1])) !== undefined)
    await sleep(100)
    const before = await flowsOf(host, 'br0')
    await host.ofctl('add-flow', 'br0', 'table=9,priority=7,tcp,tp_dst=80,actions=drop')
    const [live] = [...running.engine.switches.values()]
    const listed = await until('the foreign flow is listed', () => live?.keeper.foreign.size === 1)
    const syncs = synced(running)
    const deleted = performance.now()
    await host.ofctl('del-flows', 'br0', 'table=0')
    await host.ofctl('del-flows', 'br0', 'table=1')
    await until('the flows are back', async () => synced(running) > syncs && (await flowsOf(host, 'br0')).length >= 7)
    const [drift] = toldOf(running, /deleted by somebody else.*, repaired/)
    const repaired = running.told.filter(({ message }) => /holds what it should/.test(message)).at(-1)
    const took = (repaired?.at ?? 0) - (drift?.at ?? 0)
    t.comment(
      `foreign flow listed ${listed.toFixed(0)} ms after ovs-ofctl ended; repaired ${took.toFixed(1)} ms after the report, ${((repaired?.at ?? 0) - deleted).toFixed(0)} ms after ovs-ofctl was started`,
    )
    t.same(toldOf(running, /differences were found/), [], 'at once, not when somebody next looks')
    const foreign = before.filter((flow) => !flow.includes('table=9'))
    t.same(
      (await flowsOf(host, 'br0')).filter((flow) => !flow.includes('table=9')),
      foreign,
      'all as before',
    )
    t.ok(
      (await flowsOf(host, 'br0')).some((flow) => flow.includes('table=9, priority=7')),
      'the foreign flow is there',
    )
    t.equal(live?.keeper.foreign.size, 1)
  },
)

t.test('fills a switch that was restarted at once', { buffered: true }, async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  const { host, running, a } = await twoHosts(t, 'el6')
  await host.inside(a, 'ping', '-c', '2', '-i', '0.1', '10.0.0.2')
  await until('b is learned', async () => (await learned(host, macs[1])) !== undefined)
  const before = await flowsOf(host, 'br0')
  const syncs = synced(running)
  await host.killSwitch()
  await until('it is missed', () => running.engine.switches.size === 0)
  await host.startSwitch()
  await until('it is filled', () => synced(running) > syncs)
  const up = toldOf(running, /is up/).at(-1)?.at ?? 0
  const full = toldOf(running, /holds what it should/).at(-1)?.at ?? 0
  t.comment(`filled ${(full - up).toFixed(1)} ms after its handshake`)
  t.same(toldOf(running, /differences were found/), [], 'at once, not when somebody next looks')
  t.same(await flowsOf(host, 'br0'), before)
  t.equal((await pinged(host, a, '10.0.0.2', 3)).lost, 0)
})
