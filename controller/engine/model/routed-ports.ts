import { isDeepStrictEqual as isSame } from 'node:util'
import { Collection } from '../facts.ts'
import type { Model } from './model.ts'
import type { NeighbourFact } from './routing-facts.ts'

/** The ports of networks that routers have a part in: packets are routed to their addresses. */
export class RoutedPorts {
  readonly facts = new Collection<NeighbourFact>('neighbours')
  private readonly model: Model

  constructor(model: Model) {
    this.model = model
    model.ports.follow((_, id) => this.update(id))
    model.networks.follow((_, id, before) => {
      if (before?.routed === model.networks.get(id)?.routed) return
      for (const port of model.portsIn(id)) this.update(port)
    })
  }

  private update(id: string): void {
    const fact = this.fact(id)
    if (!fact) this.facts.delete(id)
    else if (!isSame(this.facts.get(id), fact)) this.facts.set(id, fact)
  }

  private fact(id: string): NeighbourFact | undefined {
    const port = this.model.ports.get(id)
    if (!port || !this.model.networks.get(port.network)?.routed) return undefined
    const { network, vni, mac, addresses } = port
    return { network, vni, mac, addresses }
  }
}
