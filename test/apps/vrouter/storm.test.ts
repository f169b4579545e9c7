// What floods of packets cost the controller: so many a second as the meters of its apps let through.
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { puntMeter } from '../../../controller/engine/wanted.ts'
import { run } from '../../../topology/ovs/shell.ts'
import { sleep, until } from '../../engine/lab.ts'
import { NetworksLab } from '../../networks/lab.ts'
import { namespaces, ovs, python } from '../../support/needs.ts'
import { ping } from './nat/probes.ts'
import { type Counts, countsOf } from './storm/counts.ts'
import { type Flooder, type Storm, storms } from './storm/storms.ts'

const file = fileURLToPath(new URL('../../../topology/labs/vrouter-full.yaml', import.meta.url))
const program = fileURLToPath(new URL('storm/flood.py', import.meta.url))

/** Packets a second of one host, as the apps say. */
const rates = { router: 200, nat: 500, firewall: 100, dhcp: 100 } as const

/** The host of web1 and db1. */
const host = 'h1'
/** Seconds of each storm. */
const duration = 1

const flooderOf = async (lab: NetworksLab, container: string): Promise<Flooder> => {
  const { mac, gateways } = lab.card(container)
  const gateway = gateways.find((one) => !one.includes(':')) ?? ''
  await ping(lab, container, gateway)
  const known = await lab.inside(container, 'ip', 'neighbor', 'show', 'to', gateway)
  const [, found = ''] = /lladdr (\S+)/.exec(known) ?? []
  const [address, address6] = [lab.address(container), lab.address(container, 6)]
  return { container, mac, address, address6, gateway: found }
}

interface Flood {
  readonly sent: number
  /** From before the first packet until all was counted. */
  readonly seconds: number
  readonly before: Counts
  readonly after: Counts
}

/** Packets a second that come to the controller without a flood, more than were counted in one of them. */
const margin = 20

/** What is counted once nothing more comes of a flood: where the machine stands still, packets wait in sockets. */
const countsAfter = async (lab: NetworksLab, idle: number): Promise<Counts> => {
  let counts = await countsOf(lab, host)
  let read = performance.now()
  await until('nothing more comes of the flood', async () => {
    await sleep(300)
    const [before, since] = [counts, read]
    counts = await countsOf(lab, host)
    read = performance.now()
    return counts.packetIns - before.packetIns <= ((idle + margin) * (read - since)) / 1000
  })
  return counts
}

const flood = async (
  lab: NetworksLab,
  container: string,
  frames: readonly Uint8Array[],
  idle: number,
): Promise<Flood> => {
  const input = frames.map((frame) => `${Buffer.from(frame).toString('hex')}\n`).join('')
  const words = ['netns', 'exec', lab.namespace(container), 'python3', program, 'eth0', String(duration)]
  const begin = performance.now()
  const before = await countsOf(lab, host)
  const printed = await run('ip', words, { input })
  const after = await countsAfter(lab, idle)
  return { sent: Number(printed.split(' ')[0]), seconds: (performance.now() - begin) / 1000, before, after }
}

const isFlood = ({ before, after }: Flood): boolean => after.received - before.received > 1_000

/** Packets that a meter lets through in some seconds: its rate, and once as many as in a second, its burst. */
const mostIn = (rate: number, seconds: number): number => rate * (seconds + 1)

const judgeMeter = (t: Test, app: keyof typeof rates, { sent, seconds, before, after }: Flood): void => {
  const { id } = puntMeter(app, rates[app])
  const [then, now] = [before.meters.get(id), after.meters.get(id)]
  const came = (now?.came ?? 0) - (then?.came ?? 0)
  const passed = came - ((now?.dropped ?? 0) - (then?.dropped ?? 0))
  const given = (after.given.get(app) ?? 0) - (before.given.get(app) ?? 0)
  t.ok(came > 0 && passed > 0, `${came} of ${sent} came to the meter of ${app}, which let ${passed} through`)
  t.ok(passed <= mostIn(rates[app], seconds), `${Math.round(passed / seconds)} a second at ${rates[app]}`)
  t.ok(given > 0, `${app} was given ${given}`)
}

/** Who floods, and packets a second that come to the controller without a flood. */
interface World {
  readonly flooders: Readonly<Record<Storm['from'], Flooder>>
  readonly idle: number
}

const storming = async (
  t: Test,
  lab: NetworksLab,
  { title, from, app, frames }: Storm,
  world: World,
): Promise<void> => {
  await t.test(title, async (t) => {
    const neighbour = lab.card('web2').mac
    const flooding = () => flood(lab, from, frames(world.flooders[from], neighbour), world.idle)
    let seen = await flooding()
    // Of what comes while the switch stands still it sees some hundreds.
    for (let attempt = 1; attempt < 3 && !isFlood(seen); attempt++) seen = await flooding()
    const { sent, seconds, before, after } = seen
    const packetIns = after.packetIns - before.packetIns
    const received = after.received - before.received
    t.comment(`${title}: ${sent} sent, ${received} seen in ${seconds.toFixed(1)} s, ${packetIns} to the controller`)
    t.ok(isFlood(seen), 'it is a flood')
    // Other apps hear of theirs all the while: probes of tunnels, neighbours outside.
    const most = (app === undefined ? 0 : mostIn(rates[app], seconds)) + (world.idle + margin) * seconds
    t.ok(packetIns <= most, `${packetIns} of at most ${Math.round(most)}`)
    if (app !== undefined) judgeMeter(t, app, seen)
  })
}

t.test('floods of packets', async (t) => {
  if (!ovs(t) || !namespaces(t) || !python(t)) return
  const lab = await NetworksLab.start(t, 'vrbs', file)
  const before = await countsOf(lab, host)
  await sleep(1_000)
  const idle = (await countsOf(lab, host)).packetIns - before.packetIns
  t.comment(`${idle} packets a second come to the controller without a flood`)
  const flooders = { web1: await flooderOf(lab, 'web1'), db1: await flooderOf(lab, 'db1') }
  for (const storm of storms) await storming(t, lab, storm, { flooders, idle })
  await t.test('after them, all is as it was', async (t) => {
    t.equal(await ping(lab, 'web1', '10.0.1.12'), '10.0.1.12')
    t.equal(await ping(lab, 'web1', '198.51.100.1'), '198.51.100.1')
    await lab.settled()
    const errors = lab.log.filter(({ level }) => level >= 50)
    t.same(errors, [])
  })
})
