import { Collection } from '../facts.ts'
import { type PortFact, type SiteFact, siteKey } from './facts.ts'

/** Counts the ports of each network on each host: a network is where its ports are. */
export class Sites {
  readonly facts = new Collection<SiteFact>('sites')
  private readonly counts = new Map<string, number>()

  /** A port came, changed or went. */
  replace(before: PortFact | undefined, now: PortFact | undefined): void {
    // The new place first: a network that stays where it is must not go meanwhile.
    if (now) this.enter(now)
    if (before) this.leave(before)
  }

  private enter({ network, vni, host, dpid }: PortFact): void {
    if (host === undefined || dpid === undefined) return
    const key = siteKey(network, dpid)
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1)
    const known = this.facts.get(key)
    if (known?.vni !== vni || known.host !== host) this.facts.set(key, { network, vni, host, dpid })
  }

  private leave({ network, host, dpid }: PortFact): void {
    if (host === undefined || dpid === undefined) return
    const key = siteKey(network, dpid)
    const left = (this.counts.get(key) ?? 1) - 1
    if (left > 0) this.counts.set(key, left)
    else {
      this.counts.delete(key)
      this.facts.delete(key)
    }
  }
}
