import {
  addressBytes,
  arpReplyFrame,
  arpRequestFrame,
  echoFrame,
  encodeEthernet,
  encodeUdp,
  Icmpv6Type,
  ipFrame,
  neighborFrame,
  tcpFrame,
  udpFrame,
} from '../../../controller/packet/index.ts'
import type { Random } from './random.ts'

/** Values that both flows and packets use, so that they meet. */
export const pool = {
  macs: ['00:00:00:00:00:01', '00:00:00:00:00:02', '02:00:00:00:00:03', 'ff:ff:ff:ff:ff:ff', '01:00:5e:00:00:01'],
  ipv4: ['10.0.0.1', '10.0.0.2', '10.0.1.3', '192.168.7.9'],
  ipv6: ['fd00::1', 'fd00::2', 'fd00:0:0:1::3', 'fe80::4'],
  ports: [53, 80, 1000, 1001, 65535],
  vlans: [1, 5, 100],
  ttls: [1, 2, 64, 255],
  tos: [0, 4, 0x29, 0xb8],
} as const

const link = (random: Random) => ({
  src: random.pick(pool.macs.slice(0, 3)),
  dst: random.pick(pool.macs),
  ...(random.once(3) ? { tags: [{ vid: random.pick(pool.vlans), pcp: random.below(8) }] } : {}),
})

const ipv4 = (random: Random) => ({
  src: random.pick(pool.ipv4),
  dst: random.pick(pool.ipv4),
  ttl: random.pick(pool.ttls),
  tos: random.pick(pool.tos),
})

const ipv6 = (random: Random) => ({ ...ipv4(random), src: random.pick(pool.ipv6), dst: random.pick(pool.ipv6) })

const network = (random: Random) => (random.once(2) ? ipv4(random) : ipv6(random))

const ports = (random: Random) => ({ src: random.pick(pool.ports), dst: random.pick(pool.ports) })

const fragment = (random: Random): Uint8Array => {
  const addresses = ipv4(random)
  const head = { ...addresses, moreFragments: random.once(2), fragmentOffset: random.once(2) ? 0 : 64 }
  return ipFrame(
    link(random),
    head,
    17,
    encodeUdp({ ...ports(random), payload: new Uint8Array(8) }, addressBytes(addresses)),
  )
}

const neighbor = (random: Random): Uint8Array => {
  const solicits = random.once(2)
  const address = random.pick(pool.macs.slice(0, 3))
  return neighborFrame(link(random), ipv6(random), {
    icmpType: solicits ? Icmpv6Type.NEIGHBOR_SOLICITATION : Icmpv6Type.NEIGHBOR_ADVERTISEMENT,
    target: random.pick(pool.ipv6),
    ...(random.once(4) ? {} : solicits ? { sll: address } : { tll: address }),
  })
}

const arp = (random: Random): Uint8Array => {
  const sender = { mac: random.pick(pool.macs.slice(0, 3)), ip: random.pick(pool.ipv4) }
  const target = { mac: random.pick(pool.macs.slice(0, 3)), ip: random.pick(pool.ipv4) }
  return random.once(2) ? arpRequestFrame(sender, target.ip) : arpReplyFrame(sender, target)
}

const makers: readonly ((random: Random) => Uint8Array)[] = [
  (random) => udpFrame(link(random), network(random), { ...ports(random), payload: new Uint8Array(random.below(9)) }),
  (random) => udpFrame(link(random), network(random), ports(random)),
  (random) =>
    tcpFrame(link(random), network(random), { ...ports(random), flags: random.pick([2, 0x12, 0x10, 0x11, 4]) }),
  (random) => tcpFrame(link(random), network(random), ports(random)),
  (random) => echoFrame(link(random), network(random), { reply: random.once(2) }),
  arp,
  neighbor,
  fragment,
  (random) => encodeEthernet({ ...link(random), etherType: 0x1234, payload: new Uint8Array(50) }),
  (random) => encodeEthernet({ ...link(random), etherType: 40, payload: new Uint8Array(50) }),
  (random) => ipFrame(link(random), network(random), 47, new Uint8Array(20)),
]

/** Any frame. */
export const randomFrame = (random: Random): Uint8Array => random.pick(makers)(random)
