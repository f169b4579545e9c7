// What goes no further, simulated: who sent it is told, or nobody.
import t from 'tap'
import {
  echoFrame,
  IcmpType,
  Icmpv6Type,
  ipv4Of,
  ipv6Of,
  type Packet,
  parsePacket,
  udpFrame,
} from '../../../../controller/packet/index.ts'
import { until } from '../../../engine/lab.ts'
import { doc } from '../../one-host.ts'
import { a, b, dropsIn, from, fromOutside, h3, out, outside, ready } from './simulated.ts'

const isUnreachable = ({ icmp, icmpv6 }: Packet): boolean =>
  icmp?.icmpType === IcmpType.UNREACHABLE || icmpv6?.icmpType === Icmpv6Type.UNREACHABLE

t.test('who sends to a neighbour that does not answer is told, through the translation', async (t) => {
  const lab = await ready(t)
  const sent = [
    { port: a, frame: udpFrame(from(1), { src: '10.0.1.2', dst: '203.0.113.66' }, { src: 40, dst: 53 }) },
    { port: b, frame: udpFrame(from(2), { src: '10.0.1.3', dst: '203.0.113.66' }, { src: 41, dst: 53 }) },
    { port: b, frame: echoFrame(from(2), { src: 'fd00:1::3', dst: '2001:db8::66' }) },
  ]
  for (const { port, frame } of sent) t.same(out(lab, port, frame), [])
  const errors: (Packet & { readonly port: number })[] = []
  await until('all are told', () => {
    const packets = lab.left().map(({ port, frame }) => ({ port, ...parsePacket(frame) }))
    errors.push(...packets.filter(isUnreachable))
    return errors.length >= sent.length
  })
  t.equal(errors.length, sent.length)
  for (const { port, frame } of sent) {
    const { ipv4, ipv6 } = parsePacket(frame)
    const error = errors.find((one) => one.port === port && (ipv4 ? one.icmp : one.icmpv6))
    t.match(
      error,
      ipv4
        ? { ipv4: { src: ipv4Of('203.0.113.10'), dst: ipv4.src }, icmp: { icmpType: IcmpType.UNREACHABLE, code: 1 } }
        : {
            ipv6: { src: ipv6Of('2001:db8::10'), dst: ipv6?.src },
            icmpv6: { icmpType: Icmpv6Type.UNREACHABLE, code: 3 },
          },
    )
    t.equal(error?.eth?.dst, parsePacket(frame).eth?.src)
    // Behind the header of ICMP stands the packet as it was sent, but for its TTL and checksums.
    const quoted = (error?.icmp ?? error?.icmpv6)?.payload
    const [first, last] = ipv4 ? [12, 24] : [8, 42]
    t.same(quoted?.subarray(first, last), frame.subarray(14 + first, 14 + last), 'addresses and what follows them')
  }
})

/** Addresses, and what drops packets that come from outside under them. */
const spoofed: readonly (readonly [src: string, to: string, drop: string | undefined])[] = [
  ['10.0.1.3', '203.0.113.12', 'from outside, under an address inside'],
  ['10.0.1.200', '203.0.113.12', 'from outside, under an address inside'],
  ['fd00:1::3', '2001:db8::10', 'from outside, under an address inside'],
  ['203.0.113.10', '203.0.113.12', 'from outside, under an address of ours'],
  ['203.0.113.12', '203.0.113.12', 'from outside, under an address of ours'],
  ['2001:db8::10', '2001:db8::10', 'from outside, under an address of ours'],
  ['10.0.2.3', '203.0.113.12', undefined],
  ['203.0.113.14', '203.0.113.12', undefined],
]

t.test('nobody outside sends under addresses inside, or under ours that are here', async (t) => {
  const lab = await ready(t)
  // Of another router, and by another host: it turns round through the physical network.
  await lab.apply(
    doc('host', 'h3', { ...h3, physical: { phys: outside } }),
    doc('network', 'red', { vni: 12 }),
    doc('subnet', 'red4', { network: 'red', cidr: '10.0.2.0/24' }),
    doc('router', 'far', {
      subnets: ['red4'],
      external: { network: 'internet', addresses: ['203.0.113.14'], hosts: ['h3'] },
    }),
    doc('routerNumber', 'far', { zone: 6, mac: '02:00:00:00:fe:02' }),
  )
  for (const [src, dst, drop] of spoofed) {
    // Who spoofs is not told of a TTL that has run out, either.
    for (const ttl of drop === undefined ? [64] : [1, 64]) {
      const before = await dropsIn(lab)
      const { outputs } = lab.sw.receive(outside, echoFrame(fromOutside, { src, dst, ttl }))
      const after = await dropsIn(lab)
      const more = [...after].filter(([name, packets]) => packets > (before.get(name) ?? 0)).map(([name]) => name)
      t.same(more, drop === undefined ? [] : [drop], `${src} to ${dst}, TTL ${ttl}`)
      t.equal(outputs.length, drop === undefined ? 1 : 0)
    }
  }
})
