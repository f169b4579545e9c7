import { contains, formatAddress, type InterfaceFact, parseCidr, type RouterFact } from '../../../controller/index.ts'
import type { Family } from './packets.ts'

interface Address {
  readonly family: Family
  readonly number: bigint
}

interface Known {
  readonly one: InterfaceFact
  readonly cidr: NonNullable<ReturnType<typeof parseCidr>>
}

/** Routers as packets show them: by Ethernet address and network. */
export class KnownRouters {
  private readonly interfaces = new Map<number, Known[]>()
  private readonly routers = new Map<number, RouterFact>()
  private readonly advertised = new Map<string, InterfaceFact[]>()
  private readonly networks = new Map<number, string>()

  constructor(interfaces: Iterable<InterfaceFact>, routers: Iterable<RouterFact>) {
    for (const one of interfaces) {
      const cidr = parseCidr(one.cidr)
      if (!cidr) continue
      this.interfaces.set(one.mac, [...(this.interfaces.get(one.mac) ?? []), { one, cidr }])
      this.networks.set(one.vni, one.network)
      if (one.family === 6) this.advertised.set(one.network, [...this.advertisedIn(one.network), one])
    }
    for (const router of routers) this.routers.set(router.mac, router)
  }

  /** Interfaces of IPv6 in a network, of all its routers. */
  advertisedIn(network: string): readonly InterfaceFact[] {
    return this.advertised.get(network) ?? []
  }

  /** The network with a VNI, where a router has a part in it. */
  networkOf(vni: number): string | undefined {
    return this.networks.get(vni)
  }

  /** Whether an address is one of a router's own in its networks. */
  has(mac: number, address: Address): boolean {
    const text = formatAddress(address)
    return this.interfaces.get(mac)?.some(({ one }) => one.address === text) ?? false
  }

  /** The interface by which a router sends into a network. */
  into(mac: number, vni: number, family: Family): InterfaceFact | undefined {
    return this.interfaces.get(mac)?.find(({ one }) => one.vni === vni && one.family === family)?.one
  }

  /**
   * The address under which a router answers a sender: that in the sender's subnet, else in the network that
   * the packet came from, else any.
   */
  addressFor(mac: number, vni: number, sender: Address): string | undefined {
    const { family } = sender
    const own = (this.interfaces.get(mac) ?? []).filter(({ one }) => one.family === family)
    const near = own.find(({ cidr }) => contains(cidr, sender)) ?? own.find(({ one }) => one.vni === vni)
    if (near) return near.one.address
    const external = this.routers.get(mac)?.external
    const outside = external?.addresses.find((address) => address.includes(':') === (family === 6))
    return (external?.vni === vni ? outside : undefined) ?? own[0]?.one.address ?? outside
  }
}
