import type { Step, Verdict, WalkPort } from '../../../topology/walk/index.ts'
import type { TraceQuestion } from './question.ts'
import type { ApiWorld } from './world.ts'

/** A packet that did not arrive: who sent it, and what was asked. */
export interface Case {
  readonly world: ApiWorld
  readonly from: WalkPort
  readonly asked: TraceQuestion
}

type Remedy = (one: Case, step: Step) => string | undefined

const allow: Remedy = ({ from }) =>
  `where ${from.id} may send so, name it in the port's allowedPairs, or set guard: false`

const apart = ({ world, from, asked: { target } }: Case, port: WalkPort): string => {
  const routers = world.routersOf(from.network)
  const known = routers.length === 0 ? 'it has no router' : `its routers are ${routers.join(', ')}`
  return `${target} is in network ${port.network}, ${from.id} in ${from.network}: a Router needs subnets of both; ${known}`
}

/** Networks with the same addresses, or that no router joins. */
const areApart = ({ world, from }: Case, port: WalkPort): boolean => {
  const here = new Set(world.routersOf(from.network))
  return port.network !== from.network && !world.routersOf(port.network).some((router) => here.has(router))
}

const unknownStation: Remedy = (one) => {
  const { world, from, asked } = one
  const port = asked.to.port === undefined ? undefined : world.port(asked.to.port)
  if (!port) return `no port of network ${from.network} is there: heddle get ports --network ${from.network}`
  return `${from.host} and ${port.host} may have no encapsulation in common: heddle get tunnels`
}

const unknownAddress: Remedy = (one, step) => {
  const { world, from, asked } = one
  const { address = '' } = asked.to
  if (address === '' || world.isInside(from.network, address)) return unknownStation(one, step)
  return `no router has the subnet of ${from.id}: a Router with it in its subnets makes its gateway answer`
}

const noTranslation: Remedy = ({ from }) =>
  `the router of ${from.id} needs a Nat with a source that the address is in, or with a floating address for it`

/** What mends a drop, by app and name. */
const mends: Readonly<Record<string, Remedy>> = {
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
  'nat/to the outside without a translation': noTranslation,
  'nat/to a neighbour outside that is not known yet': () =>
    'the neighbour is being asked for: later packets pass, unless nobody outside has the address',
  'nat/no host leads to the external network': () =>
    'a host needs the physical network in external_ids:heddle-bridge-mappings',
}

/** Why an app is handed a packet, by app and stage. */
const punts: Readonly<Record<string, (step: Step) => string>> = {
  'router/neighbour': () => 'nobody has the address in the network that it is routed into; its sender is told so',
  'router/nextHop': () => 'it is too long for the network that it is routed into; its sender is told so',
  'router/route': ({ flow }) =>
    /\b(nw_ttl|hop_limit)=/.test(flow)
      ? 'its time to live ends at the router; its sender is told so'
      : 'the router knows no way to the address, or nobody listens there; its sender is told so',
}

/** Why the controller gets a packet; undefined where only the app knows. */
export const puntReason = (world: ApiWorld, step: Step | undefined): string | undefined => {
  const app = step?.maker?.app
  return step && punts[`${app}/${world.stage(step.table, app)}`]?.(step)
}

/** A rule of the firewall drops under its own name. */
const policyForm = /^policy (\S+): (.+)$/

const policyMend = ({ world, asked: { ask } }: Case, { drop = '', maker, table }: Step): string | undefined => {
  const [, policy] = policyForm.exec(drop) ?? []
  if (policy === undefined) return undefined
  const direction = world.stage(table, maker?.app) === 'policyIn' ? 'in' : 'out'
  const ports = ask.protocol === 'tcp' || ask.protocol === 'udp' ? `, ports: [${ask.port}]` : ''
  const rule = `{ direction: ${direction}, action: allow, protocol: ${ask.protocol}${ports} }`
  return `where it may pass, policy ${policy} or one before it needs a rule such as ${rule} with a higher priority`
}

const dropMend = (one: Case, { host, step }: Verdict & { readonly is: 'dropped' }): string | undefined => {
  const known = mends[`${step.maker?.app}/${step.drop}`]?.(one, step) ?? policyMend(one, step)
  if (known !== undefined || step.maker?.app) return known
  const dpid = one.world.hosts.find(({ id }) => id === host)?.dpid
  return `heddle get foreign --dpid ${dpid} shows the flow: somebody else than heddle made it`
}

const unplugged = ({ id }: WalkPort): string =>
  `${id} is plugged in on no host: its interface needs external_ids:iface-id=${id}`

/** Something to do about a packet that did not arrive; undefined where nothing is known. */
export const mendOf = (verdict: Verdict, one: Case): string | undefined => {
  const port = one.world.port(one.asked.to.port ?? '')
  if (one.from.host === undefined) return unplugged(one.from)
  if (port && port.host === undefined) return unplugged(port)
  if (port && areApart(one, port)) return apart(one, port)
  switch (verdict.is) {
    case 'unresolved':
      return mendOf(verdict.why, one)
    case 'unrouted':
      return `give the subnet of ${one.from.id} a gateway, and a Router that has the subnet`
    case 'dropped':
      return dropMend(one, verdict)
    case 'lost':
      if (verdict.why.includes('do not fit')) return 'give the network an mtu that fits, and its containers the same'
      return 'heddle doctor shows whether the host has what it should'
    default:
      return undefined
  }
}
