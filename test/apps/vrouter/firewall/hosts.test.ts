import { connect } from 'node:net'
import t, { type Test } from 'tap'
import guard from '../../../../apps/guard/app.ts'
import overlay from '../../../../apps/overlay/app.ts'
import firewall from '../../../../apps/vrouter/firewall/app.ts'
import type { DocumentChange } from '../../../../controller/engine/model/documents.ts'
import { describeFlow } from '../../../../controller/flow/index.ts'
import type { App, Engine } from '../../../../controller/index.ts'
import { Framer } from '../../../../controller/openflow/index.ts'
import type { Policy } from '../../../../controller/state/index.ts'
import { ManualClock, SimSwitch } from '../../../../topology/sim/testing.ts'
import { engineFor, until } from '../../../engine/lab.ts'
import { Pinging } from '../../../networks/pinging.ts'
import { namespaces, ovs } from '../../../support/needs.ts'
import { doc, hostDoc, portDocs, realHost } from '../../one-host.ts'
import { frameOf, stations } from './frames.ts'

const [experimenter, flowMod] = [4, 14]
/** ONF extension 230. */
const [onf, bundleControl, bundleAdd, commit] = [0x4f4e4600, 2300, 2301, 4]

/** What a host is told: `commit` of a bundle, and flow-mods in bundles and outside. */
const wordOf = (view: DataView, start: number): string | undefined => {
  const type = view.getUint8(start + 1)
  if (type === flowMod) return 'alone'
  if (type !== experimenter || view.getUint32(start + 8) !== onf) return undefined
  const kind = view.getUint32(start + 12)
  if (kind === bundleControl) return view.getUint16(start + 20) === commit ? 'commit' : undefined
  return kind === bundleAdd && view.getUint8(start + 25) === flowMod ? 'bundled' : undefined
}

/** A simulated host, and what it has been told since the last look. */
interface Host {
  readonly sw: SimSwitch
  told(): readonly string[]
  /** Whether a packet leaves by the port that it is for. */
  passes(packet: string): boolean
}

const hostOf = (t: Test, port: number, dpid: bigint): Host => {
  const words: string[] = []
  const left: number[] = []
  const sw = new SimSwitch({
    ...{ dpid, ports: [1, 2, 3], clock: new ManualClock() },
    onOutput: ({ port: number }) => left.push(number),
  })
  const socket = connect(port, '127.0.0.1')
  const framer = new Framer({
    frame: (view, _, start) => {
      const word = wordOf(view, start)
      if (word) words.push(word)
      return true
    },
    error: (error) => t.fail(error.message),
  })
  socket.on('data', (chunk: Buffer) => framer.push(chunk))
  sw.connect(socket)
  t.teardown(() => sw.close())
  const passes = (packet: string): boolean => {
    const { frame, from, to } = frameOf(packet)
    sw.receive(from, frame)
    return left.splice(0).includes(to)
  }
  return { sw, told: () => words.splice(0), passes }
}

const dpids = [1n, 2n, 3n] as const

/** Three simulated hosts. */
const start = async (t: Test) => {
  const { engine } = engineFor(t)
  for (const app of [overlay, guard, firewall] as unknown as readonly App[]) engine.load(app)
  const { port } = await engine.listen({ port: 0 })
  engine.model.apply(dpids.map((dpid) => hostDoc(`h${dpid}`, dpid, `192.0.2.${dpid}`)))
  const [h1, h2, h3] = dpids.map((dpid) => hostOf(t, port, dpid)) as [Host, Host, Host]
  await until('all hosts are connected', () => engine.switches.size === 3)
  const apply = async (...changes: readonly DocumentChange[]): Promise<void> => {
    engine.model.apply(changes)
    t.same(await engine.confirmed(60_000), [], 'the hosts hold what they should')
  }
  return { engine, hosts: [h1, h2, h3] as const, apply }
}

/** What rules of the app want on a host: their names and objects, once for each flow. */
const madeBy = (engine: Engine, dpid: bigint, ...rules: readonly string[]): string[] =>
  [...(engine.switches.get(dpid)?.desired.flows.entries() ?? [])].flatMap(([, { owner }]) =>
    owner.app === 'firewall' && rules.includes(owner.rule) ? [`${owner.rule} ${owner.object}`] : [],
  )

const portOf = (id: 'a' | 'b' | 'c', host: string, groups: readonly string[], station = stations[id]) =>
  portDocs(id, {
    ...{ network: 'blue', host, ofport: station.port, mac: station.mac, addresses: [station.v4] },
    spec: { groups: [...groups] },
  })

const cidrs = Array.from({ length: 10 }, (_, number) => `198.51.${number}.0/24`)

/** For `db`: `web` may ask, and many addresses on many ports. */
const db: Policy = {
  groups: ['db'],
  rules: [
    { name: 'sql', direction: 'in', action: 'allow', protocol: 'tcp', ports: [5432], peer: { groups: ['web'] } },
    { name: 'many', direction: 'in', action: 'allow', protocol: 'tcp', ports: [1, 3, 5, 7], peer: { cidrs } },
  ],
  default: { out: 'allow' },
}

const rules = ['rule', 'clause', 'member'] as const
/** Two rules with names, two for the rest; one group, ten ranges, four ports; and an address. */
const own = 2 + 2 + 15 + 1

