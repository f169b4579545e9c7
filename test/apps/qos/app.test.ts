import t from 'tap'
import qos from '../../../apps/vrouter/qos/app.ts'
import { parsePacket, udpFrame } from '../../../controller/packet/index.ts'
import { doc, macOf, portDocs, simHost } from '../one-host.ts'

const [a, b] = [
  { mac: macOf(1), ip: '10.0.0.2', ip6: 'fd00::2' },
  { mac: macOf(2), ip: '10.0.0.3', ip6: 'fd00::3' },
]

const docs = [
  doc('network', 'blue', { vni: 1 }),
  ...portDocs('a', { network: 'blue', mac: a.mac, addresses: [a.ip, a.ip6], host: 'h1', ofport: 1 }),
  ...portDocs('b', { network: 'blue', mac: b.mac, addresses: [b.ip, b.ip6], host: 'h1', ofport: 2 }),
]

type Profile = Parameters<typeof doc<'qos'>>[2]

const start = async (t: Parameters<typeof simHost>[0], profile: Profile, port = 'a') => {
  const lab = await simHost(t, [qos], [1, 2])
  await lab.apply(...docs, doc('qos', 'q', profile), doc('port', port, { network: 'blue', qos: 'q' }))
  return lab
}

const frame = (from: typeof a, to: typeof a, family: 4 | 6 = 4, size = 958): Uint8Array =>
  udpFrame(
    { src: from.mac, dst: to.mac },
    family === 4 ? { src: from.ip, dst: to.ip } : { src: from.ip6, dst: to.ip6 },
    { src: 1, dst: 2, payload: new Uint8Array(size) },
  )

/** How many of so many frames at once, of 1,000 bytes each, come to the other container. */
const passed = (lab: Awaited<ReturnType<typeof start>>, count: number, from = a, to = b): number => {
  for (let sent = 0; sent < count; sent++) lab.sw.receive(from === a ? 1 : 2, frame(from, to))
  return lab.left().length
}

t.test('what a container sends is bound by bandwidth: a burst of half a second passes at once', async (t) => {
  const lab = await start(t, { out: { kbps: 1000 } })
  t.equal(passed(lab, 500), 62, '500 kbit of frames of 8 kbit')
  t.equal(passed(lab, 500, b, a), 500, 'what it receives is not')
})

t.test('what a container receives is bound', async (t) => {
  const lab = await start(t, { in: { kbps: 1000 } })
  t.equal(passed(lab, 500), 500, 'what it sends is not')
  t.equal(passed(lab, 500, b, a), 62)
})

t.test('of bandwidth and packet rate the narrower one bounds, in each direction', async (t) => {
  for (const [rate, most] of [
    [{ kbps: 1000, pps: 20 }, 10],
    [{ kbps: 1000, pps: 100_000 }, 62],
    [{ pps: 20 }, 10],
    [{ pps: 1 }, 1],
    [{ kbps: 8 }, 18],
  ] as const) {
    const lab = await start(t, { out: rate, in: rate })
    t.equal(passed(lab, 200), most, `sent: ${JSON.stringify(rate)}`)
    t.equal(passed(lab, 200, b, a), most, `received: ${JSON.stringify(rate)}`)
  }
})

t.test('packets that a container sends are marked, IPv4 and IPv6, with and without bounds', async (t) => {
  for (const out of [{}, { out: { kbps: 10_000 } }, { out: { kbps: 10_000, pps: 1000 } }]) {
    const lab = await start(t, { dscp: 46, ...out })
    for (const family of [4, 6] as const) {
      lab.sw.receive(1, frame(a, b, family))
      lab.sw.receive(2, frame(b, a, family))
      const marks = lab.left().map((one) => {
        const { ipv4, ipv6 } = parsePacket(one.frame)
        return (ipv4?.tos ?? ipv6?.trafficClass ?? 0) >>> 2
      })
      t.same(marks, [46, 0], `IPv${family} ${JSON.stringify(out)}`)
    }
  }
})

t.test('bounds that change or go change or go in the switch, and other ports keep theirs', async (t) => {
  const lab = await start(t, { out: { kbps: 1000 }, in: { pps: 5 } })
  t.equal([...lab.sw.meters].length, 2)
  await lab.apply(doc('qos', 'q', { out: { kbps: 2000 } }))
  t.same(
    [...lab.sw.meters].map(({ config }) => config.bands),
    [[{ type: 'drop', rate: 2000, burstSize: 1000 }]],
  )
  await lab.apply(doc('port', 'a', { network: 'blue' }))
  t.equal([...lab.sw.meters].length, 0)
  t.equal(passed(lab, 500), 500)
})

t.test('a port that has too high a number is named, and the others are bound', async (t) => {
  const lab = await start(t, { out: { kbps: 1000 } })
  const far = { network: 'blue', mac: macOf(3), addresses: [], host: 'h1', ofport: 40_000, spec: { qos: 'q' } }
  await lab.apply(...portDocs('far', far))
  t.match(lab.engine.apps.get('qos')?.failure, /rule out for limits far: OpenFlow port 40000: .* up to 32767/)
  t.equal(passed(lab, 500), 62)
})
