import { encapsulationBetween, type HostFact } from '../../engine/index.ts'
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

/** Two of hosts between which there is no type, for each two kinds of hosts. */
function* strangers(hosts: readonly HostFact[]): Generator<readonly [HostFact, HostFact]> {
  const kinds = [...new Map(hosts.map((host) => [`${host.types} ${typesOf(host)}`, host])).values()]
  for (const [at, one] of kinds.entries()) {
    for (const other of kinds.slice(at + 1)) {
      if (encapsulationBetween({ encapsulation: undefined }, one, other) === undefined) yield [one, other]
    }
  }
}

/** Of hosts of a network that says no type, by what they have. */
const betweenKinds = (network: string, hosts: readonly HostFact[]): [string, Diagnosis][] =>
  [...strangers(hosts)].map((two) => {
    const kinds = two.map((host) => `${host.id}: ${typesOf(host).join(', ') || 'none'}`).sort()
    const finding = `no type of tunnel is common to hosts of network ${network} (${kinds.join('; ')}): packets between them are lost`
    const mend = 'heddle get hosts; then set heddle-encap-type on one of them to a type of the other'
    return [kinds.join(), { level: 'error', finding, mend }]
  })

/** Of hosts that lack the type that a network asks for. */
const withoutType = (
  network: string,
  type: keyof HostFact['tunnels'],
  hosts: readonly HostFact[],
): [string, Diagnosis][] => {
  const lacking = hosts.filter(({ tunnels }) => tunnels[type] === undefined)
  if (lacking.length === 0) return []
  const finding = `network ${network} asks for ${type}, which ${listed(lacking)} cannot carry: its ports there reach none elsewhere`
  const mend = `heddle get hosts; then heddle apply network ${network} with an encapsulation that all of them have, or none`
  return [[`network ${network}`, { level: 'error', finding, mend }]]
}

/** Hosts between which packets of a network have no way, since no tunnel's type is both's. */
export const aboutWays = ({ engine: { model } }: ApiContext): Diagnosis[] => {
  const found = new Map<string, Diagnosis>()
  for (const [id, spread] of model.spreads.entries()) {
    const network = model.networks.get(id)
    const hosts = spread.hosts.flatMap((host) => model.hosts.get(host) ?? [])
    if (!network || hosts.length < 2) continue
    const { encapsulation } = network
    const told = encapsulation === undefined ? betweenKinds(id, hosts) : withoutType(id, encapsulation, hosts)
    for (const [about, diagnosis] of told) found.set(about, diagnosis)
  }
  return [...found.values()]
}
