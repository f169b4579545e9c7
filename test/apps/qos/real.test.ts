import t from 'tap'
import qos from '../../../apps/vrouter/qos/app.ts'
import { readMeterStatistics } from '../../../controller/engine/index.ts'
import { type Stream, stream } from '../../../topology/lab/iperf.ts'
import { until } from '../../engine/lab.ts'
import { iperf, namespaces, ovs, tshark } from '../../support/needs.ts'
import { endProgram, startInside } from '../../support/programs.ts'
import { doc, type RealHost, realHost } from '../one-host.ts'

const [a, b] = ['10.0.0.2', '10.0.0.3']

/** Kilobits of a packet's payload. */
const payload = 9.6

const between = (lab: RealHost, direction: 'out' | 'in'): Pick<Stream, 'from' | 'to' | 'address'> => {
  const [one, two] = [lab.container('a').namespace, lab.container('b').namespace]
  return direction === 'out' ? { from: one, to: two, address: b } : { from: two, to: one, address: a }
}

const directions = ['out', 'in'] as const

t.test('bandwidth on Open vSwitch', async (t) => {
  if (!ovs(t) || !namespaces(t) || !iperf(t)) return
  const lab = await realHost(t, 'qosr', [qos], 2)
  await lab.apply(doc('port', 'a', { network: 'blue', qos: 'q' }))
  // Margins are wide, for other work may use the same processors.
  await t.test('of bandwidth and packets each second, the narrower one bounds', async (t) => {
    // Half a second of the bandwidth at once is more than iperf3 makes up for where it has stood still for seconds.
    const rate = { kbps: 200_000, pps: 200 }
    await lab.apply(doc('qos', 'q', { out: rate, in: rate }))
    for (const direction of directions) {
      const sent = { protocol: 'udp', kbps: 10_000, seconds: 2, omitted: 1 } as const
      let pps = 0
      const isMet = (): boolean => pps > 120 && pps < 280
      // Where the machine stood still meanwhile, fewer came, or all at once, or iperf3 gave up.
      for (let attempt = 0; attempt < 10 && !isMet(); attempt++) {
        try {
          pps = (await stream({ ...between(lab, direction), ...sent })).kbps / payload
        } catch (error) {
          t.comment(error)
        }
      }
      t.ok(isMet(), `${direction}: ${pps} of 200 packets each second`)
    }
    const { engine } = lab
    const live = engine.switches.get(lab.dpid)
    if (!live) throw new Error('the host is not connected')
    const dropped = async () => {
      const inOrder = [...(await readMeterStatistics(live))].sort(([one], [two]) => one - two)
      return inOrder.map(([, meter]) => Number(meter.dropped.packets))
    }
    await until('the switch has counted', async () => (await dropped()).filter((count) => count > 100).length === 2)
    t.match(await dropped(), [0, Number, 0, Number], 'all was dropped for the number of packets')
  })

  await t.test('packets are marked', async (t) => {
    if (!tshark(t)) return
    await lab.apply(doc('qos', 'q', { dscp: 46, out: { kbps: 10_000, pps: 1000 } }))
    // Open vSwitch goes on to act as before for packets that are like others, for up to a second on a busy machine.
    await lab.revalidated()
    const fields = ['-T', 'fields', '-e', 'ip.src', '-e', 'ip.dsfield.dscp']
    const pings = await startInside(lab.container('a').namespace, 'ping', '-i', '0.1', b)
    t.teardown(() => endProgram(pings))
    const seen = await lab.inside('b', 'timeout', '25', 'tshark', '-lni', 'eth0', '-f', 'icmp', '-c', '4', ...fields)
    const lines = new Set(seen.trim().split('\n'))
    t.same([...lines].sort(), [`${a}\t46`, `${b}\t46`], 'an answer to an echo has the mark of its question')
  })
})
