import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import l2Switch from '../../apps/l2-switch/app.ts'
import type { Container } from '../../topology/ovs/host.ts'
import { namespaces, ovs } from '../support/needs.ts'
import { agesOf, connectBridge, engineFor, flowsOf, hostFor, sleep, socketOf, synced, until } from './lab.ts'

interface Report {
  readonly message: string
  readonly about: { readonly messages?: number }
}

const script = fileURLToPath(new URL('controller-process.ts', import.meta.url))

/** Starts a controller, and gathers what it reports. */
const startController = (t: Test, path: string): { child: ChildProcess; told: Report[] } => {
  const child = spawn(process.execPath, ['--import', 'tsx', script, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => child.kill('SIGKILL'))
  const told: Report[] = []
  let rest = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    told.push(...lines.map((line) => JSON.parse(line) as Report))
  })
  return { child, told }
}

/** Traffic that runs until it is ended, which gives what it printed. */
const traffic = (t: Test, from: Container, command: string, ...args: string[]): { end: () => Promise<string> } => {
  const child = spawn('ip', ['netns', 'exec', from.namespace, command, ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  return {
    end: async () => {
      child.kill('SIGINT')
      await closed
      return printed
    },
  }
}

/** Has a container serve iperf3, once; resolves when it says that it listens. */
const serveIperf = async (t: Test, { namespace }: Container): Promise<void> => {
  const words = ['netns', 'exec', namespace, 'iperf3', '-s', '-1', '--forceflush']
  const server = spawn('ip', words, { stdio: ['ignore', 'pipe', 'ignore'] })
  t.teardown(() => server.kill('SIGKILL'))
  await once(server.stdout, 'data')
  server.stdout.resume()
}

/** Pings that were answered and those that were not. What was under way when ping was ended is not lost: only a gap is. */
const gaps = (printed: string): { sent: number; lost: number } => {
  const answered = new Set([...printed.matchAll(/icmp_seq=(\d+)/g)].map(([, number]) => Number(number)))
  const sent = Math.max(...answered)
  return { sent, lost: sent - answered.size }
}

const isSynced = ({ message }: Report): boolean => /holds what it should/.test(message)

t.test('a controller that is killed and started again loses no packet and sends no flow', async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  const host = await hostFor(t, 'er1')
  await host.addBridge('br0')
  const path = socketOf(host)
  // On a busy machine the data path must not lose packets for want of processor time.
  const pid = await readFile(join(host.directory, 'ovs-vswitchd.pid'), 'utf8')
  await host.exec('renice', '-n', '-15', '-p', pid.trim())
  const first = startController(t, path)
  const a = await host.addContainer('a', { bridge: 'br0', mac: '02:00:00:00:00:01', address: '10.0.0.1/24' })
  const b = await host.addContainer('b', { bridge: 'br0', mac: '02:00:00:00:00:02', address: '10.0.0.2/24' })
  await connectBridge(host, 'br0', path)
  await until('the bridge is up', () => first.told.some(isSynced))
  await host.inside(a, 'ping', '-c', '3', '-i', '0.2', '10.0.0.2')
  await until('both stations are learned', async () => (await flowsOf(host, 'br0')).length === 7)
  await serveIperf(t, b)
  const before = await agesOf(host, 'br0')
  const started = performance.now()
  const ping = traffic(t, a, 'ping', '-i', '0.02', '-w', '100', '10.0.0.2')
  // What is under way at a time leaves room for pings in the cards' queues, should the data path stand still.
  const iperf = traffic(
    t,
    a,
    'iperf3',
    '-c',
    '10.0.0.2',
    '-b',
    '20M',
    '-w',
    '16K',
    '-t',
    '100',
    '-i',
    '0.5',
    '--forceflush',
  )
  await sleep(1500)
  first.child.kill('SIGKILL')
  await sleep(500)
  await rm(path, { force: true })
  const second = startController(t, path)
  await until('the second controller has the bridge', () => second.told.some(isSynced))
  const there = performance.now() - started
  await sleep(1000)
  const { sent, lost } = gaps(await ping.end())
  const rates = [...(await iperf.end()).matchAll(/([\d.]+) Mbits\/sec/g)].map(([, rate]) => Number(rate)).slice(1, -1)
  t.comment(
    `${sent} pings, ${lost} lost; iperf3 at 20 Mbit/s: slowest half second ${Math.min(...rates)}; ` +
      `second controller in charge ${there.toFixed(0)} ms into it`,
  )
  t.ok(sent > 100 && lost === 0, 'no packet of ping is lost')
  t.ok(rates.length > 4 && Math.min(...rates) >= 1, 'iperf3 goes on all the time')
  const elapsed = (performance.now() - started) / 1000
  const after = await agesOf(host, 'br0')
  t.same([...after.keys()].sort(), [...before.keys()].sort(), 'the same flows, with the same cookies')
  for (const [flow, age] of before)
    t.ok((after.get(flow) ?? 0) >= age + elapsed - 2, 'each has been there all the time')
  const messages = second.told.filter(isSynced).map(({ about }) => about.messages)
  t.same(messages, [0], 'no flow was sent')
})

t.test('a controller that comes back mends what was changed in its absence, and nothing else', async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  const host = await hostFor(t, 'er2')
  await host.addBridge('br0')
  const path = socketOf(host)
  const first = engineFor(t)
  first.engine.load(l2Switch)
  await first.engine.listen({ path })
  const a = await host.addContainer('a', { bridge: 'br0', mac: '02:00:00:00:00:01', address: '10.0.0.1/24' })
  await host.addContainer('b', { bridge: 'br0', mac: '02:00:00:00:00:02', address: '10.0.0.2/24' })
  await connectBridge(host, 'br0', path)
  await until('the bridge is up', () => synced(first) > 0)
  await host.inside(a, 'ping', '-c', '3', '-i', '0.2', '10.0.0.2')
  await until('both stations are learned', async () => (await flowsOf(host, 'br0')).length === 7)
  const before = await agesOf(host, 'br0')
  await first.engine.stop()
  await host.ofctl('mod-flows', 'br0', 'table=1,dl_dst=02:00:00:00:00:01,actions=drop')
  await host.ofctl('add-flow', 'br0', 'table=1,priority=9,actions=drop')
  const second = engineFor(t)
  second.engine.load(l2Switch)
  await second.engine.listen({ path })
  await until('the bridge is back', () => synced(second) > 0)
  const after = await agesOf(host, 'br0')
  const foreign = [...after.keys()].filter((flow) => flow.includes('priority=9'))
  t.equal(foreign.length, 1, 'the flow of somebody else stays')
  t.same([...after.keys()].filter((flow) => !foreign.includes(flow)).sort(), [...before.keys()].sort())
  const [report] = second.told.filter(({ message }) => /holds what it should/.test(message))
  t.equal(report?.about.messages, 1, 'one message mends it')
})
