import { formatCidr, type Layout, layoutOf, parseAddress, partsOfLease, type Table } from '../../state/index.ts'

/** How much of a subnet is used. */
class Utilisation {
  readonly layout: Layout
  private dynamic = 0
  private static = 0
  private quarantined = 0
  /** Of the addresses that the controller gives by itself, those that it cannot give now. */
  private taken = 0

  constructor(layout: Layout) {
    this.layout = layout
  }

  private isExcluded(number: bigint): boolean {
    return this.layout.exclude.some(({ first, last }) => number >= first && number <= last)
  }

  note(address: string, kind: 'dynamic' | 'static', isResting: boolean): void {
    if (isResting) this.quarantined++
    else this[kind]++
    const number = parseAddress(address)?.number
    if (number !== undefined && !this.isExcluded(number)) this.taken++
  }

  get view() {
    const { id, network, cidr, first, last, exclude } = this.layout
    const size = last - first + 1n
    const within = exclude.map((range) => ({
      first: range.first > first ? range.first : first,
      last: range.last < last ? range.last : last,
    }))
    const excluded = within.reduce(
      (sum, range) => (range.last < range.first ? sum : sum + range.last - range.first + 1n),
      0n,
    )
    return {
      ...{ subnet: id, network, cidr: formatCidr(cidr), size: Number(size) },
      ...{ dynamic: this.dynamic, static: this.static, quarantined: this.quarantined },
      excluded: Number(excluded),
      free: Number(size - excluded - BigInt(this.taken)),
    }
  }
}

/** Of each subnet, in the order of their ids. */
export const utilisation = (table: Table, now: number) => {
  const subnets = new Map<string, Utilisation>()
  for (const [id, { value }] of table.entries('subnet')) {
    const layout = layoutOf(id, value)
    if (layout) subnets.set(id, new Utilisation(layout))
  }
  for (const [id, { value }] of table.entries('lease')) {
    const { subnet, kind, quarantineUntil } = value
    if (quarantineUntil !== undefined && quarantineUntil <= now) continue
    subnets.get(subnet)?.note(partsOfLease(id).address, kind, quarantineUntil !== undefined)
  }
  return [...subnets].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one.view)
}
