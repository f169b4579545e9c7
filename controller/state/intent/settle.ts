// From what users change to all that changes with it.
import { formatAddress, parseAddress } from '../address/address.ts'
import { contains } from '../address/cidr.ts'
import type { Assignment } from '../entities/assigned.ts'
import type { Port } from '../entities/intent.ts'
import type { AdmissionDraft, NamedAdmission } from './admission.ts'
import { check } from './check/check.ts'
import { release, releaseNumber, take, takeNumber, vniOf } from './claims.ts'
import type { Draft } from './draft.ts'
import { releaseExternals, takeExternals } from './externals.ts'
import { type LayoutsOf, layoutsOf, reservedAs } from './layout.ts'
import { settleNumbers } from './numbers.ts'
import { affectedBy, type Touched } from './touched.ts'

/** An app failed while it judged a change. */
export class AdmissionError extends Error {
  override readonly name = 'AdmissionError'
  readonly app: string

  constructor(app: string, cause: unknown) {
    super(`app ${app} failed: ${(cause as Error | undefined)?.message ?? String(cause)}`, { cause })
    this.app = app
  }
}

/** Ports that stand, those first whose users name their addresses: what is chosen for others gives way. */
const fixedFirst = (draft: Draft, ids: Iterable<string>): string[] => {
  const standing = [...ids].filter((id) => draft.get('port', id) !== undefined)
  const isFixed = (id: string): boolean => draft.get('port', id)?.addresses !== undefined
  return [...standing.filter(isFixed), ...standing.filter((id) => !isFixed(id))]
}

/** A new range of addresses matters to the ports that its network has already. */
const withNeighbours = (draft: Draft, touched: Touched): Set<string> => {
  const ports = new Set(touched.port)
  for (const id of touched.subnet) {
    const subnet = draft.get('subnet', id)
    if (!subnet || subnet.cidr === draft.before('subnet', id)?.cidr) continue
    for (const port of draft.of('port', subnet.network)) ports.add(port)
  }
  return ports
}

/** What users have given, else what the port has, as far as that is known without choosing anything. */
const known = (draft: Draft, id: string, port: Port): Assignment | undefined => {
  const now = draft.get('assignment', id)
  const given = port.addresses?.flatMap((text) => parseAddress(text) ?? []).map(formatAddress)
  const none = draft.of('subnet', port.network).size === 0 ? [] : undefined
  const addresses = given ?? none ?? now?.addresses
  const mac = port.mac ?? now?.mac ?? draft.before('assignment', id)?.mac
  return mac !== undefined && addresses ? { mac, addresses } : undefined
}

/** What ports have that are gone, or have gone to another network, goes first: others may take it in the same change. */
const withdraw = (draft: Draft, ports: Iterable<string>, quarantine: number): void => {
  for (const id of ports) {
    const network = draft.before('port', id)?.network
    if (network === undefined || network === draft.get('port', id)?.network) continue
    release(draft, id, network, undefined, quarantine)
    draft.delete('assignment', id)
  }
}

/** What users have given needs nobody to choose it, and goes before what is chosen. */
const settleGiven = (draft: Draft, touched: Touched, work: Working): void => {
  const { network: networks, port: ports } = touched
  for (const id of networks) {
    const network = draft.get('network', id)
    if (!network || network.vni !== undefined) draft.delete('number', id)
    releaseNumber(draft, id)
  }
  for (const id of networks) takeNumber(draft, id)
  withdraw(draft, ports, work.quarantine)
  releaseExternals(draft, touched, work.affected)
  const given = [...ports].flatMap((id) => {
    const port = draft.get('port', id)
    const next = port && known(draft, id, port)
    return next ? [{ id, next, network: port.network }] : []
  })
  for (const { id, next, network } of given) release(draft, id, network, next, work.quarantine)
  settleNumbers(draft, touched)
  for (const { id, next } of given) take(draft, id, next, work.layouts)
  takeExternals(draft, touched, work.affected, work.layouts)
}

/** What is worked with while a change is settled. */
interface Working {
  /** What users have not touched, and is affected. */
  readonly affected: Touched
  readonly layouts: LayoutsOf
  /** Milliseconds. */
  readonly quarantine: number
}

