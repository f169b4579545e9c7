import { overlap } from '../../address/cidr.ts'
import type { Draft } from '../draft.ts'
import type { Layout, LayoutsOf } from '../layout.ts'
import type { Touched } from '../touched.ts'

/** Networks that routers join, and those routers. */
interface Domain {
  readonly networks: Set<string>
  readonly routers: Set<string>
}

/** All that is joined with a network, step by step. External networks join nothing. */
const domainOf = (draft: Draft, start: string): Domain => {
  const domain: Domain = { networks: new Set([start]), routers: new Set() }
  // A set is visited to its end, with what is added on the way.
  for (const network of domain.networks) {
    for (const subnet of draft.of('subnet', network)) {
      for (const router of draft.users('router', 'subnet', subnet)) {
        if (domain.routers.has(router)) continue
        domain.routers.add(router)
        for (const id of draft.get('router', router)?.subnets ?? []) {
          const joined = draft.get('subnet', id)?.network
          if (joined !== undefined) domain.networks.add(joined)
        }
      }
    }
  }
  return domain
}

/** Pairs of different networks that have an address in common; the wider first. */
const overlapping = (layouts: readonly Layout[]): (readonly [Layout, Layout])[] => {
  const sorted = [...layouts].sort(
    ({ cidr: a }, { cidr: b }) =>
      a.family - b.family || Number(a.first > b.first) - Number(a.first < b.first) || a.prefix - b.prefix,
  )
  const pairs: (readonly [Layout, Layout])[] = []
  let widest = sorted[0]
  for (const layout of sorted.slice(1)) {
    if (widest && overlap(widest.cidr, layout.cidr)) pairs.push([widest, layout])
    if (!widest || widest.cidr.family !== layout.cidr.family || layout.cidr.last > widest.cidr.last) widest = layout
  }
  return pairs.filter(([a, b]) => a.network !== b.network)
}

const refusePair = (draft: Draft, touched: Touched, routers: ReadonlySet<string>, pair: readonly [Layout, Layout]) => {
  const [first, second] = pair.map(
    ({ id, network }) => `${id} (${draft.get('subnet', id)?.cidr}) of network ${network}`,
  )
  const newer = pair.find(({ id }) => touched.subnet.has(id))
  const [router = ''] = [...routers].filter((id) => touched.router.has(id))
  const remedy = 'addresses must differ in networks that routers join'
  const text = `subnets ${first} and ${second} overlap: ${remedy}`
  if (newer && router === '') draft.refuse('subnet', newer.id, 'cidr', text)
  else draft.refuse('router', router, 'subnets', text)
}

/** Networks whose domain may have grown, or have another subnet. */
const startsOf = (draft: Draft, touched: Touched): Set<string> => {
  const starts = new Set<string>()
  for (const id of touched.router) {
    const before = new Set(draft.before('router', id)?.subnets ?? [])
    for (const subnet of draft.get('router', id)?.subnets ?? []) {
      if (!before.has(subnet)) starts.add(draft.get('subnet', subnet)?.network ?? '')
    }
  }
  for (const id of touched.subnet) {
    const subnet = draft.get('subnet', id)
    if (subnet && subnet.cidr !== draft.before('subnet', id)?.cidr) starts.add(subnet.network)
  }
  return starts
}

/** An address means one thing in all networks that routers join, be it by several. */
export const checkDomains = (draft: Draft, touched: Touched, layouts: LayoutsOf): void => {
  const seen = new Set<string>()
  for (const start of startsOf(draft, touched)) {
    if (seen.has(start)) continue
    const { networks, routers } = domainOf(draft, start)
    for (const network of networks) seen.add(network)
    if (networks.size === 1) continue
    const all = [...networks].flatMap((network) => layouts(network))
    for (const pair of overlapping(all)) refusePair(draft, touched, routers, pair)
  }
}
