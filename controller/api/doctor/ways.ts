import type { HostFact } from '../../engine/index.ts'
import type { ApiContext } from '../context.ts'
import type { Diagnosis } from '../schemas.ts'

/** Names that are listed before the rest is only counted. */
const mostNamed = 3

const listed = (hosts: readonly HostFact[]): string => {
  const names = hosts.slice(0, mostNamed).map(({ id }) => id)
  const more = hosts.length - names.length
  return `${hosts.length === 1 ? 'host' : 'hosts'} ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

const typesOf = ({ tunnels }: HostFact): string[] => Object.keys(tunnels).sort()

/** Two of hosts that carry no type both, for each two sets of types. */
function* strangers(hosts: readonly HostFact[]): Generator<readonly [HostFact, HostFact]> {
  const kinds = [...new Map(hosts.map((host) => [typesOf(host).join(), host])).values()]
  for (const [at, one] of kinds.entries()) {
    const types = new Set(typesOf(one))
    for (const other of kinds.slice(at + 1)) if (!typesOf(other).some((type) => types.has(type))) yield [one, other]
  }
}

/** Hosts between which packets of a network have no way, since no tunnel's type is both's. */
export const aboutWays = ({ engine: { model } }: ApiContext): Diagnosis[] => {
  const found = new Map<string, Diagnosis>()
  for (const [id, spread] of model.spreads.entries()) {
    const network = model.networks.get(id)
    const hosts = spread.hosts.flatMap((host) => model.hosts.get(host) ?? [])
    if (!network || hosts.length < 2) continue
    const { encapsulation } = network
    if (encapsulation === undefined) {
      for (const [one, other] of strangers(hosts)) {
        const kinds = [one, other].map((host) => `${host.id}: ${typesOf(host).join(', ') || 'none'}`).sort()
        found.set(kinds.join(), {
          level: 'error',
          finding: `no type of tunnel is common to hosts of network ${id} (${kinds.join('; ')}): packets between them are lost`,
          mend: 'heddle get hosts; then set heddle-encap-type on one of them to a type of the other',
        })
      }
      continue
    }
    const lacking = hosts.filter(({ tunnels }) => tunnels[encapsulation] === undefined)
    if (lacking.length === 0) continue
    found.set(`network ${id}`, {
      level: 'error',
      finding: `network ${id} asks for ${encapsulation}, which ${listed(lacking)} cannot carry: its ports there reach none elsewhere`,
      mend: `heddle get hosts; then heddle apply network ${id} with an encapsulation that all of them have, or none`,
    })
  }
  return [...found.values()]
}
