// Packets as text: `tcp a:4000 > b:80 syn`.
import {
  addressBytes,
  arpRequestFrame,
  echoFrame,
  encodeEthernet,
  encodeIcmp,
  encodeIcmpv6,
  encodeUdp,
  IcmpType,
  Icmpv6Type,
  ipFrame,
  neighborFrame,
  TcpFlags,
  tcpFrame,
  udpFrame,
} from '../../../../controller/packet/index.ts'

/** Who can send and receive. */
export interface Station {
  /** OpenFlow number of the port. */
  readonly port: number
  readonly mac: string
  readonly v4: string
  readonly v6: string
}

const mac = (port: number): string => `02:00:00:00:00:0${port}`
const gateway = { port: 4, mac: mac(4) }

export const stations = {
  a: { port: 1, mac: mac(1), v4: '10.0.0.1', v6: 'fd00::1' },
  b: { port: 2, mac: mac(2), v4: '10.0.0.2', v6: 'fd00::2' },
  c: { port: 3, mac: mac(3), v4: '10.0.0.3', v6: 'fd00::3' },
  gw: { ...gateway, v4: '10.0.0.254', v6: 'fd00::fe' },
  x: { ...gateway, v4: '198.51.100.7', v6: '2001:db8:1::7' },
  y: { ...gateway, v4: '203.0.113.9', v6: '2001:db8:2::9' },
} as const satisfies Readonly<Record<string, Station>>

/** All in the network; what becomes of it is asked of a. */
const everybody: Station = { port: 1, mac: 'ff:ff:ff:ff:ff:ff', v4: '10.0.0.255', v6: 'ff02::1' }

const stationOf = (name: string): Station => {
  const found = name === 'all' ? everybody : (stations as Readonly<Record<string, Station>>)[name]
  if (!found) throw new RangeError(`there is no station ${name}`)
  return found
}

/** A packet that was read from its text. */
export interface Sent {
  readonly frame: Uint8Array
  /** OpenFlow numbers of the ports that it comes in by and should leave by. */
  readonly from: number
  readonly to: number
}

const form = /^(\w+?)(6?) (\w+)(?::(\d+))? > (\w+)(?::(\d+))?((?: .*)?)$/

interface Read {
  readonly kind: string
  readonly src: Station
  readonly dst: Station
  readonly link: { readonly src: never; readonly dst: never }
  readonly net: { readonly src: never; readonly dst: never }
  readonly isIpv6: boolean
  readonly ports: { readonly src: number; readonly dst: number }
  readonly rest: readonly string[]
  /** What stands behind `about`. */
  readonly about: string
}

const read = (text: string): Read => {
  const [, kind = '', six = '', from = '', src = '0', to = '', dst = '0', tail = ''] = form.exec(text) ?? []
  if (kind === '') throw new RangeError(`${text} is no packet`)
  const [one, other] = [stationOf(from), stationOf(to)]
  const isIpv6 = six === '6'
  const [rest = '', about = ''] = tail.split(' about ')
  return {
    ...{ kind, src: one, dst: other, isIpv6, about },
    ports: { src: Number(src), dst: Number(dst) },
    link: { src: one.mac as never, dst: other.mac as never },
    net: { src: (isIpv6 ? one.v6 : one.v4) as never, dst: (isIpv6 ? other.v6 : other.v4) as never },
    rest: rest.trim().split(/\s+/).filter(Boolean),
  }
}

const { SYN, ACK, FIN, RST } = TcpFlags
const tcpFlags: Readonly<Record<string, number>> = { syn: SYN, ack: ACK, synack: SYN | ACK, fin: FIN | ACK, rst: RST }

/** Numbers behind names: `id 7`. */
const number = ({ rest }: Read, name: string, usual: number): number => {
  const at = rest.indexOf(name)
  return at < 0 ? usual : Number(rest[at + 1])
}

/** Sequence numbers follow from the flags: connections start at 1000, and 5000 the other way. */
const tcp = (one: Read): Uint8Array => {
  const flags = tcpFlags[one.rest[0] ?? 'syn'] ?? SYN
  const isAnswer = one.rest.includes('answer') || flags === (SYN | ACK)
  const [own, other] = isAnswer ? [5000, 1000] : [1000, 5000]
  const opened = (flags & SYN) === 0 ? 1 : 0
  const acknowledgement = (flags & ACK) === 0 ? 0 : other + 1
  return tcpFrame(one.link, one.net, { ...one.ports, flags, sequence: own + opened, acknowledgement })
}

/** Bytes of a fragment, but for the last: Open vSwitch takes none of less than 1,280 in IPv6. */
const piece = 1280

