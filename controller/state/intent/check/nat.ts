import { parseAddress } from '../../address/address.ts'
import { contains, parseCidr } from '../../address/cidr.ts'
import type { Nat, Router } from '../../entities/routing.ts'
import type { Draft } from '../draft.ts'
import { type Layout, type LayoutsOf, reservedAs } from '../layout.ts'
import { externalOf, externalPlace, insidePlace, natPlace } from '../places.ts'
import { addressProblem, cidrProblem, familyOf, type Refuse } from './address.ts'
import { another } from './names.ts'
import { portsProblem } from './policy.ts'
import { externalProblem, insideOf, outsideOf, rangesText } from './router.ts'

/** A translation with what it is judged by. */
interface Case {
  readonly id: string
  readonly nat: Nat
  readonly router: Router
  readonly inside: readonly Layout[]
  readonly outside: readonly Layout[]
}

const insideProblem = (text: string, { nat: { router }, inside }: Case): string | undefined => {
  const problem = addressProblem(text)
  const address = parseAddress(text)
  if (problem !== undefined || !address) return problem
  const layout = inside.find(({ cidr }) => contains(cidr, address))
  if (!layout) return `${text} is in no subnet of router ${router} (${rangesText(inside)})`
  const reserved = reservedAs(layout, address.number)
  return reserved === undefined ? undefined : `${text} is ${reserved}: name the address of a port`
}

const sourceProblem = (text: string, { nat: { router }, inside }: Case): string | undefined => {
  const problem = cidrProblem(text)
  const cidr = parseCidr(text)
  if (problem !== undefined || !cidr) return problem
  const within = inside.some(
    ({ cidr: known }) => known.family === cidr.family && known.first <= cidr.last && cidr.first <= known.last,
  )
  return within ? undefined : `${text} holds nothing of the subnets of router ${router} (${rangesText(inside)})`
}

const familyProblem = (inside: string, outside: string): string | undefined =>
  familyOf(inside) === familyOf(outside)
    ? undefined
    : `${outside} is IPv${familyOf(outside)}, and ${inside} IPv${familyOf(inside)}: both have to be of one family`

const checkOutside = ({ router, outside }: Case, text: string, path: string, refuse: Refuse): void => {
  const { external } = router
  if (!external) return
  const problem = externalProblem(text, external.network, outside)
  if (problem !== undefined) refuse(path, problem)
}

const checkSource = (one: Case, { from, to, ports }: NonNullable<Nat['source']>, refuse: Refuse): void => {
  const problem = sourceProblem(from, one)
  if (problem !== undefined) refuse('source/from', problem)
  const mixed = familyProblem(from, to)
  if (mixed !== undefined) refuse('source/to', mixed)
  else checkOutside(one, to, 'source/to', refuse)
  const wrong = ports === undefined ? undefined : portsProblem(ports)
  if (wrong !== undefined) refuse('source/ports', wrong)
}

const checkTarget = (one: Case, kind: 'forward' | 'floating', refuse: Refuse): void => {
  const target = one.nat[kind]
  if (!target) return
  const problem = insideProblem(target.to, one) ?? familyProblem(target.address, target.to)
  if (problem !== undefined) refuse(`${kind}/to`, problem)
  checkOutside(one, target.address, `${kind}/address`, refuse)
}

const otherAt = (draft: Draft, id: string, place: string | undefined): string | undefined =>
  place === undefined ? undefined : another(draft.at('nat', place), id)

/** A floating address leads to one alone: nothing else of its router may be under it. */
const checkFloating = (draft: Draft, { id, nat }: Case, refuse: Refuse): void => {
  const { router, floating } = nat
  const address = externalOf(nat)
  if (address === undefined) return
  const floater = otherAt(draft, id, `floating ${router} ${address}`)
  if (!floating) {
    const path = nat.source ? 'source/to' : 'forward/address'
    if (floater !== undefined) refuse(path, `${address} is the floating address of nat ${floater}: choose another`)
    return
  }
  const other = floater ?? otherAt(draft, id, externalPlace(router, address))
  if (other !== undefined) refuse('floating/address', `nat ${other} has ${address}: choose another`)
  else if (draft.at('router', externalPlace(router, address)).size > 0) {
    refuse('floating/address', `${address} is the address of router ${router} itself: choose another`)
  }
  const twice = otherAt(draft, id, insidePlace(router, floating.to))
  if (twice !== undefined) refuse('floating/to', `${floating.to} has a floating address by nat ${twice} already`)
}

const checkPlace = (draft: Draft, { id, nat }: Case, refuse: Refuse): void => {
  const { source, forward } = nat
  const other = source || forward ? otherAt(draft, id, natPlace(nat)) : undefined
  if (other === undefined) return
  if (source) refuse('source/from', `nat ${other} translates ${source.from} already: change that one`)
  if (forward) {
    const { address, protocol, port } = forward
    refuse('forward/port', `nat ${other} forwards ${address} ${protocol}/${port} already: choose another port`)
  }
}

export const checkNat = (draft: Draft, id: string, layouts: LayoutsOf): void => {
  const nat = draft.get('nat', id)
  if (!nat) return
  const refuse: Refuse = (path, message) => draft.refuse('nat', id, path, message)
  const kinds = (['source', 'forward', 'floating'] as const).filter((kind) => nat[kind])
  if (kinds.length !== 1) {
    const has = kinds.length === 0 ? 'none of them' : kinds.join(' and ')
    refuse('', `exactly one of source, forward and floating is expected, but it has ${has}`)
    return
  }
  const router = draft.get('router', nat.router)
  if (!router) return
  if (!router.external) {
    refuse('router', `router ${nat.router} has no external network: give it external`)
    return
  }
  const one: Case = {
    ...{ id, nat, router },
    inside: insideOf(draft, router, layouts),
    outside: outsideOf(router, layouts),
  }
  if (nat.source) checkSource(one, nat.source, refuse)
  checkTarget(one, 'forward', refuse)
  checkTarget(one, 'floating', refuse)
  checkFloating(draft, one, refuse)
  checkPlace(draft, one, refuse)
}
