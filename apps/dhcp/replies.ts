import { type PortFact, packet } from '../../controller/index.ts'
import { answer4, destinationOf, everybody } from './answer4.ts'
import { answer6 } from './answer6.ts'
import { type Known, mtuOf, placedOf, routesOf } from './link.ts'

const { DhcpPort, Dhcpv6Port } = packet

/** Who answers: an Ethernet address of its own, locally administered, and what follows from it. */
const station = 0x02_68_65_64_68_63
const linkLocal = packet.linkLocalOf(station)
const duid = packet.duidOf(station)
/** What the server is known by in subnets that have no gateway (RFC 3927). */
const nobody = '169.254.0.1'

/** Who asks, and what is known. */
export interface Asking {
  readonly port: PortFact
  readonly known: Known
  /** Seconds for which addresses are given. */
  readonly lease: number
}

const reply4 = (asked: packet.Dhcp, { port, known, lease }: Asking): Uint8Array | undefined => {
  // What comes through a relay is not the port's own.
  if (asked.op !== packet.DhcpOp.REQUEST || asked.chaddr !== port.mac || asked.giaddr !== 0) return undefined
  const [first] = placedOf(known, port, 4)
  if (!first) return undefined
  const { address, prefix, subnet } = first
  const { gateway, dns } = subnet
  const server = gateway ?? nobody
  const link = {
    address,
    prefix,
    gateway,
    dns: dns.filter(isIpv4),
    mtu: mtuOf(known, port),
    routes: routesOf(known, first),
  }
  const answer = answer4(asked, link, { server, lease })
  if (!answer) return undefined
  const dst = destinationOf(answer)
  return packet.udpFrame(
    { src: station, dst: dst === everybody ? packet.broadcast : port.mac },
    { src: server, dst },
    { src: DhcpPort.SERVER, dst: DhcpPort.CLIENT, payload: packet.encodeDhcp(answer) },
  )
}

const isIpv4 = (address: string): boolean => !address.includes(':')

const reply6 = (asked: packet.Dhcpv6, client: bigint, { port, known, lease }: Asking): Uint8Array | undefined => {
  const placed = placedOf(known, port, 6)
  if (placed.length === 0) return undefined
  const dns = placed.flatMap(({ subnet }) => subnet.dns.filter((address) => !isIpv4(address)))
  const link = { addresses: placed.map(({ address }) => address), dns: [...new Set(dns)] }
  const answer = answer6(asked, link, { server: duid, lease })
  if (!answer) return undefined
  return packet.udpFrame(
    { src: station, dst: port.mac },
    { src: linkLocal, dst: client },
    { src: Dhcpv6Port.SERVER, dst: Dhcpv6Port.CLIENT, payload: packet.encodeDhcpv6(answer) },
  )
}

/** The frame that answers what a port has sent; undefined where it is owed none. */
export const replyTo = (frame: Uint8Array, asking: Asking): Uint8Array | undefined => {
  const { eth, ipv4, ipv6, udp } = packet.parsePacket(frame)
  if (!udp || eth?.src !== asking.port.mac) return undefined
  if (ipv4 && udp.dst === DhcpPort.SERVER) {
    const asked = packet.parseDhcp(udp.payload)
    return asked && reply4(asked, asking)
  }
  const asked = ipv6 && udp.dst === Dhcpv6Port.SERVER ? packet.parseDhcpv6(udp.payload) : undefined
  return asked && ipv6 && reply6(asked, ipv6.src, asking)
}
