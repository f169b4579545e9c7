import { packet } from '../../controller/index.ts'

const { DhcpOption, DhcpType, dhcpAddress, dhcpAddresses, dhcpByte, dhcpU16, dhcpU32 } = packet

/** What a client is told of its link. */
export interface Link4 {
  readonly address: string
  /** Bits. */
  readonly prefix: number
  readonly gateway: string | undefined
  readonly dns: readonly string[]
  /** Bytes of an IP packet. */
  readonly mtu: number | undefined
  readonly routes: readonly packet.DhcpRoute[]
}

export interface Terms {
  /** What the server is known by. */
  readonly server: string
  /** Seconds for which an address is given. */
  readonly lease: number
}

type Option = readonly [code: number, value: Uint8Array]

const maskOf = (prefix: number): number => (prefix === 0 ? 0 : (0xffff_ffff << (32 - prefix)) >>> 0)

/** Bytes of options that every client takes: of a packet of 576 (RFC 2131 §2), those before them and the end left out. */
const usualRoom = 307
/** Bytes that one DNS option holds: 63 addresses. */
const mostDns = 63

/** The options that fit, the first before the others. */
const fitting = (options: readonly Option[], room = usualRoom): Option[] => {
  let left = room
  return options.filter(([, value]) => {
    const length = value.length + 2 * Math.max(1, Math.ceil(value.length / 255))
    if (length > left) return false
    left -= length
    return true
  })
}

/** Of the link, the same whatever the message. */
const linkOptions = ({ prefix, gateway, dns, mtu, routes }: Link4): Option[] => [
  [DhcpOption.SUBNET_MASK, dhcpU32(maskOf(prefix))],
  ...(gateway === undefined ? [] : [[DhcpOption.ROUTER, dhcpAddresses(gateway)] as const]),
  ...(mtu === undefined ? [] : [[DhcpOption.MTU, dhcpU16(mtu)] as const]),
  ...(dns.length === 0 ? [] : [[DhcpOption.DNS, dhcpAddresses(...dns.slice(0, mostDns))] as const]),
  ...(routes.length === 0
    ? []
    : [[DhcpOption.CLASSLESS_ROUTES, packet.dhcpRoutes(routesOf(gateway, routes))] as const]),
]

/** Clients that take these take no gateway beside them: it is the first (RFC 3442). */
const routesOf = (gateway: string | undefined, routes: readonly packet.DhcpRoute[]): readonly packet.DhcpRoute[] =>
  gateway === undefined ? routes : [{ destination: 0, prefix: 0, router: gateway }, ...routes]

/** RFC 2131 §4.4.5: the client asks this server at half of the time, and any at seven eighths. */
const times = (lease: number): Option[] => [
  [DhcpOption.LEASE_TIME, dhcpU32(lease)],
  [DhcpOption.RENEWAL_TIME, dhcpU32(Math.floor(lease / 2))],
  [DhcpOption.REBINDING_TIME, dhcpU32(Math.floor((lease * 7) / 8))],
]

const head = (type: number, { options }: packet.Dhcp, { server }: Terms): Option[] => {
  const client = options.get(DhcpOption.CLIENT_ID)
  return [
    [DhcpOption.MESSAGE_TYPE, Uint8Array.of(type)],
    [DhcpOption.SERVER_ID, dhcpAddresses(server)],
    // RFC 6842 §3
    ...(client ? [[DhcpOption.CLIENT_ID, client] as const] : []),
  ]
}

type Reply = packet.DhcpInput & { readonly type: number }

const reply = (type: number, asked: packet.Dhcp, options: readonly Option[]): Reply => {
  const { xid, broadcast, chaddr, giaddr } = asked
  return { type, op: packet.DhcpOp.REPLY, xid, broadcast, chaddr, giaddr, options: fitting(options) }
}

/** OFFER, or ACK of an address. */
const given = (type: number, asked: packet.Dhcp, link: Link4, terms: Terms): Reply => ({
  ...reply(type, asked, [...head(type, asked, terms), ...times(terms.lease), ...linkOptions(link)]),
  ciaddr: type === DhcpType.ACK ? asked.ciaddr : 0,
  yiaddr: link.address,
})

const refused = (asked: packet.Dhcp, { address }: Link4, terms: Terms): Reply => {
  const text = new TextEncoder().encode(`the address of this port is ${address}`)
  const options: Option[] = [...head(DhcpType.NAK, asked, terms), [DhcpOption.MESSAGE, text]]
  // All hear it: the client may have an address that does not lead to it (RFC 2131 §4.3.2).
  return { ...reply(DhcpType.NAK, asked, options), broadcast: true }
}

/** RFC 2131 §4.3.2: in whatever state it asks, the client names the address that it means to use. */
const answerRequest = (asked: packet.Dhcp, link: Link4, terms: Terms): Reply | undefined => {
  const server = dhcpAddress(asked.options, DhcpOption.SERVER_ID)
  // It has taken the offer of another.
  if (server !== undefined && server !== packet.ipv4Of(terms.server)) return undefined
  const wanted = dhcpAddress(asked.options, DhcpOption.REQUESTED_ADDRESS) ?? asked.ciaddr
  return wanted === packet.ipv4Of(link.address) ? given(DhcpType.ACK, asked, link, terms) : refused(asked, link, terms)
}

/** RFC 2131 §4.3.5: who has its address asks for the rest. */
const answerInform = (asked: packet.Dhcp, link: Link4, terms: Terms): Reply => ({
  ...reply(DhcpType.ACK, asked, [...head(DhcpType.ACK, asked, terms), ...linkOptions(link)]),
  ciaddr: asked.ciaddr,
})

/** What a client is answered; undefined where it expects no answer, or is another server's. */
export const answer4 = (asked: packet.Dhcp, link: Link4, terms: Terms): Reply | undefined => {
  const type = dhcpByte(asked.options, DhcpOption.MESSAGE_TYPE)
  if (type === DhcpType.DISCOVER) return given(DhcpType.OFFER, asked, link, terms)
  if (type === DhcpType.REQUEST) return answerRequest(asked, link, terms)
  if (type === DhcpType.INFORM) return answerInform(asked, link, terms)
  // RELEASE and DECLINE: the address is the port's for as long as there is the port.
  return undefined
}

/** 255.255.255.255 */
export const everybody = 0xffff_ffff

/** Where an answer goes (RFC 2131 §4.1): to the address that the client has, else to the one that it gets where it can hear it, else to all. */
export const destinationOf = ({ broadcast, ciaddr = 0, yiaddr = 0 }: packet.DhcpInput): number => {
  if (broadcast) return everybody
  return packet.ipv4Of(ciaddr) || packet.ipv4Of(yiaddr) || everybody
}
