import type { Verdict, WalkPort } from '../../../topology/walk/index.ts'
import type { TraceQuestion } from './question.ts'
import type { ApiWorld } from './world.ts'

/** A packet that did not arrive: who sent it, and to whom. */
interface Case {
  readonly world: ApiWorld
  readonly from: WalkPort
  readonly asked: TraceQuestion
}

const allow = ({ from }: Case): string =>
  `where ${from.id} may send so, name it in the port's allowedPairs, or set guard: false`

const unknownStation = ({ world, from, asked: { to, target } }: Case): string => {
  const port = to.port === undefined ? undefined : world.port(to.port)
  if (!port) return `no port of network ${from.network} is there: heddle get ports --network ${from.network}`
  if (port.host === undefined) {
    return `${target} is plugged in on no host: its interface needs external_ids:iface-id=${target}`
  }
  if (port.network !== from.network) return `${from.id} is in network ${from.network}, ${target} in ${port.network}`
  return `${from.host} and ${port.host} may have no encapsulation in common: heddle get tunnels`
}

const unknownAddress = (one: Case): string => {
  const { world, from, asked } = one
  const { address = '' } = asked.to
  if (address === '' || world.isInside(from.network, address)) return unknownStation(one)
  return `no router has the subnet of ${from.id}: a Router with it in its subnets makes its gateway answer`
}

/** What mends a drop, by app and name. */
const mends: Readonly<Record<string, (one: Case) => string>> = {
  'guard/spoofed ARP': allow,
  'guard/spoofed IPv4 address': allow,
  'guard/spoofed IPv6 address': allow,
  'guard/spoofed Ethernet address': allow,
  'guard/spoofed neighbour solicitation': allow,
  'guard/spoofed neighbour advertisement': allow,
  'overlay/unknown port': ({ from }) =>
    `its host does not know ${from.id} yet: heddle get ports shows whether it is bound`,
  'overlay/unknown destination': unknownStation,
  'arp-responder/ARP request for an unknown address': unknownAddress,
  'arp-responder/neighbour solicitation for an unknown address': unknownAddress,
}

/** Something to do about a packet that did not arrive; undefined where nothing is known. */
export const mendOf = (verdict: Verdict, one: Case): string | undefined => {
  switch (verdict.is) {
    case 'unresolved':
      return mendOf(verdict.why, one)
    case 'unrouted':
      return `give the subnet of ${one.from.id} a gateway, and a Router that has the subnet`
    case 'dropped':
      return mends[`${verdict.step.maker?.app}/${verdict.drop}`]?.(one) ?? flowMend(verdict, one)
    case 'lost':
      return verdict.host === '' ? unplugged(one) : 'heddle doctor shows whether the host has what it should'
    default:
      return undefined
  }
}

const unplugged = ({ from }: Case): string => `its interface needs external_ids:iface-id=${from.id}`

const flowMend = ({ host, step }: Verdict & { readonly is: 'dropped' }, { world }: Case): string | undefined => {
  const dpid = world.hosts.find(({ id }) => id === host)?.dpid
  return step.maker?.app ? undefined : `heddle get foreign --dpid ${dpid} shows it: somebody else than heddle made it`
}
