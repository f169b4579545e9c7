import { macOf } from '../../../controller/packet/index.ts'
import { type Description, type LabHost, subnetOf } from '../description.ts'
import { cardsOutside } from '../external.ts'
import { neighboursOf, prefixLength, routerMac } from '../underlay.ts'
import { Endpoint, type Place } from './endpoint.ts'
import { faultsOf } from './faults.ts'
import { SimHost } from './host.ts'
import { type Ip, parseIp, parsePrefix } from './ip.ts'
import { Router } from './router.ts'
import { Station } from './station.ts'
import type { Wiring } from './wiring.ts'

const placeOf = (description: Description, host: LabHost): Place => {
  const neighbours = neighboursOf(description, host).map(([address, mac]): [Ip, number] => [
    parseIp(address),
    macOf(mac),
  ])
  const macs = new Map(neighbours)
  const router = macs.get(parseIp(subnetOf(description, host).router)) ?? 0
  return { ip: parseIp(host.address), mac: macOf(host.mac), nextHop: (ip) => macs.get(ip) ?? router }
}

/** The Ethernets of the underlay and outside, and the router between those of the underlay. */
export const layGround = (wiring: Wiring, { underlay, externals, hosts }: Description): void => {
  for (const { name } of [...underlay, ...externals]) wiring.addSegment(name)
  const cards = underlay.map((subnet, index) => ({
    prefix: parsePrefix(`${subnet.router}/${prefixLength(subnet)}`),
    mac: macOf(routerMac(index)),
    end: wiring.join(subnet.name, { name: subnet.name, mtu: subnet.mtu }),
  }))
  new Router(cards, new Map(hosts.map(({ address, mac }) => [parseIp(address), macOf(mac)])))
}

/** A host with its cards in the underlay and outside. */
export const buildHost = (wiring: Wiring, description: Description, host: LabHost, folder: string): SimHost => {
  const { name, subnet } = host
  const faults = faultsOf(host)
  const built = new SimHost(name, folder)
  const end = wiring.join(subnet, { name, mtu: subnetOf(description, host).mtu, ...faults })
  const endpoint = new Endpoint(placeOf(description, host), end, (inside) => built.arrive(inside))
  built.tunnel = (type, { frame, tunnel }) => {
    if (tunnel) endpoint.send(type, frame, tunnel)
  }
  for (const { external, name: card, peer } of cardsOutside(description, name)) {
    built.devices.set(card, wiring.join(external.name, { name: peer, mtu: external.mtu }))
  }
  return built
}

/** Locally administered, and of no host's. */
const firstMacOutside = macOf('02:68:6c:02:00:01')

/** The machines outside, by name. */
export const buildOutside = (wiring: Wiring, { outside, externals }: Description): Map<string, Station> =>
  new Map(
    outside.map(({ name, external, addresses, behind }, index) => {
      const mtu = externals.find((one) => one.name === external)?.mtu ?? 0
      const end = wiring.join(external, { name, mtu })
      const card = { end, mac: firstMacOutside + index, addresses: addresses.map(parsePrefix), gateways: [] }
      return [name, new Station([card], behind.map(parseIp))]
    }),
  )
