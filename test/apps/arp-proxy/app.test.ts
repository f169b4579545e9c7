import { connect } from 'node:net'
import t, { type Test } from 'tap'
import arpProxy from '../../../apps/arp-proxy/app.ts'
import { type App, packet } from '../../../controller/index.ts'
import { linkLocalOf } from '../../../controller/packet/link-local.ts'
import { ManualClock, SimSwitch } from '../../../topology/sim/testing.ts'
import { engineFor, until } from '../../engine/lab.ts'
import { doc, macOf, portDocs } from '../one-host.ts'

const known = { mac: 0x02_00_00_00_00_01, ip: '10.0.0.1', ip6: 'fd00::1' } as const
const asker = { mac: 0x02_00_00_00_00_09, ip: '10.0.0.9', ip6: 'fd00::9' } as const

/** OFPP_CONTROLLER */
const controller = 0xffff_fffd

/** A plain bridge with or without extensions, and what leaves it. */
const bridge = async (t: Test, extensions: boolean, meterLimit = 100) => {
  const left: { port: number; frame: Uint8Array }[] = []
  const sw = new SimSwitch({
    ...{ dpid: 7n, ports: [1, 2], clock: new ManualClock(), extensions, meterLimit },
    onOutput: ({ port, frame }) => left.push({ port, frame }),
  })
  t.teardown(() => sw.close())
  const running = engineFor(t)
  const { engine } = running
  const address = { network: 'blue', mac: macOf(1), addresses: [known.ip, known.ip6], host: 'none', ofport: 1 }
  engine.model.apply([doc('network', 'blue', { vni: 5 }), ...portDocs('one', address)])
  engine.load(arpProxy as unknown as App, { networks: ['blue'] })
  const { port } = await engine.listen({ port: 0 })
  sw.connect(connect(port, '127.0.0.1'))
  await until('it is in sync', () => engine.switches.get(7n)?.keeper.inSync === true)
  const ask = async (frame: Uint8Array) => {
    left.splice(0)
    sw.receive(2, frame)
    await until('something leaves', () => left.length > 0)
    return left.splice(0).map((one) => ({ port: one.port, ...packet.parsePacket(one.frame) }))
  }
  return { ...running, sw, ask }
}

const solicitation = (from: string, target: string) =>
  packet.neighborFrame(
    { src: asker.mac, dst: '33:33:ff:00:00:01' },
    { src: from, dst: 'ff02::1:ff00:1' },
    { icmpType: packet.Icmpv6Type.NEIGHBOR_SOLICITATION, target, sll: asker.mac },
  )

for (const extensions of [true, false]) {
  const how = extensions ? 'by flows' : 'by the controller, on a switch without extensions'

  t.test(`ARP requests are answered ${how}`, async (t) => {
    const { ask, sw } = await bridge(t, extensions)
    const [answer, ...others] = await ask(packet.arpRequestFrame({ mac: asker.mac, ip: asker.ip }, known.ip))
    t.same(others, [])
    t.match(answer, { port: 2, eth: { src: known.mac, dst: asker.mac } })
    t.match(answer?.arp, { op: 2, sha: known.mac, spa: 0x0a000001, tha: asker.mac, tpa: 0x0a000009 })
    const [forwarded] = await ask(packet.arpRequestFrame({ mac: asker.mac, ip: asker.ip }, '10.0.0.77'))
    t.match(forwarded, { port: 1, arp: { op: 1 } }, 'questions for others are forwarded')
    const [own] = await ask(packet.arpRequestFrame({ mac: known.mac, ip: '0.0.0.0' }, known.ip))
    t.match(own, { port: 1, arp: { op: 1 } }, 'a probe for the own address is forwarded')
    const punts = [...sw.tables].filter(({ steps }) =>
      steps.some((step) => step.type === 'output' && step.port === controller),
    )
    t.equal(punts.length, extensions ? 0 : 3)
    t.ok(
      punts.every(({ steps }) => steps[0]?.type === 'meter'),
      'questions for the controller pass a meter',
    )
  })

  t.test(`neighbour solicitations are answered ${how}`, async (t) => {
    const { ask } = await bridge(t, extensions)
    for (const target of [known.ip6, linkLocalOf(known.mac)]) {
      const [answer] = await ask(solicitation(asker.ip6, target))
      t.match(answer, { port: 2, eth: { src: known.mac, dst: asker.mac }, ipv6: { hopLimit: 255 } })
      t.match(answer?.neighbor, { icmpType: packet.Icmpv6Type.NEIGHBOR_ADVERTISEMENT, tll: known.mac }, target)
      t.equal(answer?.neighbor?.flags, 0x6000_0000, 'solicited, override')
    }
    const [toAll] = await ask(solicitation('::', known.ip6))
    t.match(toAll, { port: 2, eth: { dst: 0x3333_0000_0001 }, neighbor: { tll: known.mac, flags: 0x2000_0000 } })
  })
}

t.test('a switch that has no meters is answered, too', async (t) => {
  const { ask, told } = await bridge(t, false, 0)
  const [answer] = await ask(packet.arpRequestFrame({ mac: asker.mac, ip: asker.ip }, known.ip))
  t.match(answer, { port: 2, arp: { op: 2 } })
  t.notOk(told.some(({ level }) => level === 'error'))
})
