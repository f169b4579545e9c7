import {
  type Assignment,
  type Entities,
  type EntityKind,
  leaseId,
  type Store,
} from '../../../controller/state/index.ts'

type Read = <K extends EntityKind>(kind: K) => Map<string, Entities[K]>

const reader = async (store: Store): Promise<Read> => {
  const { entries } = await store.range({})
  return (kind) =>
    new Map(
      entries
        .filter(({ key }) => key.startsWith(`${kind}/`))
        .map(({ key, value }) => [key.slice(kind.length + 1), value as unknown as Entities[typeof kind]]),
    )
}

const portFaults = (read: Read): string[] => {
  const [assignments, leases, macs, networks] = [read('assignment'), read('lease'), read('mac'), read('network')]
  const held = new Map<string, string>()
  return [...read('port')].flatMap(([id, { network, mac, addresses }]) => {
    const given: Assignment | undefined = assignments.get(id)
    if (!given) return [`port ${id} was given nothing`]
    const faults = networks.has(network) ? [] : [`port ${id} is in no network`]
    if (mac !== undefined && mac !== given.mac) faults.push(`port ${id} has another MAC than it asked for`)
    if (addresses && `${addresses}` !== `${given.addresses}`)
      faults.push(`port ${id} has other addresses than it asked for`)
    if (macs.get(given.mac)?.port !== id) faults.push(`the MAC of ${id} is claimed for ${macs.get(given.mac)?.port}`)
    for (const address of given.addresses) {
      const key = leaseId(network, address)
      const lease = leases.get(key)
      if (lease?.port !== id || lease.quarantineUntil !== undefined)
        faults.push(`${key} of ${id} is leased to ${lease?.port}`)
      if (held.has(key)) faults.push(`${key} belongs to ${held.get(key)} and ${id}`)
      held.set(key, id)
    }
    return faults
  })
}

const claimFaults = (read: Read): string[] => {
  const [assignments, ports, networks, numbers] = [read('assignment'), read('port'), read('network'), read('number')]
  const leases = [...read('lease')].flatMap(([id, { port, quarantineUntil }]) => {
    if (quarantineUntil !== undefined || port === undefined) return []
    const network = ports.get(port)?.network ?? ''
    const has = assignments.get(port)?.addresses.some((address) => leaseId(network, address) === id)
    return has ? [] : [`${id} is lost: it is leased to ${port}, which does not have it`]
  })
  const macs = [...read('mac')].flatMap(([mac, { port }]) =>
    port === undefined || assignments.get(port)?.mac === mac ? [] : [`${mac} is lost: ${port} does not have it`],
  )
  const vniOf = (id: string): number | undefined => networks.get(id)?.vni ?? numbers.get(id)?.vni
  const vnis = [...read('vni')].flatMap(([vni, { network }]) =>
    `${vniOf(network)}` === vni ? [] : [`VNI ${vni} is lost: ${network} does not have it`],
  )
  const claimed = new Set([...read('vni').values()].map(({ network }) => network))
  const bare = [...networks.keys()].flatMap((id) => (claimed.has(id) ? [] : [`network ${id} has no number`]))
  const orphans = [...assignments.keys()].flatMap((id) =>
    ports.has(id) ? [] : [`there is no port ${id} for its assignment`],
  )
  return [...leases, ...macs, ...vnis, ...bare, ...orphans]
}

/** What routers and groups have, and who is said to have it. */
const numberFaults = (read: Read): string[] => {
  const [routers, groups, zones, bits, tenants] = [
    ...([read('routerNumber'), read('groupNumber')] as const),
    ...([read('zone'), read('groupBit'), read('tenant')] as const),
  ]
  const faults: string[] = []
  const expect = (claim: string, is: boolean): void => {
    if (!is) faults.push(`${claim} is not as it should be`)
  }
  for (const id of read('router').keys()) expect(`number of router ${id}`, routers.has(id))
  for (const id of read('group').keys()) expect(`number of group ${id}`, groups.has(id))
  for (const [id, { zone, mac }] of routers) {
    expect(`zone ${zone}`, zones.get(`${zone}`)?.router === id && read('router').has(id))
    expect(`MAC ${mac}`, read('mac').get(mac)?.router === id)
  }
  for (const [id, { tenant, bit }] of groups) {
    expect(`bit ${tenant}@${bit}`, bits.get(`${tenant}@${bit}`)?.group === id && read('group').has(id))
    expect(`tenant ${tenant}`, tenants.get(`${tenant}`)?.tenant === read('group').get(id)?.tenant)
  }
  expect('number of zones', zones.size === routers.size)
  expect('number of bits', bits.size === groups.size)
  expect('number of tenants', tenants.size === new Set([...groups.values()].map(({ tenant }) => tenant)).size)
  const owned = [...read('mac')].filter(([, { router }]) => router !== undefined)
  expect('number of MACs of routers', owned.length === routers.size)
  return faults
}

/** External addresses that routers and translations name, and who is said to have them. */
const externalFaults = (read: Read): string[] => {
  const routers = read('router')
  const named = new Map<string, string>()
  const name = (router: string, address: string | undefined): void => {
    const network = routers.get(router)?.external?.network
    if (network !== undefined && address !== undefined) named.set(leaseId(network, address), router)
  }
  for (const [id, { external }] of routers) for (const address of external?.addresses ?? []) name(id, address)
  for (const { router, source, forward, floating } of read('nat').values()) {
    name(router, source?.to ?? forward?.address ?? floating?.address)
  }
  const leases = [...read('lease')].filter(([, { router }]) => router !== undefined)
  return [
    ...leases.flatMap(([id, { router }]) => (named.get(id) === router ? [] : [`${id} of router ${router} is lost`])),
    ...[...named].flatMap(([id, router]) =>
      read('lease').get(id)?.router === router ? [] : [`${id} is not ${router}'s`],
    ),
  ]
}

/** What is wrong with who has what in a store: an address with two owners, or one that is lost. */
export const audit = async (store: Store): Promise<string[]> => {
  const read = await reader(store)
  return [...portFaults(read), ...claimFaults(read), ...numberFaults(read), ...externalFaults(read)]
}