/** A fragment of a datagram of UDP with three. */
const fragment = ({ link, net, ports, rest, isIpv6 }: Read): Uint8Array => {
  const whole = encodeUdp({ ...ports, payload: new Uint8Array(2 * piece).fill(7) }, addressBytes(net))
  const at = { first: 0, middle: piece, last: 2 * piece }[rest[1] ?? 'first'] ?? 0
  const more = rest[1] !== 'last'
  const identification = Number(rest[2] ?? 1)
  const part = whole.slice(at, at + piece)
  if (!isIpv6) return ipFrame(link, { ...net, identification, moreFragments: more, fragmentOffset: at }, 17, part)
  // RFC 8200 §4.5
  const bytes = new Uint8Array(8 + part.length)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, 17)
  view.setUint16(2, at + Number(more))
  view.setUint32(4, identification)
  bytes.set(part, 8)
  return ipFrame(link, net, 44, bytes)
}

const error = (one: Read): Uint8Array => {
  const quote = frameOf(one.about).frame.subarray(14)
  const tooBig = one.kind === 'toobig'
  if (one.isIpv6) {
    const icmpType = tooBig ? Icmpv6Type.TOO_BIG : Icmpv6Type.UNREACHABLE
    const message = encodeIcmpv6({ icmpType, rest: tooBig ? 1280 : 0, payload: quote }, addressBytes(one.net))
    return ipFrame(one.link, one.net, 58, message)
  }
  const code = tooBig ? 4 : one.kind === 'exceeded' ? 0 : 1
  const icmpType = one.kind === 'exceeded' ? IcmpType.TIME_EXCEEDED : IcmpType.UNREACHABLE
  return ipFrame(one.link, one.net, 1, encodeIcmp({ icmpType, code, payload: quote.slice(0, 28) }))
}

const icmp = (one: Read): Uint8Array => {
  const [type = 8, code = 0] = one.rest.map(Number)
  if (one.isIpv6) {
    const message = encodeIcmpv6({ icmpType: type, code, payload: new Uint8Array(8) }, addressBytes(one.net))
    return ipFrame(one.link, one.net, 58, message)
  }
  return ipFrame(
    one.link,
    one.net,
    1,
    encodeIcmp({ icmpType: type, code, rest: 0x7_0001, payload: new Uint8Array(12) }),
  )
}

/** SCTP (RFC 9260 §3.1): ports, tag, CRC32c; an INIT chunk. */
const sctp = ({ link, net, ports }: Read): Uint8Array => {
  const bytes = new Uint8Array(32)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, ports.src)
  view.setUint16(2, ports.dst)
  bytes[12] = 1
  view.setUint16(14, 20)
  return ipFrame(link, net, 132, bytes)
}

const solicit = ({ link, net, dst, src }: Read): Uint8Array =>
  neighborFrame(link, net, {
    icmpType: Icmpv6Type.NEIGHBOR_SOLICITATION,
    target: dst.v6 as never,
    sll: src.mac as never,
  })

const makers: Readonly<Record<string, (one: Read) => Uint8Array>> = {
  tcp,
  sctp,
  icmp,
  solicit,
  udp: (one) =>
    one.rest[0] === 'fragment'
      ? fragment(one)
      : udpFrame(one.link, one.net, { ...one.ports, payload: new Uint8Array(9) }),
  ping: (one) => echoFrame(one.link, one.net, { identifier: number(one, 'id', 1) }),
  pong: (one) => echoFrame(one.link, one.net, { identifier: number(one, 'id', 1), reply: true }),
  unreachable: error,
  exceeded: error,
  toobig: error,
  gre: ({ link, net }) => ipFrame(link, net, 47, new Uint8Array(20)),
  esp: ({ link, net }) => ipFrame(link, net, 50, new Uint8Array(20)),
  arp: ({ src, dst }) => arpRequestFrame({ mac: src.mac as never, ip: src.v4 as never }, dst.v4 as never),
  other: ({ link }) => encodeEthernet({ ...link, etherType: 0x88b5, payload: new Uint8Array(50) }),
}

/**
 * A packet from its text: what it is, `6` behind it for IPv6, who sends it and from which port, to whom
 * and to which port; then flags of TCP (and `answer` from the side that did not begin), `id 7` of an
 * echo, type and code of ICMP, `fragment first 1` with the datagram's number, and for errors what they
 * are about.
 */
export const frameOf = (text: string): Sent => {
  const one = read(text)
  const make = makers[one.kind]
  if (!make) throw new RangeError(`${text}: ${one.kind} is no packet that is known`)
  return { frame: make(one), from: one.src.port, to: one.dst.port }
}
