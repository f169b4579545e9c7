// What routers say unasked, and to those who look for routers.
import {
  fromTunnel,
  type InterfaceFact,
  integrationTable,
  openflow,
  output,
  packet,
  resubmit,
  setField,
} from '../../../controller/index.ts'

const { NO_BUFFER, Port } = openflow
const { allNodes, isIpv6 } = packet

/** What hosts write into their packets. */
const hopLimit = 64
/** Seconds: RFC 4861 §6.2.1 has three times the interval between advertisements. */
export const routerLifetime = 1800

type Dns = (subnet: string) => readonly string[]

/**
 * The router advertisement of the interfaces of one router in one network. Their addresses are given by
 * the controller, so that hosts are told to ask (DHCPv6), and to make none themselves.
 */
export const advertisement = (interfaces: readonly InterfaceFact[], dnsOf: Dns): Uint8Array | undefined => {
  const [first] = interfaces
  if (!first) return undefined
  const { mac, mtu } = first
  const prefixes = interfaces.map(({ cidr }) => {
    const [prefix = '::', length] = cidr.split('/')
    return { prefix, length: Number(length), onLink: true, autonomous: false }
  })
  const dns = [...new Set(interfaces.flatMap(({ subnet }) => dnsOf(subnet)))].filter(isIpv6)
  return packet.routerAdvertisementFrame(
    { src: mac, dst: allNodes.mac },
    { src: packet.linkLocalOf(mac), dst: allNodes.address },
    { hopLimit, managed: true, other: true, lifetime: routerLifetime, mac, mtu, prefixes, dns },
  )
}

/** Says to all who has the address of a gateway. */
export const announcement = ({ mac, address }: InterfaceFact): Uint8Array =>
  packet.announcementFrame({ mac, address }, { isRouter: true })

const packetOut = (actions: readonly openflow.Action[], data: Uint8Array) =>
  ({ type: 'packetOut', bufferId: NO_BUFFER, inPort: Port.CONTROLLER, actions, data }) as const

/** To all ports of a network on a host, as if it came from another host. */
export const toAll = (vni: number, data: Uint8Array) =>
  packetOut([setField('reg0', fromTunnel(vni)), resubmit(integrationTable('switch'))], data)

/** Out of one port. */
export const toPort = (port: number, data: Uint8Array) => packetOut([output(port)], data)

/** To where its addresses lead; it is addressed to a router. */
export const toRouter = (data: Uint8Array) => packetOut([resubmit(integrationTable('route'))], data)
