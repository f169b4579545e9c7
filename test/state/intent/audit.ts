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

/** What is wrong with who has what in a store: an address with two owners, or one that is lost. */
export const audit = async (store: Store): Promise<string[]> => {
  const read = await reader(store)
  return [...portFaults(read), ...claimFaults(read)]
}
