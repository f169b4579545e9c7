// How packets on their way through the firewall are marked: parts of the integration bridge's registers.
import { integration, openflow, type PolicedFact, parseAddress, setField } from '../../../controller/index.ts'

type Action = openflow.Action
type Oxm = openflow.Oxm
type FieldKey = openflow.FieldKey

const { registers } = integration

export const field: (key: FieldKey, value: unknown) => Oxm = openflow.field

export type Mark = 'domain' | 'tenant' | 'peerTenant' | 'incoming' | 'enforced' | 'audited' | 'auditing'

export type Marks = { readonly [K in Mark]?: number }

const widthMask = (bits: number): bigint => (1n << BigInt(bits)) - 1n

const entriesOf = (marks: Marks): [Mark, number][] => Object.entries(marks) as [Mark, number][]

const numberOf = (marks: Marks): bigint =>
  entriesOf(marks).reduce((all, [mark, value]) => all | (BigInt(value) << BigInt(registers[mark].offset)), 0n)

const maskOf = (marks: Marks): bigint =>
  entriesOf(marks).reduce((all, [mark]) => {
    const { bits, offset } = registers[mark]
    return all | (widthMask(bits) << BigInt(offset))
  }, 0n)

/** Matches packets with these marks. */
export const marked = (marks: Marks): Oxm => field('metadata', { value: numberOf(marks), mask: maskOf(marks) })

/** Whether a packet's `metadata` has a mark of one bit. */
export const hasMark = (metadata: bigint, mark: Mark): boolean =>
  ((metadata >> BigInt(registers[mark].offset)) & 1n) === 1n

/** Changes one mark. */
export const mark = (name: Mark, value: number): Action => ({
  type: 'regLoad',
  dst: registers[name],
  value: BigInt(value),
})

/** Marks a packet as one that a port sends or receives; all other marks are gone. */
export const markAs = ({ domain, tenant, groups, enforced, audited }: PolicedFact, incoming: 0 | 1): Action[] => [
  setField('xxreg2', groups),
  setField('metadata', numberOf({ domain, tenant, incoming, enforced: Number(enforced), audited: Number(audited) })),
]

/** A bit of 128, alone. */
const bit = (number: number) => ({ value: 1n << BigInt(number), mask: 1n << BigInt(number) })

/** Matches packets of ports in a group. */
export const inOwnGroup = (number: number): Oxm => field('xxreg2', bit(number))

/** Matches packets whose other side is in a group. */
export const inPeerGroup = (number: number): Oxm => field('xxreg3', bit(number))

/** Forgets who is on the other side. */
export const noPeer: Action = setField('xxreg3', 0n)

/** Matches packets of a port in networks that routers join. */
export const inDomain = (domain: number): Oxm => marked({ domain })

/** Matches packets whose other side has this address, before its groups are known. */
export const peerIs = (address: string): Oxm[] => {
  const found = parseAddress(address)
  if (!found) throw new RangeError(`${address} is no address`)
  const { IPV4, IPV6 } = openflow.EtherType
  return [field('ethType', found.family === 4 ? IPV4 : IPV6), field('xxreg3', found.number)]
}
