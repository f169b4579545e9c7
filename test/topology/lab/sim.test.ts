import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import t, { type Test } from 'tap'
import { Client } from '../../../topology/lab/client.ts'
import { simulatorsOf, takeDown } from '../../../topology/lab/down.ts'
import { execute } from '../../../topology/lab/exec.ts'
import { LabFolder, type LabRecord } from '../../../topology/lab/folder.ts'
import { cutLink, healLinks } from '../../../topology/lab/links.ts'
import { type Pair, pingAll, surprises } from '../../../topology/lab/ping.ts'
import { allProcesses, killAll } from '../../../topology/lab/processes.ts'
import { readLab } from '../../../topology/lab/read.ts'
import { simulatedAsker } from '../../../topology/lab/sim/ping.ts'
import { statusOf } from '../../../topology/lab/status.ts'
import { bringUp } from '../../../topology/lab/up.ts'
import { hasEnded } from '../../../topology/ovs/process.ts'
import { until } from '../../engine/lab.ts'
import { bin } from '../../support/command.ts'
import { tshark } from '../../support/needs.ts'
import { describe, pingPatiently, processesOf } from './labs.ts'

const file = fileURLToPath(new URL('../../../topology/labs/three-encaps.yaml', import.meta.url))

/** An ordinary user: whoever runs the tests, else nobody. */
const ordinary = process.getuid?.() === 0 ? 65534 : undefined

/** A home of an ordinary user, on a machine that has nothing but Node. */
const homeFor = (t: Test) => {
  const home = mkdtempSync('/tmp/heddle-sim-')
  const labs = join(home, 'labs')
  mkdirSync(labs)
  chmodSync(home, 0o755)
  if (ordinary !== undefined) for (const folder of [home, labs]) chownSync(folder, ordinary, ordinary)
  const env = { HOME: home, HEDDLE_LABS: labs, XDG_RUNTIME_DIR: home, PATH: '/nowhere' }
  const user = ordinary === undefined ? {} : { uid: ordinary, gid: ordinary }
  const heddle = (...args: readonly string[]) => {
    const done = spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8', env, ...user })
    return { status: done.status, stdout: done.stdout, stderr: done.stderr }
  }
  process.env.HEDDLE_LABS = labs
  t.teardown(async () => {
    for (const name of readdirSync(labs)) heddle('lab', 'down', '--name', name)
    rmSync(home, { recursive: true, force: true })
  })
  return { home, labs, env, user, heddle, lab: (...args: readonly string[]) => heddle('lab', ...args) }
}

type User = ReturnType<typeof homeFor>

interface Lab {
  readonly folder: LabFolder
  readonly record: LabRecord
  readonly ping: () => Promise<Pair[]>
  /** The same where some are lost. */
  readonly pingBriefly: () => Promise<Pair[]>
}

const labIn = (name: string): Lab => {
  const folder = new LabFolder(name)
  const { record, facts } = folder
  if (!record || !facts.cards) throw new Error('the lab wrote nothing down')
  const ask = simulatedAsker(folder)
  const pingBriefly = () => pingAll(name, facts.cards ?? {}, ask)
  return { folder, record, ping: () => pingPatiently(folder, ask), pingBriefly }
}

/** Has containers ping, and judges what is seen of it between the hosts. */
const judgeUnderlay = async (t: Test, { home, env, user }: User, { ping }: Lab): Promise<void> => {
  const pcap = join(home, 'rack1.pcap')
  const child = spawn(process.execPath, [bin, 'lab', 'capture', 'rack1', '-w', pcap, '-c', '60'], { env, ...user })
  const ended = once(child, 'exit')
  while (!readdirSync(home).includes('rack1.pcap')) await new Promise((resolve) => setTimeout(resolve, 50))
  await ping()
  await ended
  if (!tshark(t)) return
  const seen = (filter: string): number =>
    spawnSync('tshark', ['-r', pcap, '-Y', filter], { encoding: 'utf8' }).stdout.split('\n').length - 1
  for (const [a, b, wire] of [
    [11, 12, 'vxlan'],
    [12, 13, 'gre'],
    [11, 13, 'geneve'],
  ] as const) {
    const between = `ip.addr == 172.30.0.${a} && ip.addr == 172.30.0.${b}`
    t.ok(seen(`${between} && ${wire} && (icmp || icmpv6)`) > 0, `${wire} between .${a} and .${b}`)
    t.equal(seen(`${between} && !${wire}`), 0, `nothing else between .${a} and .${b}`)
  }
  t.equal(seen('arp'), 0)
  t.equal(seen('_ws.malformed || ip.checksum.status == 0 || udp.checksum.status == 0'), 0)
}

const crashBeside = async (t: Test, one: Lab): Promise<void> => {
  const folder = new LabFolder('two')
  t.teardown(() => takeDown(folder))
  await bringUp(folder, readLab(file), { datapath: 'sim' })
  const two = labIn('two')
  t.same(surprises(await two.ping()), [])
  await killAll(simulatorsOf(folder))
  await t.rejects(two.ping(), { message: /lab down --name two removes what is left/ })
  t.match(await statusOf(folder, two.record), { hosts: [{ name: 'h1', vswitchd: false }] })
  await takeDown(folder)
  t.same(processesOf(folder), [])
  t.same(surprises(await one.ping()), [])
}

