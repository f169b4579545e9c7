import {
  addressBytes,
  arpRequestFrame,
  echoFrame,
  encodeIcmpv6,
  IpProtocol,
  ipFrame,
  TcpFlags,
  tcpFrame,
  udpFrame,
} from '../../../../controller/packet/index.ts'
import { question } from '../../dhcp/client.ts'

/** A container that floods, and its gateway's Ethernet address. */
export interface Flooder {
  readonly container: string
  readonly mac: string
  readonly address: string
  readonly address6: string
  readonly gateway: string
}

export interface Storm {
  readonly title: string
  readonly from: 'web1' | 'db1'
  /** The app whose meter lets some through to the controller; none, where flows do all of it. */
  readonly app?: 'router' | 'nat' | 'firewall' | 'dhcp'
  readonly frames: (flooder: Flooder, neighbour: string) => readonly Uint8Array[]
}

/** So many different connections; the fast path knows none of them. */
const connections = 50_000

const toGateway = ({ mac, gateway }: Flooder) => ({ src: mac, dst: gateway })
const payload = new Uint8Array(64)
const ports = { src: 4000, dst: 5000 }

const udpTo =
  (dst: string, rest: { readonly ttl?: number } = {}) =>
  (flooder: Flooder) => {
    return [udpFrame(toGateway(flooder), { src: flooder.address, dst, ...rest }, { ...ports, payload })]
  }

const connecting = (link: { src: string; dst: string }, src: string, dst: string, port: number): Uint8Array[] =>
  Array.from({ length: connections }, (_, at) => {
    const tcp = {
      src: 10_000 + at,
      dst: port,
      flags: TcpFlags.SYN,
      seq: at,
      ack: 0,
      window: 1024,
      payload: new Uint8Array(),
    }
    return tcpFrame(link, { src, dst }, tcp)
  })

/** Pieces of one UDP packet, the first and a later one, of many packets. */
const fragments = (link: { src: string; dst: string }, src: string, dst: string): Uint8Array[] =>
  Array.from({ length: 1_000 }, (_, at) => {
    const header = { src, dst, identification: 1 + at }
    const first = udpFrame(link, { src, dst }, { ...ports, payload }).subarray(34)
    return [
      ipFrame(link, { ...header, moreFragments: true }, IpProtocol.UDP, first),
      ipFrame(link, { ...header, fragmentOffset: first.length }, IpProtocol.UDP, payload),
    ]
  }).flat()

/** RFC 4861 §4.1. */
const solicitation = ({ mac, address6 }: Flooder): Uint8Array => {
  const network = { src: address6, dst: 'ff02::2' }
  const message = { icmpType: 133, code: 0, rest: 0, payload: new Uint8Array() }
  const bytes = encodeIcmpv6(message, addressBytes(network))
  return ipFrame({ src: mac, dst: '33:33:00:00:00:02' }, { ...network, ttl: 255 }, IpProtocol.ICMPV6, bytes)
}

const nobody = { near: '10.0.1.99', routed: '10.0.2.99', outside: '203.0.113.99' } as const

/** What those who mean harm, or know no better, send as fast as they can. */
export const storms: readonly Storm[] = [
  {
    title: 'packets whose TTL ends at the gateway',
    from: 'web1',
    app: 'router',
    frames: udpTo('10.0.2.12', { ttl: 1 }),
  },
  { title: 'packets to a routed address that nobody has', from: 'web1', app: 'router', frames: udpTo(nobody.routed) },
  { title: 'packets to an address outside that nobody has', from: 'web1', app: 'nat', frames: udpTo(nobody.outside) },
  { title: 'router solicitations', from: 'web1', app: 'router', frames: (flooder) => [solicitation(flooder)] },
  {
    ...{ title: 'DHCP discovers', from: 'web1', app: 'dhcp' },
    frames: ({ mac }) => [question({ type: 1, mac: Number(`0x${mac.replaceAll(':', '')}`) })],
  },
  {
    ...{ title: 'new connections that the firewall rejects', from: 'db1', app: 'firewall' },
    frames: (flooder) => connecting(toGateway(flooder), flooder.address, '10.0.1.12', 80),
  },
  {
    ...{ title: 'questions by ARP for an address that nobody has', from: 'web1' },
    frames: ({ mac, address }) => [arpRequestFrame({ mac, ip: address }, nobody.near)],
  },
  {
    ...{ title: 'echoes to the gateway, and to another container', from: 'web1' },
    frames: (flooder, neighbour) => [
      echoFrame(toGateway(flooder), { src: flooder.address, dst: '10.0.1.1' }),
      echoFrame({ src: flooder.mac, dst: neighbour }, { src: flooder.address, dst: '10.0.1.12' }),
    ],
  },
  {
    ...{ title: 'fragments for another container, through the router, and to the outside', from: 'web1' },
    frames: (flooder, neighbour) => [
      ...fragments({ src: flooder.mac, dst: neighbour }, flooder.address, '10.0.1.12'),
      ...fragments(toGateway(flooder), flooder.address, '10.0.2.12'),
      ...fragments(toGateway(flooder), flooder.address, '198.51.100.1'),
    ],
  },
  {
    ...{ title: 'new connections in the network', from: 'web1' },
    frames: ({ mac, address }, neighbour) => connecting({ src: mac, dst: neighbour }, address, '10.0.1.12', 80),
  },
  {
    ...{ title: 'new connections through the router', from: 'web1' },
    frames: (flooder) => connecting(toGateway(flooder), flooder.address, '10.0.2.11', 5432),
  },
  {
    ...{ title: 'new connections to the outside', from: 'web1' },
    frames: (flooder) => connecting(toGateway(flooder), flooder.address, '198.51.100.1', 80),
  },
]
