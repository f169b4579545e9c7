import type { Encapsulation } from '../../state/index.ts'
import type { Collection } from '../facts.ts'
import { mtuAcross } from './encapsulation.ts'
import type { HostFact, NetworkFact } from './facts.ts'

/** What of a host has a say in what fits between hosts. */
const sizeOf = (host: HostFact | undefined): string =>
  host ? `${host.underlayMtu} ${host.address.includes(':')} ${host.types.join()}` : ''

/** How long packets of networks may be, worked out once for each encapsulation. */
export class Mtus {
  private readonly hosts: Collection<HostFact>
  private readonly known = new Map<Encapsulation | undefined, number>()

  /** @param changed told where networks that say nothing themselves may have other values now */
  constructor(hosts: Collection<HostFact>, changed: () => void) {
    this.hosts = hosts
    hosts.follow((_, id, before) => {
      if (this.known.size === 0 || sizeOf(before) === sizeOf(hosts.get(id))) return
      this.known.clear()
      changed()
    })
  }

  /** Bytes of the longest IP packet of a network: as its user said, else what fits between any two hosts. */
  of({ mtu, encapsulation }: NetworkFact): number {
    if (mtu !== undefined) return mtu
    const known = this.known.get(encapsulation)
    if (known !== undefined) return known
    const hosts = [...this.hosts.entries()].map(([, host]) => host)
    const fits = mtuAcross({ encapsulation }, hosts)
    this.known.set(encapsulation, fits)
    return fits
  }
}
