// Who has what: each address, MAC and number is a key, and a key has one document.
import { parseAddress } from '../address/address.ts'
import { contains } from '../address/cidr.ts'
import type { Assignment } from '../entities/assigned.ts'
import type { Port } from '../entities/intent.ts'
import { type Lease, leaseId } from '../entities/lease.ts'
import type { Draft } from './draft.ts'
import type { LayoutsOf } from './layout.ts'

const releaseLease = (draft: Draft, id: string, port: string, quarantine: number): void => {
  const lease = draft.get('lease', id)
  if (lease?.port !== port || lease.quarantineUntil !== undefined) return
  if (quarantine === 0) draft.delete('lease', id)
  else draft.put('lease', id, { ...lease, quarantineUntil: draft.now + quarantine })
}

/**
 * Gives back what a port has and `next` does not hold; `network` is the one that it has it in.
 *
 * @param quarantine milliseconds for which nobody else is given what was given back; 0 for none
 */
export const release = (
  draft: Draft,
  id: string,
  network: string,
  next: Assignment | undefined,
  quarantine: number,
): void => {
  const now = draft.get('assignment', id)
  if (!now) return
  for (const address of now.addresses) {
    if (!next?.addresses.includes(address)) releaseLease(draft, leaseId(network, address), id, quarantine)
  }
  if (now.mac !== next?.mac && draft.get('mac', now.mac)?.port === id) draft.delete('mac', now.mac)
}

/** Who has something: a port or a router. */
export type Holder = Pick<Lease, 'port' | 'router'>

export const holds = (holder: Holder | undefined, one: Holder): boolean =>
  holder?.port === one.port && holder?.router === one.router

export const holderText = ({ port, router }: Holder): string =>
  router === undefined ? `port ${port}` : `router ${router}`

/** Why a lease cannot be taken; undefined where it can. */
export const taken = (
  draft: Draft,
  lease: Lease | undefined,
  holder: Holder,
  kind: Lease['kind'],
): string | undefined => {
  if (!lease || holds(lease, holder)) return undefined
  if (lease.quarantineUntil === undefined) {
    const remedy = lease.router === undefined ? 'delete that port' : 'take it from that router'
    return `${holderText(lease)} has it: choose another address, or ${remedy}`
  }
  // Whoever names an address takes it knowingly; the controller by itself waits.
  if (kind === 'static' || lease.quarantineUntil <= draft.now) return undefined
  return `${holderText(lease)} has had it until just now`
}

const takeAddress = (draft: Draft, id: string, port: Port, at: number, layouts: LayoutsOf): void => {
  const text = draft.get('assignment', id)?.addresses[at] ?? ''
  const address = parseAddress(text)
  const layout = address && layouts(port.network).find(({ cidr }) => contains(cidr, address))
  if (!layout) return
  const key = leaseId(port.network, text)
  const lease = draft.get('lease', key)
  const kind = port.addresses ? 'static' : 'dynamic'
  const reason = taken(draft, lease, { port: id }, kind)
  if (reason !== undefined) {
    draft.refuse('port', id, `addresses/${at}`, `${text}: ${reason}`)
    return
  }
  const since = lease?.port === id && lease.quarantineUntil === undefined ? lease.since : draft.now
  draft.put('lease', key, { port: id, subnet: layout.id, kind, since })
}

/** Takes an Ethernet address; where another has it, the change is refused. */
export const takeMac = (draft: Draft, kind: 'port' | 'router', id: string, mac: string): void => {
  const owner = draft.get('mac', mac)
  if (!owner || holds(owner, { [kind]: id })) draft.put('mac', mac, { [kind]: id })
  else draft.refuse(kind, id, 'mac', `${holderText(owner)} has ${mac}: choose another, or leave it out`)
}

/** Takes for a port what it is to have; where another has it, the change is refused. */
export const take = (draft: Draft, id: string, assignment: Assignment, layouts: LayoutsOf): void => {
  draft.put('assignment', id, assignment)
  const port = draft.get('port', id)
  if (!port) return
  const { mac, addresses } = assignment
  takeMac(draft, 'port', id, mac)
  for (const at of addresses.keys()) takeAddress(draft, id, port, at, layouts)
}

/** The number of a network: its user's, or the controller's. */
export const vniOf = (get: Draft['get'], network: string): number | undefined =>
  get('network', network)?.vni ?? get('number', network)?.vni

/** Gives back the number that a network had, where it has another now, or is gone. */
export const releaseNumber = (draft: Draft, id: string): void => {
  const before = vniOf((kind, key) => draft.before(kind, key), id)
  const now = vniOf((kind, key) => draft.get(kind, key), id)
  if (before === undefined || before === now || draft.get('vni', `${before}`)?.network !== id) return
  draft.delete('vni', `${before}`)
}

/** Takes the number that a network has; where another has it, the change is refused. */
export const takeNumber = (draft: Draft, id: string): void => {
  const vni = vniOf((kind, key) => draft.get(kind, key), id)
  if (vni === undefined) return
  const owner = draft.get('vni', `${vni}`)?.network
  if (owner === undefined || owner === id) draft.put('vni', `${vni}`, { network: id })
  else draft.refuse('network', id, 'vni', `network ${owner} has ${vni}: choose another, or leave it out`)
}
