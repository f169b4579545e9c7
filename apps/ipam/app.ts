import {
  type Admission,
  type AdmissionDraft,
  defineApp,
  formatAddress,
  formatCidr,
  type Layout,
  type LayoutsOf,
  layoutsOf,
  packet,
  parseAddress,
  Type,
} from '../../controller/index.ts'
import { Addresses, choose, type Lease } from './addresses.ts'
import { macFor } from './station.ts'
import { Taken } from './taken.ts'

const lastVni = 0xff_fffe

const macOf = (draft: AdmissionDraft, port: string): string => {
  const former = draft.former('assignment', port)?.mac
  const isFree = (mac: string): boolean => {
    const owner = draft.get('mac', mac)
    return !owner || owner.port === port
  }
  if (former !== undefined && isFree(former)) return former
  for (let attempt = 0; ; attempt++) {
    const mac = macFor(port, attempt)
    if (isFree(mac)) return mac
  }
}

/** Addresses that a port has and keeps: of its network's subnets, and its own. */
const keptBy = (draft: AdmissionDraft, id: string, network: string): string[] =>
  (draft.get('assignment', id)?.addresses ?? []).filter((text) => {
    const lease = draft.get('lease', `${network}@${text}`)
    return lease?.port === id && lease.quarantineUntil === undefined
  })

const canonical = (text: string): string => {
  const address = parseAddress(text)
  return address ? formatAddress(address) : text
}

/** What changes see of an address manager: who has what, kept up with the store. */
class AddressManager implements Admission {
  readonly quarantine: number
  private readonly addresses = new Addresses()
  private readonly numbers = new Taken()
  private readonly firstVni: number

  constructor(quarantine: number, firstVni: number) {
    this.quarantine = quarantine
    this.firstVni = firstVni
  }

  follow(kind: string, id: string, value: unknown): void {
    if (kind === 'lease') this.addresses.note(id, value as Lease | undefined)
    else if (kind === 'vni' && value !== undefined) this.numbers.add(BigInt(id))
    else if (kind === 'vni') this.numbers.delete(BigInt(id))
  }

  admit(draft: AdmissionDraft): void {
    for (const id of draft.networks) this.admitNetwork(draft, id)
    const layouts = layoutsOf(draft)
    for (const id of draft.ports) this.admitPort(draft, id, layouts)
  }

  private admitNetwork(draft: AdmissionDraft, id: string): void {
    const former = draft.former('number', id)?.vni
    const isFree = former !== undefined && draft.get('vni', `${former}`) === undefined
    const vni = isFree ? former : this.numbers.lowestFree(BigInt(this.firstVni), BigInt(lastVni))
    if (vni !== undefined) draft.number(id, Number(vni))
    else draft.refuse('network', id, 'vni', `none is free from ${this.firstVni} on: give one`)
  }

  private admitPort(draft: AdmissionDraft, id: string, layouts: LayoutsOf): void {
    const port = draft.get('port', id)
    if (!port) return
    const mac = port.mac ?? macOf(draft, id)
    draft.assign(id, {
      mac,
      addresses: port.addresses?.map(canonical) ?? this.addressesFor(draft, id, layouts(port.network)),
    })
  }

  /** What it has, and what it lacks. */
  private addressesFor(draft: AdmissionDraft, id: string, layouts: readonly Layout[]): string[] {
    const has = keptBy(draft, id, draft.get('port', id)?.network ?? '')
    return [...has, ...this.chosen(draft, id, layouts, has)]
  }

  /** An address of each family that the port has none of yet; of several subnets the first that has one. */
  private chosen(draft: AdmissionDraft, id: string, layouts: readonly Layout[], has: readonly string[]): string[] {
    const families = ([4, 6] as const).filter((family) => !has.some((text) => packet.familyOf(text) === family))
    return families.flatMap((family) => {
      const subnets = layouts.filter(({ cidr }) => cidr.family === family)
      for (const subnet of subnets) {
        const address = choose(draft, this.addresses, id, subnet)
        if (address !== undefined) return [address]
      }
      if (subnets.length > 0) draft.refuse('port', id, 'addresses', fullText(subnets))
      return []
    })
  }
}

const fullText = (subnets: readonly Layout[]): string => {
  const list = subnets.map(({ id, cidr }) => `${id} (${formatCidr(cidr)})`).join(' and ')
  return `no address of ${list} is free: delete ports, exclude less, or put another subnet`
}

/** Says what ports and networks are given where users leave it out. */
export default defineApp({
  name: 'ipam',
  pipeline: [],
  collections: {},
  config: Type.Object({
    quarantine: Type.Number({ minimum: 0, maximum: 86_400, default: 60, description: 'seconds' }),
    firstVni: Type.Integer({ minimum: 1, maximum: lastVni, default: 1 }),
  }),
  rules: {},
  admission: ({ quarantine, firstVni }) => new AddressManager(quarantine * 1000, firstVni),
})
