import { parseAddress } from '../../address/address.ts'
import { type Cidr, contains, formatCidr, overlap, parseCidr, parseRange, usable } from '../../address/cidr.ts'
import type { Subnet } from '../../entities/intent.ts'
import type { Draft } from '../draft.ts'
import { type Layout, layoutOf, reservedAs } from '../layout.ts'
import { cidrProblem, type Refuse } from './address.ts'
import { listed } from './names.ts'

/** Ranges whose addresses no container can have as its own. */
const unfit = (
  [
    ['0.0.0.0/8', 'this network'],
    ['127.0.0.0/8', 'loopback'],
    ['224.0.0.0/3', 'multicast or reserved'],
    ['::/127', 'unspecified and loopback'],
    ['fe80::/10', 'link-local'],
    ['ff00::/8', 'multicast'],
  ] as const
).flatMap(([text, what]) => {
  const range = parseCidr(text)
  return range ? [{ range, what }] : []
})

const checkCidr = (text: string, refuse: Refuse): Cidr | undefined => {
  const problem = cidrProblem(text)
  const cidr = parseCidr(text)
  if (problem !== undefined || !cidr) {
    refuse('cidr', problem ?? text)
    return undefined
  }
  const bad = unfit.find(({ range }) => overlap(range, cidr))
  if (bad)
    refuse('cidr', `${text} holds addresses that are ${bad.what} (${formatCidr(bad.range)}): choose another range`)
  return bad ? undefined : cidr
}

const checkOverlap = (draft: Draft, id: string, network: string, cidr: Cidr): void => {
  for (const other of draft.of('subnet', network)) {
    const text = draft.get('subnet', other)?.cidr ?? ''
    const range = other === id ? undefined : parseCidr(text)
    if (!range || !overlap(range, cidr)) continue
    const message = `${formatCidr(cidr)} overlaps with subnet ${other} (${text}) of the same network: choose another range`
    draft.refuse('subnet', id, 'cidr', message)
    return
  }
}

const gatewayProblem = (text: string, cidr: Cidr): string | undefined => {
  const gateway = parseAddress(text)
  if (!gateway) return `${text} is no address`
  if (!contains(cidr, gateway)) {
    return `${text} is not in ${formatCidr(cidr)}: give an address of the subnet, or null for none`
  }
  const { first, last } = usable(cidr)
  if (gateway.number >= first && gateway.number <= last) return undefined
  return `${text} is the subnet's own address or its broadcast address: choose another, or null for none`
}

const excludeProblem = (text: string, cidr: Cidr): string | undefined => {
  const range = parseRange(text)
  if (!range) return `${text} is neither an address nor a range such as 10.0.0.1-10.0.0.9`
  if (range.first > range.last) return `${text} ends before it begins: write the lower address first`
  const inside = range.family === cidr.family && range.first >= cidr.first && range.last <= cidr.last
  return inside ? undefined : `${text} is not in ${formatCidr(cidr)}`
}

/** Addresses that ports have of the subnet must go on being good ones. */
const checkLeases = (draft: Draft, id: string, layout: Layout): void => {
  const { network } = layout
  const bad: string[] = []
  for (const port of draft.of('port', network)) {
    for (const text of draft.get('assignment', port)?.addresses ?? []) {
      if (draft.get('lease', `${network}@${text}`)?.subnet !== id) continue
      const address = parseAddress(text)
      if (!address || !contains(layout.cidr, address) || reservedAs(layout, address.number)) bad.push(`${port} ${text}`)
    }
  }
  if (bad.length === 0) return
  const message = `${listed(bad, 'port')} would lose an address: delete them first, or leave the range and the gateway as they are`
  draft.refuse('subnet', id, 'cidr', message)
}

const checkParts = (
  draft: Draft,
  id: string,
  { cidr: text, gateway, exclude = [], dns = [], network }: Subnet,
): void => {
  const refuse: Refuse = (path, message) => draft.refuse('subnet', id, path, message)
  const cidr = checkCidr(text, refuse)
  for (const [at, server] of dns.entries()) if (!parseAddress(server)) refuse(`dns/${at}`, `${server} is no address`)
  if (!cidr) return
  checkOverlap(draft, id, network, cidr)
  const bad = typeof gateway === 'string' ? gatewayProblem(gateway, cidr) : undefined
  if (bad !== undefined) refuse('gateway', bad)
  for (const [at, range] of exclude.entries()) {
    const problem = excludeProblem(range, cidr)
    if (problem !== undefined) refuse(`exclude/${at}`, problem)
  }
}

export const checkSubnet = (draft: Draft, id: string): void => {
  const subnet = draft.get('subnet', id)
  if (!subnet) return
  const before = draft.before('subnet', id)
  if (before && before.network !== subnet.network) {
    draft.refuse('subnet', id, 'network', `it belongs to ${before.network}: delete it there, and make a new one here`)
  }
  const mistakes = draft.problems.length
  checkParts(draft, id, subnet)
  const layout = draft.problems.length === mistakes ? layoutOf(id, subnet) : undefined
  if (layout && before) checkLeases(draft, id, layout)
}

/** Ports keep their addresses: a subnet goes when nobody has one of it. */
export const checkSubnetGone = (draft: Draft, id: string): void => {
  const network = draft.before('subnet', id)?.network ?? ''
  const users = [...draft.of('port', network)].filter((port) =>
    draft.get('assignment', port)?.addresses.some((text) => draft.get('lease', `${network}@${text}`)?.subnet === id),
  )
  if (users.length === 0) return
  draft.refuse(
    'subnet',
    id,
    '',
    `${listed(users, 'port')} have addresses of it: delete them first, or in the same request`,
  )
}
