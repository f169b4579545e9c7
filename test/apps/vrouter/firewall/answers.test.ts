import t, { type Test } from 'tap'
import firewall from '../../../../apps/vrouter/firewall/app.ts'
import { parsePacket, TcpFlags } from '../../../../controller/packet/index.ts'
import type { Policy } from '../../../../controller/state/index.ts'
import { toldOf, until } from '../../../engine/lab.ts'
import { doc, portDocs, type SimHost, simHost } from '../../one-host.ts'
import { frameOf, stations } from './frames.ts'

const start = async (t: Test, web: Policy): Promise<SimHost> => {
  const host = await simHost(t, [firewall], [1, 2, 3, 4])
  const ports = (['a', 'b', 'c'] as const).flatMap((id) => {
    const { port, mac, v4, v6 } = stations[id]
    const where = { network: 'blue', host: 'h1', ofport: port, mac, addresses: [v4, v6] }
    return portDocs(id, { ...where, spec: { groups: id === 'a' ? ['web'] : [] } })
  })
  const group = doc('groupNumber', 'web', { tenant: 1, bit: 0 })
  await host.apply(doc('network', 'blue', { vni: 1 }), group, ...ports, doc('policy', 'web', web))
  return host
}

/** Sends a packet, and gives the frames that leave. */
const after = async (host: SimHost, packet: string, count = 1) => {
  const { frame, from } = frameOf(packet)
  const left: { port: number; frame: Uint8Array }[] = []
  host.sw.receive(from, frame)
  await until('an answer', () => left.push(...host.left()) >= count)
  return left.map(({ port, frame: answer }) => ({ port, ...parsePacket(answer) }))
}

const { RST, ACK } = TcpFlags

t.test('what a container may not send is answered to it: TCP is reset', async (t) => {
  const host = await start(t, { groups: ['web'], rules: [{ direction: 'out', action: 'reject' }] })
  const [reset] = await after(host, 'tcp a:4000 > b:80')
  t.match(reset, {
    port: 1,
    eth: { src: 0x020000000002, dst: 0x020000000001 },
    ipv4: { src: 0x0a000002, dst: 0x0a000001 },
    tcp: { src: 80, dst: 4000, flags: RST | ACK, sequence: 0, acknowledgement: 1001 },
  })
  const [other] = await after(host, 'tcp a:4000 > b:80 ack')
  t.match(
    other,
    { port: 1, tcp: { flags: RST, sequence: 5001 } },
    'in the middle, with the number that is expected next',
  )
  const [six] = await after(host, 'tcp6 a:4000 > b:80')
  t.match(six, { port: 1, ipv6: { dst: (0xfd00n << 112n) | 1n }, tcp: { flags: RST | ACK } })
})

t.test('of other protocols, that the network is prohibited', async (t) => {
  const host = await start(t, { groups: ['web'], rules: [{ direction: 'out', action: 'reject' }] })
  const [four] = await after(host, 'udp a:4000 > b:53')
  t.match(four, { port: 1, ipv4: { src: 0x0a000002 }, icmp: { icmpType: 3, code: 13 } })
  t.equal(four?.icmp?.payload.length, 28, 'with the header and 8 bytes of what was sent')
  const [six] = await after(host, 'udp6 a:4000 > b:53')
  t.match(six, { port: 1, icmpv6: { icmpType: 1, code: 1 } })
  const [ping] = await after(host, 'ping a > b')
  t.match(ping, { port: 1, icmp: { icmpType: 3, code: 13 } })
})

t.test('what a container may not receive is answered to who sent it, as if by the container', async (t) => {
  const host = await start(t, { groups: ['web'], rules: [{ direction: 'in', action: 'reject' }] })
  const [reset] = await after(host, 'tcp b:4000 > a:80')
  t.match(reset, {
    port: 2,
    eth: { src: 0x020000000001, dst: 0x020000000002 },
    ipv4: { src: 0x0a000001, dst: 0x0a000002 },
    tcp: { src: 80, dst: 4000, flags: RST | ACK },
  })
  const [error] = await after(host, 'udp c:4000 > a:53')
  t.match(error, { port: 3, icmp: { icmpType: 3, code: 13 } })
})

t.test('neither resets nor errors are answered', async (t) => {
  const host = await start(t, { groups: ['web'], rules: [{ direction: 'out', action: 'reject' }] })
  const { frame } = frameOf('tcp a:4000 > b:80 rst')
  host.sw.receive(1, frame)
  const [reset] = await after(host, 'tcp a:4001 > b:80')
  t.equal(reset?.tcp?.dst, 4001, 'what comes is the answer to the next')
  t.same(host.left(), [])
})

t.test('reports name the policy, the rule and the packet, five a second of each rule at most', async (t) => {
  const host = await start(t, {
    groups: ['web'],
    default: { out: 'allow' },
    rules: [{ name: 'no-mail', direction: 'out', action: 'drop', protocol: 'tcp', ports: [25], log: true }],
  })
  const began = performance.now()
  for (let port = 4000; port < 4040; port++) host.sw.receive(1, frameOf(`tcp a:${port} > b:25`).frame)
  const pattern = /no-mail/
  await until('a report', () => toldOf(host, pattern).length > 0)
  await after(host, 'udp a:1 > b:1')
  const told = toldOf(host, pattern)
  t.equal(told[0]?.message, 'firewall: policy web: no-mail: drop tcp 10.0.0.1 port 4000 > 10.0.0.2 port 25')
  t.match(told[0]?.about, { app: 'firewall', dpid: '0000000000000001', policy: 'web', rule: 'no-mail' })
  const seconds = Math.floor(performance.now() / 1000) - Math.floor(began / 1000) + 1
  t.ok(told.length <= 5 * seconds, `${told.length} reports of 40 packets, in ${seconds} s`)
})

t.test('in audit mode, what would be done is reported, and nothing answered', async (t) => {
  const rules: Policy['rules'] = [{ direction: 'out', action: 'reject', protocol: 'tcp', ports: [25], log: true }]
  const host = await start(t, { groups: ['web'], audit: true, rules })
  const left = await after(host, 'tcp a:4000 > b:25')
  t.match(left, [{ port: 2, tcp: { dst: 25 } }], 'it has passed')
  await until('a report', () => toldOf(host, /would reject tcp/).length === 1)
  t.same(host.left(), [])
})
