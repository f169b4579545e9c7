import { parseAddress } from '../../address/address.ts'
import { contains, formatCidr } from '../../address/cidr.ts'
import type { Router } from '../../entities/routing.ts'
import type { Draft } from '../draft.ts'
import { gatewayText, type Layout, type LayoutsOf, reservedAs } from '../layout.ts'
import { addressProblem, checkMac, cidrProblem, familyOf, type Refuse } from './address.ts'
import { another } from './names.ts'

/** Ranges of addresses by comma. */
export const rangesText = (layouts: readonly Layout[]): string =>
  layouts.length === 0 ? 'it has none' : `it has ${layouts.map(({ cidr }) => formatCidr(cidr)).join(', ')}`

/** Subnets of a router in numbers. */
export const insideOf = (draft: Draft, { subnets }: Router, layouts: LayoutsOf): Layout[] =>
  subnets.flatMap((id) => {
    const network = draft.get('subnet', id)?.network
    return network === undefined ? [] : layouts(network).filter((layout) => layout.id === id)
  })

/** Subnets of a router's external network in numbers. */
export const outsideOf = ({ external }: Router, layouts: LayoutsOf): readonly Layout[] =>
  external ? layouts(external.network) : []

const interfaceProblem = (draft: Draft, router: string, id: string): string | undefined => {
  const subnet = draft.get('subnet', id)
  if (!subnet) return undefined
  if (gatewayText(subnet) === undefined) {
    return `subnet ${id} has no gateway, whose address the router would have: give it one`
  }
  if (draft.get('network', subnet.network)?.external !== undefined) {
    return `subnet ${id} is of ${subnet.network}, which is external: name that network under external`
  }
  const other = another(draft.users('router', 'subnet', id), router)
  return other === undefined
    ? undefined
    : `router ${other} is the gateway of subnet ${id}: take it out there, or leave it out here`
}

const checkInterfaces = (draft: Draft, id: string, { subnets }: Router, refuse: Refuse): void => {
  for (const [at, subnet] of subnets.entries()) {
    const path = `subnets/${at}`
    const problem = interfaceProblem(draft, id, subnet)
    if (subnets.indexOf(subnet) < at) refuse(path, `subnet ${subnet} is there twice: leave one out`)
    else if (problem !== undefined) refuse(path, problem)
  }
}

/** Why an address cannot be a router's outside; undefined where it can. */
export const externalProblem = (text: string, network: string, outside: readonly Layout[]): string | undefined => {
  const problem = addressProblem(text)
  const address = parseAddress(text)
  if (problem !== undefined || !address) return problem
  const layout = outside.find(({ cidr }) => contains(cidr, address))
  if (!layout) return `${text} is in no subnet of external network ${network} (${rangesText(outside)})`
  const reserved = reservedAs(layout, address.number)
  return reserved === undefined ? undefined : `${text} is ${reserved}: choose another address`
}

const checkExternal = (draft: Draft, router: Router, layouts: LayoutsOf, refuse: Refuse): void => {
  const { external } = router
  const network = external && draft.get('network', external.network)
  if (!external || !network) return
  if (network.external === undefined) {
    const remedy = "give it external: NAME, as hosts' heddle-bridge-mappings call the physical network"
    refuse('external/network', `network ${external.network} is not external: ${remedy}`)
    return
  }
  const outside = outsideOf(router, layouts)
  for (const [at, text] of external.addresses.entries()) {
    const problem = externalProblem(text, external.network, outside)
    if (problem !== undefined) refuse(`external/addresses/${at}`, problem)
    else if (external.addresses.indexOf(text) < at) refuse(`external/addresses/${at}`, `${text} is there twice`)
  }
}

const checkConntrack = ({ conntrack, external }: Router, refuse: Refuse): void => {
  if (conntrack === undefined || external !== undefined) return
  refuse(
    'conntrack',
    'only what passes to or from an external network is tracked: add external, or leave conntrack out',
  )
}

const viaProblem = (text: string, family: 4 | 6, known: readonly Layout[], own: readonly string[]) => {
  const problem = addressProblem(text)
  const address = parseAddress(text)
  if (problem !== undefined || !address) return problem
  if (address.family !== family) return `${text} is IPv${address.family}, but the route is IPv${family}`
  const layout = known.find(({ cidr }) => contains(cidr, address))
  if (!layout) return `${text} is in no subnet of the router, inside or outside: ${rangesText(known)}`
  if (own.includes(text)) return `${text} is the router itself: name its neighbour`
  const reserved = reservedAs(layout, address.number)
  return reserved === undefined || reserved === 'the gateway' ? undefined : `${text} is ${reserved}`
}

const checkRoutes = (draft: Draft, router: Router, layouts: LayoutsOf, refuse: Refuse): void => {
  const { routes = [], external, subnets } = router
  if (routes.length === 0) return
  const known = [...insideOf(draft, router, layouts), ...outsideOf(router, layouts)]
  const gateways = subnets.flatMap((id) => {
    const subnet = draft.get('subnet', id)
    return subnet ? (gatewayText(subnet) ?? []) : []
  })
  const own = [...gateways, ...(external?.addresses ?? [])]
  const seen = new Set<string>()
  for (const [at, { to, via }] of routes.entries()) {
    const path = `routes/${at}`
    const problem = cidrProblem(to)
    if (problem !== undefined) refuse(`${path}/to`, problem)
    else if (seen.has(to)) refuse(`${path}/to`, `there are two routes to ${to}: put all neighbours under one via`)
    seen.add(to)
    for (const [place, text] of via.entries()) {
      const wrong = viaProblem(text, familyOf(to), known, own)
      if (wrong !== undefined) refuse(`${path}/via/${place}`, wrong)
      else if (via.indexOf(text) < place) refuse(`${path}/via/${place}`, `${text} is there twice`)
    }
  }
}

export const checkRouter = (draft: Draft, id: string, layouts: LayoutsOf): void => {
  const router = draft.get('router', id)
  if (!router) return
  const refuse: Refuse = (path, message) => draft.refuse('router', id, path, message)
  if (router.mac !== undefined) checkMac(router.mac, 'mac', refuse)
  checkInterfaces(draft, id, router, refuse)
  checkExternal(draft, router, layouts, refuse)
  checkConntrack(router, refuse)
  checkRoutes(draft, router, layouts, refuse)
}
