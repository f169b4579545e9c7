import { isDeepStrictEqual as isSame } from 'node:util'
import { Collection } from '../facts.ts'
import { Placement } from '../placement.ts'
import { type HostFact, type NetworkFact, siteKey } from './facts.ts'
import { Links } from './links.ts'
import type { AttachmentFact } from './routing-facts.ts'

/** Where external networks are: on the hosts that have a port to the physical network that they are. */
export class Attachments {
  readonly facts = new Collection<AttachmentFact>('attachments')
  private readonly networks: Collection<NetworkFact>
  private readonly hosts: Collection<HostFact>
  /** External networks by physical network. */
  private readonly networksOf = new Placement<string>()
  /** Physical networks of hosts. */
  private readonly physicals = new Links()

  constructor(networks: Collection<NetworkFact>, hosts: Collection<HostFact>) {
    this.networks = networks
    this.hosts = hosts
    networks.follow((_, id, before) => this.replaceNetwork(id, before))
    hosts.follow((_, id, before) => this.replaceHost(id, before))
  }

  /** The hosts that have an external network, by their ids. */
  hostsOf(network: string): ReadonlySet<string> {
    return this.physicals.sourcesOf(this.networks.get(network)?.external ?? '')
  }

  private replaceNetwork(id: string, before: NetworkFact | undefined): void {
    const now = this.networks.get(id)
    const [physicalBefore, physical] = [before?.external, now?.external]
    this.networksOf.put(id, physical)
    const hosts = [physicalBefore, physical].flatMap((name) =>
      name === undefined ? [] : [...this.physicals.sourcesOf(name)],
    )
    for (const host of new Set(hosts)) this.update(id, host, this.hosts.get(host)?.dpid)
  }

  private replaceHost(id: string, before: HostFact | undefined): void {
    const now = this.hosts.get(id)
    this.physicals.put(id, Object.keys(now?.physical ?? {}))
    const names = new Set([...Object.keys(before?.physical ?? {}), ...this.physicals.targetsOf(id)])
    for (const name of names) {
      for (const network of this.networksOf.objectsAt(name)) {
        if (before && before.dpid !== now?.dpid) this.update(network, id, before.dpid)
        this.update(network, id, now?.dpid)
      }
    }
  }

  /** @param dpid of the host, now or before */
  private update(network: string, host: string, dpid: bigint | undefined): void {
    if (dpid === undefined) return
    const key = siteKey(network, dpid)
    const fact = this.fact(network, host)
    const known = this.facts.get(key)
    if (fact?.dpid === dpid) {
      if (!isSame(known, fact)) this.facts.set(key, fact)
    } else if (known?.host === host) this.facts.delete(key)
  }

  private fact(network: string, host: string): AttachmentFact | undefined {
    const [there, here] = [this.networks.get(network), this.hosts.get(host)]
    const ofport = there?.external === undefined ? undefined : here?.physical[there.external]
    if (!there || !here || ofport === undefined) return undefined
    return { network, vni: there.vni, host, dpid: here.dpid, ofport, vlan: there.vlan }
  }
}
