import t from 'tap'
import {
  type Arp,
  type Ethernet,
  type Icmp,
  type Icmpv6,
  type Ipv4,
  type Ipv6,
  ipv4Of,
  ipv6Of,
  macOf,
  parseArp,
  parseEthernet,
  parseIcmp,
  parseIcmpv6,
  parseIpv4,
  parseIpv6,
  parsePacket,
  parseTcp,
  parseUdp,
  type Tcp,
  type Udp,
} from '../../controller/packet/index.ts'
import { bytesOf, type PacketLine, vectorLines } from './vectors.ts'

type Members = Readonly<Record<string, unknown>>

const text = (value: unknown): string => String(value)

/** What os-ken says of a layer, in our terms. */
const expected: Readonly<Record<string, (said: Members) => Members>> = {
  ethernet: (said) => ({ dst: macOf(text(said.dst)), src: macOf(text(said.src)) }),
  arp: (said) => ({
    op: said.opcode,
    sha: macOf(text(said.src_mac)),
    spa: ipv4Of(text(said.src_ip)),
    tha: macOf(text(said.dst_mac)),
    tpa: ipv4Of(text(said.dst_ip)),
  }),
  ipv4: (said) => ({
    src: ipv4Of(text(said.src)),
    dst: ipv4Of(text(said.dst)),
    protocol: said.proto,
    ttl: said.ttl,
    tos: said.tos,
    identification: said.identification,
    totalLength: said.total_length,
    checksum: said.csum,
  }),
  ipv6: (said) => ({
    src: ipv6Of(text(said.src)),
    dst: ipv6Of(text(said.dst)),
    hopLimit: said.hop_limit,
    trafficClass: said.traffic_class,
    flowLabel: said.flow_label,
    payloadLength: said.payload_length,
  }),
  icmp: (said) => ({ icmpType: said.type, code: said.code, checksum: said.csum }),
  icmpv6: (said) => ({ icmpType: said.type, code: said.code, checksum: said.csum }),
  tcp: (said) => ({
    src: said.src_port,
    dst: said.dst_port,
    sequence: said.seq,
    acknowledgement: said.ack,
    window: said.window_size,
    checksum: said.csum,
    urgent: said.urgent,
  }),
  udp: (said) => ({ src: said.src_port, dst: said.dst_port, length: said.total_length, checksum: said.csum }),
}

type Layer = Arp | Ethernet | Icmp | Icmpv6 | Ipv4 | Ipv6 | Tcp | Udp

const parsers: Readonly<Record<string, (bytes: Uint8Array) => Layer | undefined>> = {
  ethernet: parseEthernet,
  arp: parseArp,
  ipv4: parseIpv4,
  ipv6: parseIpv6,
  icmp: parseIcmp,
  icmpv6: parseIcmpv6,
  tcp: parseTcp,
  udp: parseUdp,
}

const osken = vectorLines<PacketLine>('osken-packets.jsonl')

t.test('every header that os-ken reads is read the same', async (t) => {
  const lines = osken.filter((line) => line.class in parsers)
  for (const line of lines) {
    const layer = parsers[line.class]?.(bytesOf(line.hex))
    t.match(layer, expected[line.class]?.(line.decoded[line.class] ?? {}) ?? {}, line.name)
  }
  t.equal(lines.length > 0, osken.length > 0, `${lines.length} headers`)
})

t.test('every layer of whole frames that os-ken reads is read the same', async (t) => {
  const lines = osken.filter((line) => line.class === 'Packet')
  for (const line of lines) {
    const packet = parsePacket(bytesOf(line.hex)) as Readonly<Record<string, Members | undefined>>
    const seen = new Set<string>()
    for (const layer of line.decoded as unknown as readonly PacketLine['decoded'][]) {
      const [name = '', said = {}] = Object.entries(layer)[0] ?? []
      // A layer that comes again is inside a tunnel.
      if (seen.has(name)) break
      seen.add(name)
      const want = expected[name]
      if (want) t.match(packet[name === 'ethernet' ? 'eth' : name], want(said), `${line.name}: ${name}`)
      // os-ken takes what follows the header of a later fragment for one.
      if (name === 'ipv4' && Number(said.offset) > 0) break
    }
  }
})

t.test('tags of a doubly tagged frame come outermost first', async (t) => {
  const frame = bytesOf('000000000002000000000001' + '88a86064' + '81000005' + '0800' + '45')
  t.match(parsePacket(frame).eth, {
    etherType: 0x0800,
    tags: [
      { tpid: 0x88a8, pcp: 3, dei: false, vid: 100 },
      { tpid: 0x8100, pcp: 0, vid: 5 },
    ],
  })
})

t.test('the upper layer is found behind IPv6 extension headers', async (t) => {
  const fixed = `60000000${'0018'}0040${'20'.repeat(32)}`
  const hopByHop = `2c00${'00'.repeat(6)}`
  const fragment = '1100000000000001'
  const packet = parseIpv6(bytesOf(`${fixed}${hopByHop}${fragment}0001000200080000`))
  t.match(packet?.upper, { protocol: 17, at: 56, fragment: { offset: 0, more: false, identification: 1 } })
  t.match(parseUdp(packet?.payload ?? new Uint8Array()), { src: 1, dst: 2 })
})

t.test('a later fragment has no ports', async (t) => {
  const header = '4500001c000020b94011000001020304050607080001000200080000'
  t.equal(parsePacket(bytesOf(`0000000000020000000000010800${header}`)).udp, undefined)
})

t.test('no frame makes the parser throw: hostile ones, cut ones, random ones', async (t) => {
  const hostile = vectorLines<{ name: string; hex: string }>('hostile.jsonl').filter(({ name }) =>
    name.startsWith('hostile/inner-packet/'),
  )
  const frames = [...hostile, ...osken].map(({ hex }) => bytesOf(hex))
  let seed = 7
  const random = (): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
    return seed >>> 8
  }
  for (let count = 0; count < 2000; count++) {
    const frame = Uint8Array.from({ length: random() % 120 }, () => random())
    frame.set(
      [
        [0x08, 0x00],
        [0x86, 0xdd],
        [0x08, 0x06],
        [0x81, 0x00],
      ][random() % 4]?.slice(0, Math.max(frame.length - 12, 0)) ?? [],
      Math.min(12, frame.length),
    )
    frames.push(frame)
  }
  for (const frame of frames) {
    for (let end = 0; end <= Math.min(frame.length, 150); end++) {
      parsePacket(frame.subarray(0, end))
      parsePacket(frame.subarray(end))
    }
  }
  t.equal(frames.length >= 2000, true, `${frames.length} frames, each cut at every byte`)
})