const admissionDraft = (
  draft: Draft,
  networks: readonly string[],
  ports: readonly string[],
  { layouts, quarantine }: Working,
): AdmissionDraft => ({
  now: draft.now,
  networks,
  ports,
  former: (kind, id) => draft.former(kind, id) ?? draft.before(kind, id),
  get: (kind, id) => draft.get(kind, id),
  of: (kind, network) => draft.of(kind, network),
  isFree: (network, address) => draft.isFree(network, address),
  expired: () => draft.expired(),
  assign: (id, assignment) => {
    release(draft, id, draft.get('port', id)?.network ?? '', assignment, quarantine)
    take(draft, id, assignment, layouts)
  },
  number: (id, vni) => {
    draft.put('number', id, { vni })
    releaseNumber(draft, id)
    takeNumber(draft, id)
  },
  refuse: (kind, id, path, message) => draft.refuse(kind, id, path, message),
})

const loadIt = 'load the app that chooses them: heddle app load ipam'

/** Why an address of a port's cannot be one; undefined where it can. */
const misfit = (text: string, network: string, layouts: LayoutsOf): string | undefined => {
  const address = parseAddress(text)
  if (!address || formatAddress(address) !== text) return 'is no address in its usual form'
  const layout = layouts(network).find(({ cidr }) => contains(cidr, address))
  return layout ? reservedAs(layout, address.number) : `is in no subnet of network ${network}`
}

const checkAssigned = (draft: Draft, id: string, layouts: LayoutsOf): void => {
  const port = draft.get('port', id)
  if (!port) return
  const assignment = draft.get('assignment', id)
  if (!assignment) {
    const lacks = [port.mac === undefined ? 'mac' : undefined, port.addresses ? undefined : 'addresses']
    const path = lacks.find((one) => one !== undefined) ?? ''
    draft.refuse('port', id, path, `${lacks.filter(Boolean).join(' and ')} left out: give them, or ${loadIt}`)
    return
  }
  // Of a port that stays, a neighbour's subnet has gone or changed; of a new one, an app has chosen badly.
  for (const [at, text] of assignment.addresses.entries()) {
    const reason = misfit(text, port.network, layouts)
    if (reason !== undefined) draft.refuse('port', id, `addresses/${at}`, `${text}: ${reason}`)
  }
}

const checkNumbered = (draft: Draft, id: string): void => {
  const get: Draft['get'] = (kind, key) => draft.get(kind, key)
  if (get('network', id) === undefined || vniOf(get, id) !== undefined) return
  draft.refuse('network', id, 'vni', `left out: give one, or ${loadIt}`)
}

const admit = (draft: AdmissionDraft, { app, admission }: NamedAdmission): void => {
  try {
    admission.admit(draft)
  } catch (error) {
    throw new AdmissionError(app, error)
  }
}

/**
 * Judges what users have changed in a draft, has apps add to it, and notes who has what. Mistakes
 * are in the draft's problems then.
 *
 * @throws AdmissionError
 */
export const settle = (draft: Draft, touched: Touched, admissions: readonly NamedAdmission[]): void => {
  const layouts = layoutsOf({ get: (kind, id) => draft.get(kind, id), of: (kind, network) => draft.of(kind, network) })
  const affected = affectedBy(draft, touched)
  check(draft, touched, affected, layouts)
  if (draft.problems.length > 0) return
  const quarantine = Math.max(0, ...admissions.map(({ admission }) => admission.quarantine ?? 0))
  const work: Working = { affected, layouts, quarantine }
  settleGiven(draft, touched, work)
  if (draft.problems.length > 0) return
  const ports = fixedFirst(draft, withNeighbours(draft, touched))
  const networks = [...touched.network].filter((id) => {
    const network = draft.get('network', id)
    return network && network.vni === undefined && draft.get('number', id) === undefined
  })
  const shown = admissionDraft(draft, networks, ports, work)
  for (const one of admissions) admit(shown, one)
  if (draft.problems.length > 0) return
  for (const id of networks) checkNumbered(draft, id)
  for (const id of ports) checkAssigned(draft, id, layouts)
}