t.test('an ordinary user without Open vSwitch has a lab', async (t) => {
  const user = homeFor(t)
  const { home, labs, heddle, lab } = user
  t.match(lab('up', '--sim', file, '--name', 'one'), { status: 0, stderr: /lab one is up/ })
  const one = labIn('one')
  const { folder, record } = one

  const { status, stdout } = lab('ping', '-o', 'json')
  t.equal(status, 0, stdout)
  const { pairs } = JSON.parse(stdout) as { pairs: Pair[] }
  t.equal(pairs.length, 7 * 6 * 2)
  t.equal(pairs.filter(({ reached }) => reached).length, (4 * 3 + 3 * 2) * 2, 'by IPv4 and IPv6')
  t.same(surprises(pairs), [], 'all pairs of a network, none of two')

  await t.test('a host that is cut off is reached by nobody, until it is healed', async (t) => {
    await cutLink(folder, record, 'h2')
    const lost = surprises(await one.pingBriefly())
    t.ok(lost.length > 0 && lost.every(({ from, to }) => /2$/.test(from) !== /2$/.test(to)))
    t.match(lab('status').stdout, /hosts, simulated:\n {2}h1 .* running$.*^cut: h2$/ms)
    t.same(await healLinks(folder, record), ['h2'])
    t.same(surprises(await one.ping()), [])
  })

  await t.test('the controller hears of a container whose cable is cut', async (t) => {
    const client = new Client(folder.facts.api ?? '')
    const port = async () =>
      (await client.get<readonly { name: string }[]>('/v1/switch-ports')).find(({ name }) => name === 'blue3')
    const before = await port()
    await cutLink(folder, record, 'blue3')
    await t.resolves(until('it is down', async () => !isDeepStrictEqual(await port(), before)))
    await healLinks(folder, record)
    await t.resolves(until('it is up', async () => isDeepStrictEqual(await port(), before)))
  })

  await t.test('the underlay carries tunnels that tshark reads, and no ARP of tenants', (t) =>
    judgeUnderlay(t, user, one),
  )

  await t.test('a container pings; what it cannot do is refused, with what to do instead', async (t) => {
    const address = folder.facts.cards?.blue2?.[0]?.addresses[0]?.replace(/\/.*/, '') ?? ''
    t.match(lab('exec', 'blue1', '--', 'ping', '-c', '5', address), { status: 0, stdout: /5 sent, [1-5] received/ })
    t.match(heddle('qos', 'test', 'blue1'), { status: 1, stderr: /is simulated: its containers send no streams/ })
    const refused = (place: string, ...words: readonly string[]) => execute(folder, record, place, words)
    await t.rejects(refused('blue1', 'iperf3', '-s'), { message: /blue1 is simulated.*heddle trace/s })
    await t.rejects(refused('h1', 'ls'), { message: /host h1 is simulated: ls cannot run there/ })
    await t.rejects(cutLink(folder, record, 'nowhere'), { message: /nowhere is no link of this lab: it has h1, h2/ })
  })

  await t.test('two labs side by side, of which one crashes, do not see each other', (t) => crashBeside(t, one))

  t.match(lab('down'), { status: 0, stderr: /lab one is gone/ })
  t.same(readdirSync(labs), [])
  t.same(
    allProcesses()
      .filter(({ words }) => words.some((word) => word.includes(home)))
      .map(({ words }) => words.join(' ')),
    [],
  )
})

const small = `
underlay: { rack: { cidr: 172.30.0.0/24 } }
hosts: { h1: { delay: 20ms }, h2: {} }
networks: { blue: {} }
subnets: { blue4: { network: blue, cidr: 10.0.0.0/24 } }
ports: { a: { network: blue }, b: { network: blue } }
containers: { a: { host: h1 }, b: { host: h2 } }
`

t.test('a controller that runs already, by TCP, and a link with delay', async (t) => {
  const { home, labs, env, user, lab } = homeFor(t)
  const words = ['up', '--networks', '--listen', '127.0.0.1:0', '--ovsdb', '127.0.0.1:0', '--api', '127.0.0.1:0']
  const controller = spawn(process.execPath, [bin, ...words, '--data', join(home, 'data')], { env, ...user })
  t.teardown(async () => {
    controller.kill()
    await hasEnded(controller.pid ?? 0, 60_000)
  })
  let said = ''
  controller.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  // The last line may not be whole.
  const lineOf = () =>
    said
      .split('\n')
      .slice(0, -1)
      .find((one) => one.includes('heddle is up'))
  await until('it is up', () => lineOf() !== undefined, 120_000)
  const line = lineOf() ?? '{}'
  const { api, openflow, ovsdb } = JSON.parse(line) as { api: string; openflow: string[]; ovsdb: string[] }
  const target = (where: readonly string[]): string => `tcp:${String(where[0]).replace(/^[a-z]+:(\/\/)?/, '')}`
  const given = ['--api', api.replace(/^http:\/\//, ''), '--openflow', target(openflow), '--ovsdb', target(ovsdb)]
  const description = describe(labs, 'small', small)
  t.match(lab('up', '--sim', description, '--name', 'tcp', ...given), { status: 0 })
  const { pairs } = JSON.parse(lab('ping', '-o', 'json', '--name', 'tcp').stdout) as { pairs: Pair[] }
  t.ok(
    pairs.every(({ ms }) => ms !== null && ms >= 40),
    'there and back',
  )
  t.match(lab('down', '--name', 'tcp').status, 0)
  t.equal(controller.exitCode, null, "a controller that is not the lab's goes on")
})