t.test(
  'a host has rules from the first port that they are about to the last; they come and go in one bundle',
  async (t) => {
    const { engine, hosts, apply } = await start(t)
    const [, second, third] = hosts
    await apply(
      ...[doc('network', 'blue', { vni: 1 }), doc('policy', 'db', db)],
      ...(['web', 'db'] as const).map((id, bit) => doc('groupNumber', id, { tenant: 1, bit })),
      ...[...portOf('a', 'h1', ['web']), ...portOf('b', 'h2', ['db']), ...portOf('c', 'h3', [])],
    )
    const counts = () => dpids.map((dpid) => madeBy(engine, dpid, ...rules).length)
    t.same(
      counts(),
      [0, own, 0],
      'only where a port of the group is: not where it is the other side, nor where none is',
    )
    t.same(madeBy(engine, 2n, 'member'), ['member a 10.0.0.1'], 'with the addresses that rules there ask for')

    await apply(...portOf('a', 'h3', ['web']))
    t.same(counts(), [0, own, 0])
    t.ok(third.passes('tcp a:4000 > c:80'), 'nothing is said of c')
    for (const host of hosts) host.told()

    await apply(...portOf('c', 'h3', ['db']))
    t.same(counts(), [0, own, own])
    const told = third.told()
    t.equal(told.filter((word) => word === 'commit').length, 1, 'the rules come in one bundle')
    t.same(
      told.filter((word) => word === 'alone'),
      [],
      'with what leads to them',
    )
    t.ok(told.filter((word) => word === 'bundled').length >= own + 2)
    t.same(second.told(), [], 'no other host is told')
    t.notOk(third.passes('tcp a:4000 > c:80'), 'its packets are judged')
    t.ok(third.passes('tcp a:4000 > c:5432'), 'as the rules say')
    t.same(
      dpids.map((dpid) => madeBy(engine, dpid, 'port').length),
      [0, 2, 2],
    )

    const again = { port: 2, mac: '02:00:00:00:00:09', v4: '10.0.0.9', v6: 'fd00::9' }
    await apply(
      ...portDocs('d', {
        ...again,
        network: 'blue',
        host: 'h3',
        ofport: 2,
        addresses: [again.v4],
        spec: { groups: ['db'] },
      }),
    )
    t.same(counts(), [0, own, own])
    await apply(doc('binding', 'c', undefined))
    t.same(counts(), [0, own, own], 'while one is left they stay')
    third.told()
    await apply(doc('binding', 'd', undefined))
    t.same(counts(), [0, own, 0], 'and go with the last')
    t.equal(third.told().filter((word) => word === 'commit').length, 1, 'in one bundle')
    t.same(madeBy(engine, 3n, 'port'), [])
  },
)

t.test('rules of two policies that ask for the same share flows only on hosts that have both', async (t) => {
  const { engine, apply } = await start(t)
  await apply(
    ...[
      doc('network', 'blue', { vni: 1 }),
      doc('policy', 'db', db),
      doc('policy', 'jobs', { ...db, groups: ['jobs'] }),
    ],
    ...(['web', 'db', 'jobs'] as const).map((id, bit) => doc('groupNumber', id, { tenant: 1, bit })),
    ...[...portOf('a', 'h1', ['db']), ...portOf('b', 'h2', ['jobs']), ...portOf('c', 'h3', ['db', 'jobs'])],
  )
  /** Flows of one side of a rule, by the number of rules that they are for. */
  const sides = (dpid: bigint): number[] =>
    [...(engine.switches.get(dpid)?.desired.flows.entries() ?? [])].flatMap(([, { thing, owner }]) =>
      owner.rule === 'clause' ? [describeFlow(thing, 0, 0).text.split('conjunction(').length - 1] : [],
    )
  const alone = Array.from({ length: 15 }, () => 1)
  t.same(sides(1n), alone)
  t.same(sides(2n), alone)
  t.same(sides(3n).sort(), [1, 1, ...Array.from({ length: 14 }, () => 2)], 'but for the group, both ask for the same')
  await apply(...portOf('c', 'h3', ['jobs']))
  t.same(sides(3n), alone)
})

/** Allows echoes, and 300 other things. */
const lengthy: Policy = {
  groups: ['web'],
  rules: [
    { direction: 'in', action: 'allow', protocol: 'icmp' },
    ...Array.from({ length: 300 }, (_, at): Policy['rules'][number] => ({
      ...{ direction: 'in', action: 'allow', protocol: 'tcp', ports: [1000 + 2 * at] },
    })),
  ],
  default: { out: 'allow' },
}

t.test('while the rules of a policy come to a host and go, what they allow loses nothing', async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  const real = await realHost(t, 'fwhco', [firewall], 2)
  await real.apply(doc('groupNumber', 'web', { tenant: 1, bit: 0 }), doc('policy', 'web', lengthy))
  const flows = async () => Number(/flow_count=(\d+)/.exec(await real.host.ofctl('dump-aggregate', 'br-int'))?.[1])
  const without = await flows()
  // A switch that stands still for three seconds has places for so many meanwhile.
  const pinging = await Pinging.inside(real.container('a').namespace, '10.0.0.3', 20)
  let times = 0
  do {
    await real.apply(doc('port', 'b', { network: 'blue', groups: ['web'] }))
    t.ok((await flows()) > without + 300, 'with the first port of the group come all')
    await real.apply(doc('port', 'b', { network: 'blue' }))
    t.equal(await flows(), without, 'with the last they go')
    times++
  } while (pinging.answered.length < 150)
  t.equal(await pinging.stop(), 0, `${times} times`)
})
