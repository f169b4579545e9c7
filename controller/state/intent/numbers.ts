// Numbers that the data path knows routers and groups by. Each is a key, and a key has one document.
import { createHash } from 'node:crypto'
import { tenantText } from './check/group.ts'
import { takeMac } from './claims.ts'
import type { Draft } from './draft.ts'
import { tenantPlace } from './places.ts'
import type { Touched } from './touched.ts'

const zones = 0x7f00
const tenants = 0xffff
const bits = 128

const digestOf = (name: string, attempt: number): Buffer => createHash('sha256').update(`${name}\n${attempt}`).digest()

/**
 * A number that nobody has, by name: what comes back has the one that it had, and what is new hardly ever
 * one that another has had just now, of whom switches may still remember connections.
 *
 * @param count how many there are, from 0 on
 */
const freeNumber = (name: string, count: number, isFree: (number: number) => boolean): number | undefined => {
  const start = digestOf(name, 0).readUInt32BE(0) % count
  for (let step = 0; step < count; step++) {
    const number = (start + step) % count
    if (isFree(number)) return number
  }
  return undefined
}

/** IEEE 802-2014 §8.2: locally administered, of one station. */
const freeMac = (draft: Draft, router: string): string => {
  for (let attempt = 0; ; attempt++) {
    const digest = digestOf(`router ${router}`, attempt)
    const bytes = [((digest[0] ?? 0) & ~1) | 2, ...digest.subarray(1, 6)]
    const mac = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':')
    if (draft.get('mac', mac) === undefined) return mac
  }
}

const releaseRouter = (draft: Draft, id: string): void => {
  const now = draft.get('routerNumber', id)
  if (!now) return
  const router = draft.get('router', id)
  if (!router || (router.mac !== undefined && router.mac !== now.mac)) draft.delete('mac', now.mac)
  if (router) return
  draft.delete('zone', `${now.zone}`)
  draft.delete('routerNumber', id)
}

const takeRouter = (draft: Draft, id: string): void => {
  const router = draft.get('router', id)
  if (!router) return
  const [now, former] = [draft.get('routerNumber', id), draft.former('routerNumber', id)]
  const isFree = (zone: number): boolean => draft.get('zone', `${zone}`) === undefined
  const again = former && isFree(former.zone) ? former.zone : undefined
  const zone = now?.zone ?? again ?? freeNumber(id, zones, isFree)
  if (zone === undefined) {
    draft.refuse('router', id, '', `there are ${zones} routers already, as many as can be: delete one`)
    return
  }
  const formerMac = former && draft.get('mac', former.mac) === undefined ? former.mac : undefined
  const mac = router.mac ?? now?.mac ?? formerMac ?? freeMac(draft, id)
  draft.put('zone', `${zone}`, { router: id })
  takeMac(draft, 'router', id, mac)
  draft.put('routerNumber', id, { zone, mac })
}

const bitKey = (tenant: number, bit: number): string => `${tenant}@${bit}`

const numberOfTenant = (draft: Draft, tenant: string | undefined): number | undefined => {
  for (const id of draft.at('group', tenantPlace(tenant))) {
    const number = draft.get('groupNumber', id)?.tenant
    if (number !== undefined) return number
  }
  return undefined
}

/** Gives back what a group has that has gone, or has gone to another tenant. */
const releaseGroup = (draft: Draft, id: string): void => {
  const [before, now, number] = [draft.before('group', id), draft.get('group', id), draft.get('groupNumber', id)]
  if (!before || !number || (now && now.tenant === before.tenant)) return
  draft.delete('groupBit', bitKey(number.tenant, number.bit))
  draft.delete('groupNumber', id)
  if (numberOfTenant(draft, before.tenant) === undefined) draft.delete('tenant', `${number.tenant}`)
}

const takeTenant = (draft: Draft, tenant: string | undefined): number | undefined => {
  const known = numberOfTenant(draft, tenant)
  if (known !== undefined) return known
  const isFree = (index: number): boolean => draft.get('tenant', `${index + 1}`) === undefined
  const index = freeNumber(tenant ?? '', tenants, isFree)
  if (index === undefined) return undefined
  draft.put('tenant', `${index + 1}`, tenant === undefined ? {} : { tenant })
  return index + 1
}

const takeGroup = (draft: Draft, id: string): void => {
  const group = draft.get('group', id)
  if (!group || draft.get('groupNumber', id)) return
  const tenant = takeTenant(draft, group.tenant)
  if (tenant === undefined) {
    draft.refuse('group', id, 'tenant', `there are ${tenants} tenants already, as many as can be: delete one's groups`)
    return
  }
  const isFree = (bit: number): boolean => draft.get('groupBit', bitKey(tenant, bit)) === undefined
  const former = draft.former('groupNumber', id)?.bit
  const bit = former !== undefined && isFree(former) ? former : freeNumber(id, bits, isFree)
  if (bit === undefined) {
    const remedy = 'delete one, or put this one in another tenant'
    const text = `there are ${bits} groups ${tenantText(group.tenant)} already, as many as can be: ${remedy}`
    draft.refuse('group', id, '', text)
    return
  }
  draft.put('groupBit', bitKey(tenant, bit), { group: id })
  draft.put('groupNumber', id, { tenant, bit })
}

/** Gives routers and groups that come what they need, and takes back what those have that go. */
export const settleNumbers = (draft: Draft, { router: routers, group: groups }: Touched): void => {
  for (const id of routers) releaseRouter(draft, id)
  for (const id of groups) releaseGroup(draft, id)
  for (const id of routers) takeRouter(draft, id)
  for (const id of groups) takeGroup(draft, id)
}
